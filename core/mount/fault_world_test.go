package mount

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/vfstest"
	"github.com/millrace-media/millrace/vfs/webdav"
)

func TestMain(m *testing.M) { vfstest.Main(m) }

// holder is a debrid account that holds every file. Its links lead to a server, and tell whose they are and the how many
// of their kind: "a/1", "a/2".
type holder struct {
	name   string
	server *vfstest.Server
	sizes  map[string]int64 // by content
	asked  atomic.Int64
}

func (h *holder) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{}, nil
}
func (h *holder) Remove(context.Context, string) error { return nil }

func (h *holder) Link(_ context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	for id, size := range h.sizes {
		if size == r.File.Size {
			return sdk.Link{URL: h.server.URL(id, size, fmt.Sprintf("%s/%d/%s", h.name, h.asked.Add(1), secret))}, nil
		}
	}
	return sdk.Link{}, sdk.Errorf(sdk.NotFound, "no such file")
}

// secret is in every link, and nowhere else.
const secret = "hunter2"

// fabric is all that is between providers and a reader: debrid accounts, their links, the tree, and the file system.
type fabric struct {
	*world
	server *vfstest.Server
	fs     *vfs.FS
	files  []vfstest.File
}

// sizes are those of the files of a fabric; each is another one, so that a file can be told by it.
var sizes = []int64{3<<20 + 12345, 1 << 20, 777, 300<<10 + 1}

// weave makes a fabric over some of the accounts "a" and "b".
func weave(t *testing.T, o vfs.Options, accounts ...string) *fabric {
	t.Helper()
	f := &fabric{world: setup(t), server: vfstest.NewServer(t)}
	bytes := map[string]int64{}
	for i, size := range sizes {
		path := fmt.Sprintf("movies/Film %d (20%02d)/Film %d.mkv", i, i, i)
		file := f.hold(path, size, accounts)
		f.files = append(f.files, vfstest.File{Path: path, ContentID: file.Content, Size: size})
		bytes[file.Content] = size
	}
	var values []plugin.Value
	for _, name := range accounts {
		values = append(values, plugin.Value{
			Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: name},
			Client:   &holder{name: name, server: f.server, sizes: bytes},
		})
	}
	log := slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	links := link.New(f.db, plugin.Fixed(plugin.Options{}, values...), link.Options{Log: log})
	t.Cleanup(links.Close)
	f.Mount = New(f.db, links, log)
	f.load()
	f.serve(o)
	return f
}

// serve runs a file system, in the place of the one before, until the test ends.
func (f *fabric) serve(o vfs.Options) {
	f.t.Helper()
	o.Cache.Logger = slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	fsys, err := vfs.New(f.Tree(), f.Mount, o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.fs = fsys
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- fsys.Run(ctx) }()
	f.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			f.t.Error(err)
		}
		if strings.Contains(f.log.String(), secret) {
			f.t.Errorf("the log has a link: %s", f.log)
		}
	})
}

// hold puts a file in the library, ready at some accounts.
func (f *fabric) hold(path string, size int64, accounts []string) (file db.File) {
	f.t.Helper()
	f.n++
	hash := fmt.Sprintf("%040x", f.n)
	f.tx(func(tx *db.Tx) error {
		ctx := f.t.Context()
		ids, err := tx.SaveReleases(ctx, "s", []db.Found{{Release: sdk.Release{Hash: hash, Name: hash}}})
		if err != nil {
			return err
		}
		for _, name := range accounts {
			p := db.Placement{Release: ids[0], Hash: hash, Instance: name, Provider: "p-" + name + hash, State: sdk.PlacementReady}
			if _, err := tx.SavePlacement(ctx, p); err != nil {
				return err
			}
		}
		id, err := tx.PutFile(ctx, db.File{Release: ids[0], Hash: hash, Path: "f.mkv", Size: size})
		if err != nil {
			return err
		}
		if file, err = tx.File(ctx, id); err != nil {
			return err
		}
		_, err = tx.Place(ctx, "movies", path, id)
		return err
	})
	return file
}

// impatient are options of a small cache whose requests are soon found to stall.
func impatient(dir string) vfs.Options {
	return vfs.Options{Cache: chunk.Options{
		Dir: dir, KeepFree: -1, ChunkSize: 16 << 10, Memory: 1 << 20,
		Stall: 2 * time.Second, Backoff: 10 * time.Millisecond,
	}}
}

// door is a way in which readers reach a file system.
type door struct {
	name string
	open func(t *testing.T, fsys *vfs.FS) vfstest.Holder
}

// doors are all of them.
var doors = []door{
	{"in the process", func(t *testing.T, fsys *vfs.FS) vfstest.Holder { return vfstest.Holding(vfstest.Direct(t, fsys)) }},
	{"through a mount", mounted},
	{"over HTTP", func(t *testing.T, fsys *vfs.FS) vfstest.Holder {
		return served(t, httptest.NewServer(webdav.Files(fsys, "/", nil)))
	}},
	{"over WebDAV", func(t *testing.T, fsys *vfs.FS) vfstest.Holder {
		return served(t, httptest.NewServer(webdav.Handler(fsys, "/", nil)))
	}},
}

func served(t *testing.T, s *httptest.Server) vfstest.Holder {
	t.Cleanup(s.Close)
	c := s.Client()
	c.Timeout = vfstest.Patience
	return vfstest.Web(c, s.URL)
}

func mounted(t *testing.T, fsys *vfs.FS) vfstest.Holder {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil && os.Getenv("MILLRACE_REQUIRE_FUSE") != "1" {
		t.Skip("no /dev/fuse here")
	}
	m, err := fuse.New(fsys, t.TempDir(), fuse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Unmount(context.Background()); err != nil {
			t.Errorf("unmount: %v", err)
		}
		<-m.Done()
	})
	return vfstest.Holding(vfstest.Process(t, m.Dir()))
}
