package vfstest

import (
	"context"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// World is an FS over an Origin, with some files in it.
type World struct {
	Origin *Origin
	Tree   *vfs.Tree
	FS     *vfs.FS
}

// File is one of a World's.
type File struct {
	Path      string
	Inode     uint64
	ContentID string
	Size      int64
	Data      string
}

var mtime = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

// Files returns the files of every World.
func Files() []File {
	return []File{
		{Path: "movies/Big (1988)/Big (1988).mkv", Inode: vfs.FileInode(1), ContentID: "big", Size: 5<<20 + 12345},
		{Path: "movies/Big (1988)/Big (1988).en.srt", Inode: vfs.SidecarInode(1), Data: "1\n00:00:01,000 --> 00:00:02,000\nHi\n"},
		{Path: "movies/Small (2001)/Small (2001).mkv", Inode: vfs.FileInode(2), ContentID: "small", Size: 777},
		{Path: "shows/Überß & <Söhne>/S01E01 #1 50%.mkv", Inode: vfs.FileInode(3), ContentID: "odd", Size: 1 << 20},
		{Path: "shows/empty.mkv", Inode: vfs.FileInode(4), ContentID: "empty"},
	}
}

// NewWorld returns a world whose FS runs until the test ends.
func NewWorld(t testing.TB, o vfs.Options) *World {
	t.Helper()
	w := &World{Origin: NewOrigin()}
	var err error
	if w.Tree, err = Plant(Files()); err != nil {
		t.Fatal(err)
	}
	if w.FS, err = vfs.New(w.Tree, w.Origin, o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.FS.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if n := w.Origin.Open(); n != 0 {
			t.Errorf("%d requests are left open", n)
		}
	})
	return w
}

// Plant returns a tree of files.
func Plant(files []File) (*vfs.Tree, error) {
	tree := vfs.NewTree()
	for _, f := range files {
		if err := tree.Apply(vfs.Put(f.Path, f.file())); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

func (f File) file() vfs.File {
	v := vfs.File{Inode: f.Inode, Size: f.Size, Mtime: mtime, ContentID: f.ContentID}
	if f.Data != "" {
		v.Data = []byte(f.Data)
	}
	return v
}

func (f File) bytes(off int64, n int) []byte {
	if f.Data != "" {
		return []byte(f.Data)[min(off, int64(len(f.Data))):min(off+int64(n), int64(len(f.Data)))]
	}
	p := make([]byte, max(0, min(int64(n), f.Size-off)))
	Bytes(f.ContentID, off, p)
	return p
}

// options has small chunks, so that small files have many, and no patience.
func options(t *testing.T) vfs.Options {
	return vfs.Options{
		Cache: chunk.Options{
			Dir: t.TempDir(), KeepFree: -1, ChunkSize: 16 << 10, Stall: 200 * time.Millisecond, Backoff: time.Millisecond, DiskWait: time.Minute,
		},
	}
}
