profile "default" {
  prefer "remux" { score = 500, match = "remux" }
}
