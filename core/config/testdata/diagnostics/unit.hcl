scraper "archive" {
  timeout = 8s
}
