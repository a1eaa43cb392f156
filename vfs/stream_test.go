package vfs_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/readahead"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// named is an origin that tells its name.
type named struct{ vfs.Source }

type namedBody struct{ io.ReadCloser }

func (namedBody) From() string { return "somebody" }

func (n named) ReadRange(ctx context.Context, id string, off, size int64) (io.ReadCloser, error) {
	body, err := n.Source.ReadRange(ctx, id, off, size)
	return namedBody{body}, err
}

func TestAStreamTellsWhoReadsWhatAndFromWhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tree := vfs.NewTree()
		if err := tree.Apply(vfs.Put("film.mkv", vfs.File{Inode: vfs.FileInode(1), ContentID: "film", Size: 8 << 20})); err != nil {
			t.Fatal(err)
		}
		origin := vfstest.NewOrigin()
		fsys, err := vfs.New(tree, named{origin}, vfs.Options{Readahead: readahead.Options{Total: -1}})
		if err != nil {
			t.Fatal(err)
		}
		defer fsys.Close()
		player := vfs.Reader{Kind: "http", Program: "player/1.0", Address: "192.0.2.1:4711"}
		h, err := fsys.OpenFor(vfs.FileInode(1), player)
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		time.Sleep(10 * time.Second) // of the bubble's time
		for range 5 {
			if _, err := h.ReadAt(t.Context(), make([]byte, 1000), 0); err != nil {
				t.Fatal(err)
			}
		}
		want := vfs.Stream{
			ID: 1, Inode: vfs.FileInode(1), Path: "film.mkv", ContentID: "film", Reader: player, Size: 8 << 20, Offset: 1000, Rate: 1000,
			FromNetwork: 1000, FromMemory: 4000, From: "somebody", Mode: "probe",
		}
		got := fsys.Streams()[0]
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(vfs.Stream{}, "Opened", "Last", "Ahead")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if rest := int64(128<<10 - 1000); got.Ahead < rest {
			t.Errorf("%d bytes are ahead, want at least the rest of the chunk, %d", got.Ahead, rest)
		}
		total := vfs.Traffic{
			Memory: vfs.Flow{Bytes: 4000, Rate: 800}, Network: vfs.Flow{Bytes: 1000, Rate: 200},
			Fetched: []vfs.Flow{{Name: "somebody", Bytes: origin.Served(), Rate: origin.Served() / 5}},
		}
		if diff := cmp.Diff(total, fsys.Traffic()); diff != "" {
			t.Errorf("traffic (-want +got)\n%s", diff)
		}
		h.SetPassthrough(true)
		if got := fsys.Streams()[0]; !got.Passthrough || got.Mode != vfs.Passthrough {
			t.Errorf("one that the kernel reads by itself is shown as %+v", got)
		}
		time.Sleep(time.Minute)
		off := int64(1 << 20)
		h.SetPosition(func() (int64, bool) { return off, true })
		if got := fsys.Streams()[0]; got.Offset != off || got.Rate != 0 {
			t.Errorf("at the first look it is at %d, at %d bytes a second; want %d and no rate yet", got.Offset, got.Rate, off)
		}
		for range 5 {
			time.Sleep(time.Second)
			off += 1000
			fsys.Streams()
		}
		if got := fsys.Streams()[0]; got.Offset != off || got.Rate != 1000 {
			t.Errorf("it is at %d, at %d bytes a second; want %d and 1000", got.Offset, got.Rate, off)
		}
	})
}

func TestAFileOfTheTreeIsAllAhead(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	f := vfstest.Files()[1]
	h := handle(t, w.FS, f.Path)
	if _, err := h.ReadAt(t.Context(), make([]byte, 10), 0); err != nil {
		t.Fatal(err)
	}
	if got, want := w.FS.Streams()[0].Ahead, int64(len(f.Data)-10); got != want {
		t.Errorf("got %d bytes ahead, want %d", got, want)
	}
}
