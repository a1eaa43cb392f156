//go:build !linux

package main

import (
	"errors"
	"os"
)

// punch cannot give space back here: only whole torrents are dropped.
func punch(*os.File, int64, int64) error { return errors.ErrUnsupported }

// toDevice does nothing here: sockets are bound to the interface's address.
func toDevice(uintptr, string) error { return nil }
