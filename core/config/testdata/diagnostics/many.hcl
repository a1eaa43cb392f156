# env MILLRACE_SERVER__LISTENN=:80
# env MILLRACE_DEBRID__TORBOX__TOKEN=abc
# env MILLRACE_MOUNT__CACHE__SIZE=huge
# env PROWLARR_API_KEY=hunter2-planted
# env MILLRACE_REATTACH={}
# env MILLRACE_FAILPOINT_DOWNLOAD=1
# env MILLRACE_MINE=1
dta = "./data"

server {
  listen   = "localhost"
  url      = "media.example.org"
  passwrd  = "hunter2-planted"
}

addon {
  name = "x"
}

log {
  level = "inf"
  plugin "torznab" {}
}

mount {
  path = [1]
  cache {
    chunk = "1GiB"
    ttl   = "a while"
  }
}

library "films" {
  folder = "films/{title}"
}

library "shows" {
  kind   = "show"
  folder = "/shows/{titel}"
  file   = "{title} {season:2x}"
}

library "TV" {
  kind = "show"
}

profile "uhd" {
  resolutions = ["2160p", "4k"]
  prefer "remixx" { score = 1 }
  prefer "hdr" {}
  reject {
    any   = ["cam", "camm"]
    match = ["(cam"]
  }
}

source "watchlist" {
  plugin  = "file"
  path    = "watchlist.txt"
  every   = "10ms"
  profile = "uhdd"
}

scraper "archive" {
  timeout = 8
  labels  = { a = ["b"] }
  from    = ["x"]
  mine    = env("MILLRACE_MINE")
}

scraper "indexers" {
  plugin      = "torznab"
  url         = env("INDEXER_URL")
  api_key     = env("PROWLARR_APIKEY")
  max_reslts  = 20
  max_results = 2000
  mode        = "fst"
  categories  = [2000, "x"]
  limit       = "many"
  old         = "yes"
}

scraper "indexers" {
  plugin = "torznab"
  url    = "http://x"
}

scraper "greedy" {}

debrid "bittorrent" {
  from    = ["archive", "archiv"]
  upload  = "fast"
  room    = "-1"
  private = "perhaps"
  ratio   = true
  enabled = "maybe"
}

debrid "realdebrid" {
  tokn = "hunter2-planted"
}

debrid "realdebird" {
  token = "hunter2-planted"
}

updater "jellyfin" {
  api_key  = "${"hunter2"}-planted"
  path_map = { "/mnt" = 1, "/srv" = [] }
  pins     = ["hunter2-planted", {}]
}

updater "jelly" {
  plugin  = "jellyfin"
  api_key = file("no/such/file")
  url     = jellyfin
}

updater "again" {
  plugin = "jellyfin"
}
