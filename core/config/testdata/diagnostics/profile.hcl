# env MILLRACE_PROFILE__TINY__RESOLUTIONS=4k
profile "default" {
  resolutions = ["2160p", "4k"]
  prefer "remixx" {
    score = 1
  }
  reject {
    any = ["cam", "camm"]
  }
}
profile "tiny" {
}
profile "sizes" {
  min_size = "2GiB"
  max_size = "1GiB"
}
