// Package soak has a library read for a long time, as a household and its media server would, and looks at what must not
// change meanwhile: no byte is wrong, no read waits past its deadline, memory, goroutines and descriptors stay as they are, and
// the disk cache, far smaller than what is read, keeps within its bound.
//
// Three processes take part. The test's own is the origin: an HTTP server, 20 ms away, that cuts bodies short, resets and stalls
// connections, and lets links die. One serves: a library in SQLite, a debrid account that gives links to the origin, core/link,
// core/mount, vfs and a FUSE mount, while files are added to the library and removed. One reads and compares.
//
// It has tests only. `make soak` runs the long one; `make test-long` has three minutes of it, and `make test` a moment.
package soak
