data = "a"
data = "b"
server {}
server {
  listen = ":1"
}
server "x" {}
library {}
