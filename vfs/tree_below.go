package vfs

import (
	"slices"
	"strings"
)

// Located is a file with a path that leads to it.
type Located struct {
	Node
	Path string
}

// Below returns the files at a path and below it, in the order of their paths. The error is ErrNotExist.
func (t *Tree) Below(path string) ([]Located, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.walk(path)
	if n == nil {
		return nil, ErrNotExist
	}
	at := strings.Join(slices.Collect(parts(path)), "/")
	_, name := split(path)
	files := n.below(nil, at, name)
	slices.SortFunc(files, func(a, b Located) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

func (n *node) below(files []Located, path, name string) []Located {
	if n.dir == nil {
		return append(files, Located{n.public(name), path})
	}
	for name, c := range n.dir.children {
		files = c.below(files, strings.TrimPrefix(path+"/"+name, "/"), name)
	}
	return files
}
