server = {
  listen = ":80"
}
profile "default" {
  reject = { any = ["cam"] }
  resolutions {
  }
}
mount { path = "x" }
