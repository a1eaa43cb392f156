package db

import (
	"fmt"
	"os"
	"path/filepath"
)

// View opens a SQLite library to read in it while no daemon runs: nothing of it is changed, so its schema stays as it is and
// may be too old for what is asked. The func closes it.
func View(path string) (Reader, func() error, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(abs) // opening would make one
	}
	if err != nil {
		return Reader{}, nil, fmt.Errorf("open library to read: %w", err)
	}
	s := &sqliteStore{path: abs}
	if s.read, err = openKeeping(sqliteURL(abs, "_pragma=query_only(1)")); err != nil {
		return Reader{}, nil, fmt.Errorf("open library %s to read: %w", abs, err)
	}
	s.read.SetMaxOpenConns(1)
	return Reader{c: s.reader()}, s.read.Close, nil
}
