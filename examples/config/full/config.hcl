# Every block and every argument, with what each is by default. Copy what you need: nothing here has to be written.
#
# A text is written in quotes, and so is a number with a unit:
#   durations "30s", "5m", "12h", "7d", "2w"    sizes "700MB", "20GiB"    rates "1MiB/s", "unlimited"
# "${…}" puts a value into a text. The functions are env(name[, default]), file(path), coalesce, concat, format, join,
# jsondecode, lower, merge, replace, split, trimspace and upper.
#
# A folder can hold several such files, which count as one. A file called *.hcl.json says the same in JSON.

# Folder of the database, the caches and the plugins' state. Paths are relative to the folder of this file.
data = "./data"

server {
  listen   = "127.0.0.1:8080"
  url      = "https://media.example.org" # how clients reach it; derived from the request if absent
  password = env("PASSWORD", "")         # of the pages; empty: a link to set it is printed at the first start
  secret   = env("SECRET", "")           # what tokens are derived from; empty: made at the first start, kept in data
}

log {
  level = "info" # trace, debug, info, warn or error

  plugin "torznab" { level = "debug" } # where a plugin's level is another
}

plugins {
  dir = "./plugins" # absent: beside the executable, then the usual places; never PATH
}

database {
  url = env("DATABASE_URL", "") # postgres://user:password@host:5432/name; empty: SQLite in data
}

cache {
  url = env("REDIS_URL", "") # redis://:password@host:6379/0, for daemons that share a database; empty: in memory
}

mount {
  path = "./mnt" # absent: WebDAV only

  cache {
    size  = "20GiB" # disk space for what was streamed; oldest use goes first
    ttl   = "0"     # drop what nobody read for so long; 0: never for that alone
    chunk = "1MiB"  # fetched at once
  }
}

# Templates have the fields {title}, {year}, {imdb}, {tmdb}, {tvdb} and {profile}; a season's {season} too, and an
# episode's file {season}, {episode}, {absolute} and {name}. Numbers can have a width: {season:02}. {{ and }} are braces.
# Brackets around fields that are not known are left out. Without a library of a kind, the one below is there.
library "movies" {
  kind   = "movie"                                   # movie or show
  folder = "movies/{title} ({year}) {{tmdb-{tmdb}}}" # of the title
  file   = "{title} ({year})"                        # without the extension
}

library "shows" {
  kind   = "show"
  folder = "shows/{title} ({year}) {{tvdb-{tvdb}}}"
  season = "Season {season:02}" # in the show's folder
  file   = "{title} - s{season:02}e{episode:02}"
}

# "default" is there without being written, and is for whatever names no other profile.
profile "default" {
  resolutions = ["1080p", "720p", "2160p", "576p", "480p"] # best first; no other is taken
  languages   = []                                         # of the sound, as ["en", "de"]; empty: any
  min_size    = "0"                                        # of a film or of one episode; 0: no limit
  max_size    = "0"

  # Points for what a release has, or for a rule of your own whose pattern (RE2, capitals
  # ignored) its name matches.
  prefer "remux" { score = 500 }
  prefer "repack-of-mine" {
    score = 20
    match = "\\brepack\\b"
  }

  # Take only what has one of these, or has a name that matches one of the patterns.
  require {
    any   = []
    match = []
  }

  # Take nothing that has one of these.
  reject {
    any = [
      "cam", "telesync", "telecine", "screener", "r5", "workprint", "cam-audio", "3d", "upscaled", "disc", "sample", "trailer",
    ]
    match = ["\\bhardsub\\b"]
  }
}

profile "best" {
  resolutions = ["2160p", "1080p"]
  max_size    = "80GB"
}

# Blocks of plugins. The label is the name of the instance. These arguments are the host's and can stand in each; the
# others are the plugin's: its README has them, and so has "millrace plugin info".
source "watchlist" {
  plugin   = "file"             # absent: the label
  enabled  = true               # false: as if the block were not there
  priority = 0                  # higher goes first; among equals, the order of the file
  timeout  = "1m"               # of one call
  limit    = "5/s"              # calls that may be made, or "250/m", "1000/h"; absent: the plugin's own limit
  proxy    = ""                 # http://host:port or socks5://host:port
  labels   = { where = "home" } # anything that you want to note

  every   = "1m"      # of a source only: how often to ask
  profile = "default" # of a source only: for what names no other

  path = "watchlist.txt" # the plugin's
}

source "overseerr" {
  url     = "http://overseerr:5055"
  api_key = env("OVERSEERR_API_KEY")
  profile = "best"
}

metadata "cinemeta" {
  timeout = "20s"
}

scraper "archive" {
  timeout = "20s"
}

scraper "indexers" {
  plugin  = "torznab"
  url     = "http://prowlarr:9696/1/api"
  api_key = env("PROWLARR_API_KEY")
  timeout = "8s"
}

debrid "bittorrent" {
  from   = ["archive"] # of a debrid only: releases that these scrapers found; absent: any
  upload = "1MiB/s"
}

debrid "realdebrid" {
  token    = env("REALDEBRID_TOKEN")
  priority = 1
  timeout  = "30s"
}

updater "jellyfin" {
  url     = "http://jellyfin:8096"
  api_key = env("JELLYFIN_API_KEY")
}

updater "plex" {
  enabled = false
  url     = "http://plex:32400"
  token   = env("PLEX_TOKEN")
}
