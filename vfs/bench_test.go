package vfs_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

const benchSize = 256 << 20

// BenchmarkSequentialRead reads a file through in pieces of 128 KiB: for the first time, then from disk. Beside it stands
// what the origin alone can do.
func BenchmarkSequentialRead(b *testing.B) {
	b.Run("origin", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			body, err := vfstest.NewOrigin().ReadRange(context.Background(), "film", 0, benchSize)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, body, make([]byte, 128<<10)); err != nil {
				b.Fatal(err)
			}
			body.Close()
		}
	})
	b.Run("cold, memory only", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			sequential(b, vfstest.NewWorld(b, vfs.Options{}).FS)
		}
	})
	b.Run("cold", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			sequential(b, vfstest.NewWorld(b, onDisk(b)).FS)
		}
	})
	b.Run("from disk", func(b *testing.B) {
		w := vfstest.NewWorld(b, onDisk(b))
		sequential(b, w.FS)
		b.SetBytes(benchSize)
		for b.Loop() {
			sequential(b, w.FS)
		}
	})
}

func onDisk(b *testing.B) vfs.Options {
	return vfs.Options{Cache: chunk.Options{Dir: b.TempDir(), KeepFree: -1}}
}

func sequential(b *testing.B, fsys *vfs.FS) {
	h, err := fsys.OpenContent("film", benchSize, "film")
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	p := make([]byte, 128<<10)
	for off := int64(0); off < benchSize; off += int64(len(p)) {
		if _, err := h.ReadAt(context.Background(), p, off); err != nil && !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

// BenchmarkRandomRead reads 64 KiB at random places of a file that is new, and says how much that has fetched.
func BenchmarkRandomRead(b *testing.B) {
	w := vfstest.NewWorld(b, vfs.Options{})
	h, err := w.FS.OpenContent("film", 100<<30, "film")
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	rnd := rand.New(rand.NewPCG(1, 2))
	p := make([]byte, 64<<10)
	b.SetBytes(int64(len(p)))
	n := int64(0)
	for b.Loop() {
		if _, err := h.ReadAt(context.Background(), p, rnd.Int64N(100<<30-int64(len(p)))); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(w.Origin.Served())/float64(n*int64(len(p))), "fetched/read")
}
