# The least that does something: a list of titles, films that are free to share, and no account anywhere. The library is
# there over WebDAV, at http://127.0.0.1:8080/dav/.

source "watchlist" {
  plugin = "file"
  path   = "watchlist.txt"
}

metadata "cinemeta" {}

scraper "archive" {}

debrid "bittorrent" { from = ["archive"] }
