// Package mount shows the library as a directory tree: it builds a [vfs.Tree] from the paths that the database holds, keeps
// it so while they change, whichever daemon changes them, and gives vfs the bytes of files through link.
//
// Names, inode numbers and times come from the database and never change by themselves. What the tree looks like to a
// kernel or to WebDAV is vfs's business.
package mount

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// Mount is the tree of one daemon.
type Mount struct {
	db    *db.DB
	links *link.Resolver
	log   *slog.Logger
	tree  *vfs.Tree
	from  db.Cursor // up to where the tree is; Load sets it, then it is Run's alone
}

var _ vfs.Source = (*Mount)(nil)

// New makes an empty tree.
func New(d *db.DB, links *link.Resolver, log *slog.Logger) *Mount {
	return &Mount{db: d, links: links, log: log, tree: vfs.NewTree()}
}

// Tree is the tree itself.
func (m *Mount) Tree() *vfs.Tree { return m.tree }

// loadBatch is how many paths are put in the tree at once.
const loadBatch = 1000

// Load fills the tree from the database. A path that cannot stand there, because another library has a folder of the same
// name where it has a file, is logged and left out.
func (m *Mount) Load(ctx context.Context) error {
	from, err := m.db.Cursor(ctx)
	if err != nil {
		return fmt.Errorf("load tree: %w", err)
	}
	m.from = from
	batch := make([]vfs.Change, 0, loadBatch)
	for row, err := range m.db.Tree(ctx) {
		if err != nil {
			return fmt.Errorf("load tree: %w", err)
		}
		batch = append(batch, put(row))
		if len(batch) == loadBatch {
			m.apply(batch)
			batch = batch[:0]
		}
	}
	m.apply(batch)
	return nil
}

// Libraries makes the top folder of each library, so that a media server finds it before there is anything in it.
func (m *Mount) Libraries(ls []config.Library) {
	for _, l := range ls {
		top, _, _ := strings.Cut(l.Folder.String(), "/")
		if top != "" && !strings.ContainsAny(top, "{}") {
			m.apply([]vfs.Change{vfs.Mkdir(top)})
		}
	}
}

func put(r db.TreeRow) vfs.Change {
	return vfs.Put(r.Path, vfs.File{Inode: vfs.FileInode(r.File), Size: r.Size, Mtime: r.Created, ContentID: r.Content})
}

// apply makes changes. One that is impossible stops none of the others; that a path to be removed is not there is as it
// should be.
func (m *Mount) apply(changes []vfs.Change) {
	if len(changes) == 0 {
		return
	}
	if err := m.tree.Apply(changes...); errors.Is(err, vfs.ErrInvalid) {
		m.log.Error("a path cannot stand in the tree", "err", err)
	} else if err != nil {
		m.log.Debug("a path was not in the tree", "err", err)
	}
}

// retry is how long the tree is left as it is when the database cannot be read.
const retry = time.Second

// Run follows what is placed and unplaced until ctx ends. While the database cannot be read the tree stays as it is; it is
// brought up to date afterwards.
func (m *Mount) Run(ctx context.Context) error {
	for {
		err := m.db.Watch(ctx, m.from, func(events []db.Event) error { return m.take(ctx, events) })
		if ctx.Err() != nil {
			return nil
		}
		m.log.Error("the library cannot be followed; it is tried again", "err", err)
		timer := time.NewTimer(retry)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// take brings events into the tree, and remembers the last.
func (m *Mount) take(ctx context.Context, events []db.Event) error {
	var changes []vfs.Change
	for _, e := range events {
		c, ok, err := m.change(ctx, e)
		if err != nil {
			return err
		}
		if ok {
			changes = append(changes, c)
		}
	}
	m.apply(changes)
	m.from = events[len(events)-1].Cursor
	return nil
}

func (m *Mount) change(ctx context.Context, e db.Event) (vfs.Change, bool, error) {
	switch e.Name {
	case db.EventUnplaced:
		return vfs.Remove(e.Path), true, nil
	case db.EventPlaced:
		f, err := m.db.File(ctx, e.File)
		if errors.Is(err, db.ErrNotFound) {
			return vfs.Change{}, false, nil // removed since: its own event follows
		}
		return put(db.TreeRow{Path: e.Path, File: f.ID, Content: f.Content, Size: f.Size, Created: f.Created}), err == nil, err
	}
	return vfs.Change{}, false, nil
}

// ReadRange implements [vfs.Source].
func (m *Mount) ReadRange(ctx context.Context, contentID string, off, n int64) (io.ReadCloser, error) {
	urgent := func() bool { return chunk.Urgent(ctx) }
	body, err := m.links.Read(link.WithUrgency(ctx, urgent), contentID, off, n)
	if err != nil {
		return nil, translate(err)
	}
	return body, nil
}

// translate gives an error the meaning that it has to a reader of files.
func translate(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	switch sdk.KindOf(err) {
	case sdk.Invalid:
		return fmt.Errorf("%w: %w", vfs.ErrInvalid, err)
	case sdk.Denied:
		return fmt.Errorf("%w: %w", vfs.ErrPermission, err)
	}
	return fmt.Errorf("%w: %w", vfs.ErrBroken, err)
}
