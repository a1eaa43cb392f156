# env MILLRACE_SCRAPER__INDEXERS__URL=http://x
# One mistake is shown once: what follows from it is not.
scraper "indexers" {
  plugin = env("WHICH")
  key    = "x"
}
debrid "realdebrid" {
  token   = env("TOKEN")
  timeout = "1"
}
updater "jellyfin" {
  enabled = "of"
  api_kee = "abcd"
}
library "shows" {
  kind = "shows"
  file = "{title}"
}
library "other" {
}
library "series" {
  kind   = "show"
  season = "{sason}"
  file   = "{episode}"
}
library "films" {
  kind   = "movie"
  season = "{season}"
}
library "flat" {
  kind   = "movie"
  folder = "all"
  file   = "{year}"
}
profile "default" {
  min_size    = "big"
  max_size    = "1B"
  resolutions = ["4k"]
}
