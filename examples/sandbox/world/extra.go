package world

import (
	"fmt"
	"os"
	"path/filepath"
)

// Extra is a release of one file that the catalog does not have: for who needs media longer than the clips. The debrid
// service has it cached, and it is seeded.
type Extra struct {
	Release string // its name; the file gets the extension of File
	IMDb    string // of a title of the world
	File    string // on this machine, read once
}

// newExtra makes a release of it.
func newExtra(x Extra) (*release, error) {
	data, err := os.ReadFile(x.File)
	if err != nil {
		return nil, fmt.Errorf("read extra release %s: %w", x.Release, err)
	}
	e := entry{name: x.Release, imdb: x.IMDb, ext: filepath.Ext(x.File), debrid: Cached, seeders: 400}
	name := e.name + e.ext
	r := &release{entry: e}
	r.files = []file{{path: name, content: &content{head: data, seed: seedOf(e.name + "/" + name), size: int64(len(data))}}}
	return r, r.seal(true)
}
