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
  path        = "./mnt"  # absent: WebDAV only
  passthrough = true     # files that are wholly on disk are read by the kernel alone, where it can (Linux 6.9, root)
  memory      = "128MiB" # for all that is read and read ahead, together
  process     = "daemon" # or "separate": "millrace mount" runs beside the daemon, whose end then stops no film

  cache {
    size  = "20GiB"  # disk space for what was streamed; oldest use goes first
    ttl   = "0"      # drop what nobody read for so long; 0: never for that alone
    chunk = "128KiB" # what is fetched and kept at least; a change empties the cache
    free  = "1GiB"   # left free on the disk, whatever size says
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

# Which releases are wanted, and which are better. "default" is there without being written, and is for whatever names no
# other profile. What a profile leaves out it takes from its base. ../profiles.md is a guide.
profile "default" {
  base = "balanced" # or best, small, anime, none

  # What is taken, best first; no other is. A name that does not tell is taken last. Empty sources, codecs and languages
  # are any.
  resolutions = ["1080p", "720p", "2160p", "576p", "480p"]
  sources     = []
  codecs      = []
  languages   = [] # of the sound, as ["en", "de", "unknown"]; "any" takes all others, "unknown" names that tell none

  # What is rejected by the base or below, and is fine; and what is rejected besides.
  allow = ["upscaled"]
  deny  = ["unknown-group"]

  # Of a film or of one episode; 0: no limit. Bitrates are in Mbit/s and count where the runtime is known.
  min_size    = "0"
  max_size    = "60GB"
  min_bitrate = 0.25
  max_bitrate = 0

  # The size that is best: "larger", "smaller", "any" or one to be close to; the bitrate goes first. Up to size_score
  # points for it; with 0 it only decides among equal scores.
  prefer_size    = "any"
  prefer_bitrate = 0
  size_score     = 0

  # Points over those of the base. Of each family (source, codec, dynamic range, sound, channels, resolution) the best
  # counts; all others add up.
  score = {
    hevc  = 25
    "5.1" = 6
  }
  subtitles = ["en"]  # points for subtitles in one of these
  min_score = -500    # less is rejected
  mode      = "tiers" # the score decides within a tier; in "flat" it alone does

  # Tiers, best first, instead of one for each resolution. What fits none is rejected.
  tier "hd-disc" {
    resolutions = ["1080p"]
    sources     = ["bluray", "bdrip", "remux"]
    has         = []
    min_size    = "0"
    max_size    = "40GB"
    min_bitrate = 0
    max_bitrate = 0
  }
  tier "hd" { resolutions = ["1080p", "720p"] }
  tier "rest" { resolutions = ["2160p", "576p", "480p"] }

  # Points on top, for what a release has, or for a rule of your own: a pattern (RE2, capitals ignored; with look-around
  # where it needs that) over its name, or an expression.
  prefer "remux" { score = 500 }
  prefer "repack-of-mine" {
    score = 20
    match = "\\brepack\\b"
  }
  prefer "light" {
    score = 10
    when  = "bitrate > 0 and bitrate < 6"
  }

  # Release groups, with points or denied.
  group "trusted" {
    names = ["SOMEGROUP", "OTHERGROUP"]
    score = 30
    deny  = false
  }

  # Rules of several conditions: of each kind one must hold, and all that are required.
  format "service" {
    score = 15
    condition "tag" {
      kind     = "name" # or group, language, size, resolution, source, flag
      value    = "\\b(AMZN|NF)\\b"
      negate   = false
      required = false
    }
    condition "size" {
      kind     = "size"
      min_size = "100MB"
      max_size = "50GB"
    }
  }

  # Take only what has each of all, and one of any, or a name that matches one of the patterns, or makes one of the
  # expressions true.
  require {
    all   = []
    any   = []
    match = []
    when  = []
  }

  # Take nothing that has one of any (which replaces the list of the base), or all of all, or fits a pattern or an expression.
  reject {
    any = [
      "cam", "telesync", "telecine", "screener", "r5", "workprint", "cam-audio", "leaked", "3d", "upscaled", "disc", "sample",
      "trailer", "adult",
    ]
    all   = ["hdtv", "hardcoded"]
    match = ["\\bhardsub\\b"]
    when  = ["seeders == 0 and not cached"]
  }

  # The most to keep of each kind, best first; 0: no limit.
  limit {
    resolution = 0
    source     = 0
    group      = 0
    total      = 0
  }

  # What is different for films, shows and anime, which goes over the other two: anything of the above but base and limit.
  movie { max_size = "30GB" }
  show { max_size = "6GB" }
  anime {
    languages = ["ja", "unknown"]
    prefer "dual" { score = 20 }
  }
}

profile "best" {
  base     = "best"
  max_size = "80GB"
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
  profile = "best" # or several, side by side: profiles = ["best", "default"]
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
