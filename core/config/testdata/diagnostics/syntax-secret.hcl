debrid "realdebrid" {
  token = "hunter2-planted" "x"
}
