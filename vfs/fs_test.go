package vfs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/readahead"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

func handle(t testing.TB, fsys *vfs.FS, path string) *vfs.Handle {
	t.Helper()
	n, err := fsys.Tree().Walk(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := fsys.Open(n.Inode)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tree, origin := vfs.NewTree(), vfstest.NewOrigin()
	for name, try := range map[string]func() (*vfs.FS, error){
		"no tree":            func() (*vfs.FS, error) { return vfs.New(nil, origin, vfs.Options{}) },
		"no source":          func() (*vfs.FS, error) { return vfs.New(tree, nil, vfs.Options{}) },
		"a negative timeout": func() (*vfs.FS, error) { return vfs.New(tree, origin, vfs.Options{ReadTimeout: -1}) },
		"a bad cache":        func() (*vfs.FS, error) { return vfs.New(tree, origin, vfs.Options{Cache: chunk.Options{ChunkSize: 3}}) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestHandle(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	f := vfstest.Files()[0]
	h := handle(t, w.FS, f.Path)
	if _, err := h.ReadAt(t.Context(), make([]byte, 1), -1); !errors.Is(err, vfs.ErrInvalid) {
		t.Errorf("at a negative offset: got %v, want %v", err, vfs.ErrInvalid)
	}
	if _, err := h.ReadAt(t.Context(), make([]byte, 1), f.Size); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: got %v, want %v", err, io.EOF)
	}
	if n, err := h.ReadAt(t.Context(), make([]byte, 10), f.Size-3); n != 3 || !errors.Is(err, io.EOF) {
		t.Errorf("over the end: got %d, %v; want 3, %v", n, err, io.EOF)
	}
	if err := w.Tree.Apply(vfs.Remove(f.Path)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ReadAt(t.Context(), make([]byte, 10), 1<<20); err != nil {
		t.Errorf("of a file that was removed: %v", err)
	}
	h.Close()
	h.Close()
	if _, err := h.ReadAt(t.Context(), make([]byte, 1), 0); !errors.Is(err, vfs.ErrInvalid) {
		t.Errorf("after it was closed: got %v, want %v", err, vfs.ErrInvalid)
	}
	if _, err := w.FS.Open(vfs.RootInode); !errors.Is(err, vfs.ErrInvalid) {
		t.Errorf("open of a directory: got %v, want %v", err, vfs.ErrInvalid)
	}
	if _, err := w.FS.Open(12345); !errors.Is(err, vfs.ErrNotExist) {
		t.Errorf("open of nothing: got %v, want %v", err, vfs.ErrNotExist)
	}
}

func TestErrorsKeepTheirKind(t *testing.T) {
	t.Parallel()
	for _, kind := range []error{vfs.ErrNotExist, vfs.ErrPermission, vfs.ErrInvalid, vfs.ErrBusy, vfs.ErrBroken} {
		w := vfstest.NewWorld(t, vfs.Options{})
		w.Origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Err: fmt.Errorf("link: %w", kind)} })
		if _, err := handle(t, w.FS, vfstest.Files()[0].Path).ReadAt(t.Context(), make([]byte, 1), 0); !errors.Is(err, kind) {
			t.Errorf("got %v, want %v", err, kind)
		}
	}
	w := vfstest.NewWorld(t, vfs.Options{})
	w.Origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: true} })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := handle(t, w.FS, vfstest.Files()[0].Path).ReadAt(ctx, make([]byte, 1), 0)
	if !errors.Is(err, context.Canceled) || errors.Is(err, vfs.ErrBroken) {
		t.Errorf("got %v, want only %v", err, context.Canceled)
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{Readahead: readahead.Options{Total: -1}})
	f := vfstest.Files()[0]
	h := handle(t, w.FS, f.Path)
	other, err := w.FS.OpenContent("big", f.Size, "by the addon")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := h.ReadAt(t.Context(), make([]byte, 1000), 500); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := other.ReadAt(t.Context(), make([]byte, 100), 0); err != nil {
		t.Fatal(err)
	}
	got := w.FS.Streams()
	want := []vfs.Stream{
		{ID: 1, Inode: f.Inode, Path: f.Path, ContentID: "big", Size: f.Size, Offset: 1500, FromNetwork: 1000, FromMemory: 1000, Mode: "probe"},
		{ID: 2, Path: "by the addon", ContentID: "big", Size: f.Size, Offset: 100, FromMemory: 100, Mode: "probe"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(vfs.Stream{}, "Opened", "Last", "Rate", "Ahead")); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
	h.Close()
	other.Close()
	if got := w.FS.Streams(); len(got) != 0 {
		t.Errorf("got %+v after both were closed", got)
	}
	if _, err := w.FS.OpenContent("", 1, ""); !errors.Is(err, vfs.ErrInvalid) {
		t.Errorf("open of no content: got %v, want %v", err, vfs.ErrInvalid)
	}
}

func TestSequentialReaderFetchesEachByteOnce(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{Dir: t.TempDir(), KeepFree: -1}})
	const size = 64<<20 + 5
	readThrough(t, w.FS, "film", size)
	if got := w.Origin.Served(); got != size {
		t.Errorf("the origin sent %d bytes of %d", got, size)
	}
	if got := len(w.Origin.Requests()); got > 40 {
		t.Errorf("%d requests were made, want few large ones", got)
	}
}

func readThrough(t testing.TB, fsys *vfs.FS, id string, size int64) {
	t.Helper()
	h, err := fsys.OpenContent(id, size, id)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	got, want := make([]byte, 128<<10), make([]byte, 128<<10)
	for off := int64(0); off < size; off += int64(len(got)) {
		n, err := h.ReadAt(context.Background(), got, off)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		vfstest.Bytes(id, off, want[:n])
		if !bytes.Equal(got[:n], want[:n]) || n < len(got) && off+int64(n) != size {
			t.Fatalf("other bytes at %d", off)
		}
	}
}

func TestSlowSourceDoesNotHoldUpAnother(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{Stall: time.Hour}})
	w.Origin.Script(func(r vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: r.ContentID == "dead"} })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	const readers = 50
	for i := range int64(readers) {
		h, err := w.FS.OpenContent("dead", 1<<30, "dead")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer func() { done <- struct{}{} }()
			defer h.Close()
			h.ReadAt(ctx, make([]byte, 1<<20), i<<20) // cancelled
		}()
	}
	vfstest.Eventually(t, "all of them wait", func() bool { return w.Origin.Open() == readers })
	readThrough(t, w.FS, "alive", 10<<20)
	cancel()
	for range readers {
		<-done
	}
}

func TestTwoFileSystemsLiveSideBySide(t *testing.T) {
	t.Parallel()
	for range 2 {
		w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{Dir: t.TempDir(), KeepFree: -1}})
		readThrough(t, w.FS, "film", 1<<20)
	}
}

type observer struct{ served, fetched, lost chan int64 }

func (o observer) Served(_ chunk.Origin, n int)              { o.served <- int64(n) }
func (o observer) Fetched(_ time.Duration, n int64, _ error) { o.fetched <- n }
func (o observer) Lost(_ chunk.Loss, n int64)                { o.lost <- n }

func TestObserverHears(t *testing.T) {
	t.Parallel()
	o := observer{make(chan int64, 10), make(chan int64, 10), make(chan int64, 10)}
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{Observer: o}})
	if _, err := handle(t, w.FS, vfstest.Files()[2].Path).ReadAt(t.Context(), make([]byte, 777), 0); err != nil {
		t.Fatal(err)
	}
	if served, fetched := <-o.served, <-o.fetched; served != 777 || fetched != 777 {
		t.Errorf("got %d served and %d fetched, want 777", served, fetched)
	}
}
