# Configuration of Millrace, in the order in which data flows: people want titles, metadata says what they are, scrapers
# find releases, debrid providers fetch them, the files appear in a folder, and media servers are told.
#
# Everything has a default; an empty file is valid. As it stands, this file needs no account: it finds films that are free
# to share in the Internet Archive and streams them from their swarms. Start it with
#
#   millrace serve -config config.hcl
#
# and write a line such as "Sintel (2010)" into watchlist.txt beside this file.
#
# Any value can come from the environment: env("NAME") here, or the variable that stands over the value, whose name is
# its path in upper case: MILLRACE_SERVER__LISTEN, MILLRACE_DEBRID__BITTORRENT__UPLOAD. With _FILE at its end it names a
# file to read. "millrace config env" lists them all, "millrace config validate" finds mistakes, and
# examples/config/full shows every block with every argument.

# Folder of the database, the caches and the plugins' state. A path is relative to the folder of this file.
data = "./data"

server {
  # This machine only. Put a reverse proxy with TLS in front before you listen elsewhere.
  listen = "127.0.0.1:8080"

  # How clients reach it, where that is not how they seem to: "https://media.example.org".
  # url = env("URL")

  # Empty: a link to set one is printed at the first start.
  password = env("PASSWORD", "")
}

log {
  # trace, debug, info, warn or error
  level = "info"

  # One plugin in more detail:
  # plugin "torznab" { level = "debug" }
}

# Without these blocks the library is kept in SQLite, in data, and short-lived answers in memory. Several daemons can
# share a PostgreSQL database; a Redis server then keeps their answers and their rate limits together.
#
# database { url = env("DATABASE_URL") }
# cache { url = env("REDIS_URL") }

mount {
  # Where the library appears as a folder. Without a path it is there over WebDAV only, at /dav/.
  path = "./mnt"

  # "separate": a process of its own, started with "millrace mount", keeps the files, so that an upgrade or a crash of the
  # daemon stops no film. The README tells how.
  # process = "separate"

  # Disk space for what was streamed.
  cache { size = "20GiB" }
}

# A library is a tree of folders in the mount. In a template, {title} is filled in and {{ is a brace. What stands in
# brackets is left out where it is not known.
library "movies" {
  kind   = "movie"
  folder = "movies/{title} ({year}) {{tmdb-{tmdb}}}"
  file   = "{title} ({year})"
}

library "shows" {
  kind   = "show"
  folder = "shows/{title} ({year}) {{tvdb-{tvdb}}}"
  season = "Season {season:02}"
  file   = "{title} - s{season:02}e{episode:02}"
}

# Which releases are wanted, and which are better. "default" is for whatever names no other. examples/config/profiles.md
# tells all that a profile can say.
profile "default" {
  base = "balanced" # or best, small, anime, none

  # languages = ["en"]   # of the sound, best first
  # movie { max_size = "20GB" }
}

# Sources: what do people want? The first label is the name of the instance, and of the plugin where none is named.
source "watchlist" {
  plugin = "file"
  path   = "watchlist.txt" # titles, ids or links, one a line
  every  = "1m"
  # profiles = ["2160p", "1080p"] # each title at both, side by side, where there are profiles of these names
}

# Requests of Overseerr, Jellyseerr or Seerr:
#
# source "overseerr" {
#   url     = "http://overseerr:5055"
#   api_key = env("OVERSEERR_API_KEY")
# }

# Metadata: what is this title, and which episodes does it have?
metadata "cinemeta" {}

# Scrapers: which releases are there? This one finds films that are free to share.
scraper "archive" {}

# Any Torznab indexer, as Jackett and Prowlarr offer them:
#
# scraper "indexers" {
#   plugin  = "torznab"
#   url     = "http://prowlarr:9696/1/api"
#   api_key = env("PROWLARR_API_KEY")
#   timeout = "8s"
# }

# Debrid providers: take this release and give a link to its files. This one needs no account: it is the swarm itself.
debrid "bittorrent" {
  from   = ["archive"] # only releases that these scrapers found
  upload = "1MiB/s"    # at most so much is given back
}

# debrid "realdebrid" {
#   token    = env("REALDEBRID_TOKEN")
#   priority = 1 # higher goes first
# }

# Updaters: tell a media server that files have come.
#
# updater "jellyfin" {
#   url     = "http://jellyfin:8096"
#   api_key = env("JELLYFIN_API_KEY")
# }
#
# updater "plex" {
#   url   = "http://plex:32400"
#   token = env("PLEX_TOKEN")
# }
