//go:build linux

package soak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/mount"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/webdav"
)

// account is a debrid instance that holds every file. Its links live for moments only, and no two are the same.
type account struct {
	origin string
	given  atomic.Int64
}

var _ sdk.Debrid = (*account)(nil)

func (*account) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{}, sdk.Errorf(sdk.Invalid, "this account takes nothing new")
}

func (a *account) Link(_ context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	q := url.Values{"size": {strconv.FormatInt(r.File.Size, 10)}, "link": {strconv.FormatInt(a.given.Add(1), 10)}}
	return sdk.Link{URL: a.origin + "/" + url.PathEscape(r.File.Path) + "?" + q.Encode(), Expires: time.Now().Add(40 * time.Second)}, nil
}

func (*account) Remove(context.Context, string) error { return nil }

// catalog is the library in its database.
type catalog struct {
	db     *db.DB
	placed int          // files so far
	slots  [slots]int64 // the file at a path that comes and goes; 0: none
	times  [slots]int   // how often it came
	rnd    *rand.Rand
}

// put gives a new file, held by the account, a path.
func (c *catalog) put(ctx context.Context, tx *db.Tx, path string, size int64) (int64, error) {
	c.placed++
	hash := fmt.Sprintf("%040x", c.placed)
	ids, err := tx.SaveReleases(ctx, "soak", []db.Found{{Release: sdk.Release{Hash: hash, Name: path}}})
	if err != nil {
		return 0, err
	}
	p := db.Placement{Instance: "account", Release: ids[0], Hash: hash, Provider: hash, State: sdk.PlacementReady}
	if _, err := tx.SavePlacement(ctx, p); err != nil {
		return 0, err
	}
	id, err := tx.PutFile(ctx, db.File{Release: ids[0], Hash: hash, Path: remotePath(path, size), Size: size})
	if err != nil {
		return 0, err
	}
	_, err = tx.Place(ctx, "soak", path, id)
	return id, err
}

// fill makes the library as it is at first.
func (c *catalog) fill(ctx context.Context) error {
	return c.db.Tx(ctx, func(tx *db.Tx) error {
		for i := range films {
			if _, err := c.put(ctx, tx, filmPath(i), filmSize(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// change lets a file come or go.
func (c *catalog) change(ctx context.Context) error {
	i := c.rnd.IntN(slots)
	return c.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if c.slots[i] != 0 {
			err = tx.RemoveFile(ctx, c.slots[i])
			c.slots[i] = 0
			return err
		}
		c.times[i]++
		c.slots[i], err = c.put(ctx, tx, slotPath(i), slotSize(i, c.times[i]))
		return err
	})
}

// run changes the library until ctx ends.
func (c *catalog) run(ctx context.Context) error {
	return every(ctx, 150*time.Millisecond, func() error { return c.change(ctx) })
}

// every does something until ctx ends.
func every(ctx context.Context, d time.Duration, do func() error) error {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := do(); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// serving is the process that serves.
type serving struct {
	Origin, DB, Cache, Dir string // URL, file, folder, and where to mount
}

// inside is what only the process that serves knows, one line of JSON each second.
type inside struct {
	DAV              string
	Goroutines, Open int
	Passed           int // open handles that the kernel reads from by itself
	Heap             int64
	Cache            chunk.Stats
}

func (s serving) run(in io.Reader, out io.Writer) (err error) {
	ctx, cancel := untilClosed(in)
	defer cancel()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	d, err := db.Open(ctx, db.Options{Path: s.DB, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	c := &catalog{db: d, rnd: rand.New(rand.NewPCG(1, 2))}
	if err := c.fill(ctx); err != nil {
		return err
	}
	pool := plugin.Fixed(plugin.Options{}, plugin.Value{
		Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: "account"}, Client: &account{origin: s.Origin},
	})
	links := link.New(d, pool, link.Options{Log: log})
	defer links.Close()
	tree := mount.New(d, links, log)
	if err := tree.Load(ctx); err != nil {
		return err
	}
	fsys, err := vfs.New(tree.Tree(), tree, vfs.Options{Cache: chunk.Options{
		Dir: s.Cache, MaxBytes: cacheBytes, KeepFree: -1, Memory: memoryBytes, ChunkSize: chunkBytes, Logger: log,
	}})
	if err != nil {
		return err
	}
	return s.serve(ctx, fsys, tree, c, out)
}

// serve serves until ctx ends.
func (s serving) serve(ctx context.Context, fsys *vfs.FS, tree *mount.Mount, c *catalog, out io.Writer) error {
	back, stopBack := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBack()
	var behind errgroup.Group
	behind.Go(func() error { return fsys.Run(back) })
	behind.Go(func() error { return tree.Run(back) })
	dav, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		behind.Go(func() error { return serveDAV(back, dav, fsys) })
		err = s.show(ctx, fsys, c, &teller{dav: "http://" + dav.Addr().String() + "/dav", fsys: fsys, out: json.NewEncoder(out)})
	}
	stopBack()
	return errors.Join(err, behind.Wait())
}

// show mounts, has the library change, and unmounts when ctx ends.
func (s serving) show(ctx context.Context, fsys *vfs.FS, c *catalog, t *teller) error {
	m, err := fuse.New(fsys, s.Dir, fuse.Options{})
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.Go(func() error { return c.run(ctx) })
	g.Go(func() error { return every(ctx, time.Second, t.tell) })
	err = g.Wait()
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return errors.Join(err, m.Unmount(leave))
}

// serveDAV serves the same files over WebDAV until ctx ends.
func serveDAV(ctx context.Context, l net.Listener, fsys *vfs.FS) error {
	srv := &http.Server{Handler: webdav.Handler(fsys, "/dav", nil)}
	defer context.AfterFunc(ctx, func() { srv.Close() })()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// teller says how the process is.
type teller struct {
	dav  string
	fsys *vfs.FS
	out  *json.Encoder
}

func (t *teller) tell() error {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	in := inside{DAV: t.dav, Goroutines: runtime.NumGoroutine(), Heap: int64(m.HeapInuse), Cache: t.fsys.CacheStats()}
	for _, s := range t.fsys.Streams() {
		in.Open++
		if s.Passthrough {
			in.Passed++
		}
	}
	return t.out.Encode(in)
}

// untilClosed gives a context that ends when there is no more to read: the parent closed the pipe, or died.
func untilClosed(in io.Reader) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, in) // however it ends
	}()
	return ctx, cancel
}
