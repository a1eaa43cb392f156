// Package bench measures the whole of Millrace, with the real programs as processes of their own and real databases, against
// services that answer at once: how many requests become files in a minute, how soon the daemon and its plugins are there,
// and how much memory they hold. It has benchmarks only, and tests nothing that `go test` would run without being asked.
//
// The programs are those that `make build` leaves in bin, or those in the folder that MILLRACE_BIN names. What each figure
// means, and what bounds it, stands in the folder's README.
package bench
