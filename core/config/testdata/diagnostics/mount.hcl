mount {
  path        = "/mnt"
  passthrough = "sometimes"
  memory      = "1MiB"
  process     = "seperate"
  cache {
    chunk = "100KiB"
    free  = "-1"
  }
}
