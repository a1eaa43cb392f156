# The library in PostgreSQL and short-lived answers in Redis, which several daemons can share. Each of them has the same
# file, a data folder of its own for its chunk cache, and the same secret, so that what one signs the others accept.

data = env("DATA", "./data")

server {
  listen   = "0.0.0.0:8080" # behind a reverse proxy with TLS
  url      = env("URL", "https://media.example.org")
  password = env("PASSWORD")
  secret   = env("SECRET")
}

# postgres://user:password@host:5432/name. With MILLRACE_DATABASE__URL_FILE it is read from a file instead.
database { url = env("DATABASE_URL") }

# redis://:password@host:6379/0. Empty: each daemon keeps its own, in memory.
cache { url = env("REDIS_URL", "") }

mount {
  path = "/mnt/millrace"

  cache { size = "200GiB" }
}

source "overseerr" {
  url     = "http://overseerr:5055"
  api_key = env("OVERSEERR_API_KEY")
}

metadata "cinemeta" {}

scraper "indexers" {
  plugin  = "torznab"
  url     = "http://prowlarr:9696/1/api"
  api_key = env("PROWLARR_API_KEY")
  timeout = "8s"
}

debrid "realdebrid" { token = env("REALDEBRID_TOKEN") }

updater "jellyfin" {
  url     = "http://jellyfin:8096"
  api_key = env("JELLYFIN_API_KEY")
}
