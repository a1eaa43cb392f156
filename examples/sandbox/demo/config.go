package main

import "fmt"

// config is the daemon's: SQLite in the folder, requests, metadata, one indexer, and as the debrid provider the swarm itself.
// Resolutions are ordered so that the best-looking releases come first, which nobody seeds; and the films are clips, which
// have no bitrate of films.
func (st *stage) config(o options) string {
	mount := ""
	if !o.webdav {
		mount = fmt.Sprintf("mount { path = %q }", st.mount())
	}
	e := st.world.Endpoints
	return fmt.Sprintf(`
data = "./data"
server {
  listen   = "127.0.0.1:0"
  password = %q
}
%s
profile "default" {
  resolutions = ["2160p", "1080p", "720p"]
  min_bitrate = 0
}
source "overseerr" {
  url     = %q
  api_key = %q
  every   = "1s"
}
metadata "cinemeta" {
  url = %q
}
scraper "indexer" {
  plugin  = "torznab"
  url     = %q
  api_key = %q
}
debrid "bittorrent" {
  from      = ["indexer"]
  stall     = "2s"
  upload    = "1MiB/s"
  dht       = false
  web_seeds = false
}
updater "jellyfin" {
  url     = %q
  api_key = %q
}
updater "plex" {
  url   = %q
  token = %q
}
`, st.password, mount, e.Overseerr.URL, e.Overseerr.Key, e.Cinemeta.URL, e.Torznab.URL, e.Torznab.Key, e.Jellyfin.URL, e.Jellyfin.Key, e.Plex.URL, e.Plex.Key)
}
