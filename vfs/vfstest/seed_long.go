//go:build long

package vfstest

// fresh says whether seeds are new each time.
const fresh = true
