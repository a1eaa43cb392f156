//go:build !unix

package db

import (
	"fmt"
	"os"
)

// lockFile keeps the file open, which such systems do not share for removal; it cannot keep a second daemon out.
func lockFile(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the library: %w", err)
	}
	// Nothing was written that could be lost.
	return func() { _ = f.Close() }, nil
}
