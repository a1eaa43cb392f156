package db

import (
	"context"
	"fmt"
	"iter"
	"path"
	"strconv"
	"strings"
)

// Place gives a file its path in a library. A file that stands there already keeps its path, whatever is asked for; a path
// that another file has is given with the next free number, as "Name (2).mkv". The path that it got is told.
func (tx *Tx) Place(ctx context.Context, library, at string, file int64) (string, error) {
	got, err := tx.placeOf(ctx, library, file)
	if err != nil || got != "" {
		return got, err
	}
	for n := 1; ; n++ {
		try := numberedPath(at, n)
		added, err := tx.c.exec(ctx, `INSERT INTO path (library, path, file) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			library, try, file)
		if err != nil {
			return "", fmt.Errorf("place file %d at %s: %w", file, try, err)
		}
		if added > 0 {
			return try, tx.pathEvent(ctx, EventPlaced, library, try, file)
		}
	}
}

func (tx *Tx) placeOf(ctx context.Context, library string, file int64) (string, error) {
	paths, err := tx.Paths(ctx, file)
	if err != nil {
		return "", err
	}
	for _, p := range paths {
		if p.Library == library {
			return p.Path, nil
		}
	}
	return "", nil
}

// numberedPath is the nth choice for a path: the path itself, then with " (2)" before the extension.
func numberedPath(p string, n int) string {
	if n == 1 {
		return p
	}
	ext := path.Ext(p)
	return strings.TrimSuffix(p, ext) + " (" + strconv.Itoa(n) + ")" + ext
}

// Unplace takes a path out of the tree. One that is not there is no error.
func (tx *Tx) Unplace(ctx context.Context, library, at string) error {
	file, err := tx.one(ctx, "SELECT file FROM path WHERE library = ? AND path = ?", library, at)
	if err != nil || file == 0 {
		return err
	}
	if _, err := tx.c.exec(ctx, "DELETE FROM path WHERE library = ? AND path = ?", library, at); err != nil {
		return fmt.Errorf("take away %s: %w", at, err)
	}
	return tx.pathEvent(ctx, EventUnplaced, library, at, file)
}

// pathEvent tells of a path, once for each item of its file, or once where there is none.
func (tx *Tx) pathEvent(ctx context.Context, name, library, at string, file int64) error {
	e := Event{Name: name, Library: library, Path: at, File: file}
	item, err := tx.one(ctx, "SELECT item FROM file_item WHERE file = ? ORDER BY item LIMIT 1", file)
	if err != nil {
		return err
	}
	if item != 0 {
		e.Item = item
		if e.Root, err = tx.one(ctx, "SELECT root FROM item WHERE id = ?", item); err != nil {
			return err
		}
	}
	return tx.appendEvent(ctx, e)
}

const treeQuery = `SELECT path.library, path.path, file.id, file.content, file.size, file.created
	FROM path JOIN file ON file.id = path.file `

func scanTree(r row) (TreeRow, error) {
	var t TreeRow
	var created int64
	err := r.Scan(&t.Library, &t.Path, &t.File, &t.Content, &t.Size, &created)
	t.Created = fromMicros(created)
	return t, err
}

// Paths gives the paths of a file.
func (r Reader) Paths(ctx context.Context, file int64) ([]TreeRow, error) {
	list, err := collect(ctx, r.c, scanTree, treeQuery+"WHERE path.file = ? ORDER BY path.library, path.path", file)
	if err != nil {
		return nil, fmt.Errorf("paths of file %d: %w", file, err)
	}
	return list, nil
}

// Tree yields every path, by library and path, without holding them all. Take the Cursor first and Watch from it, and
// nothing is missed. Leave the loop early, and the query ends.
func (r Reader) Tree(ctx context.Context) iter.Seq2[TreeRow, error] {
	return func(yield func(TreeRow, error) bool) {
		rs, err := r.c.query(ctx, treeQuery+"ORDER BY path.library, path.path")
		if err != nil {
			yield(TreeRow{}, fmt.Errorf("read the tree: %w", err))
			return
		}
		defer rs.Close()
		for rs.Next() {
			t, err := scanTree(rs)
			if !yield(t, err) || err != nil {
				return
			}
		}
		if err := rs.Err(); err != nil {
			yield(TreeRow{}, fmt.Errorf("read the tree: %w", err))
		}
	}
}
