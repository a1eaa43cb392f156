package chunk

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

type source []byte

func (s source) ReadRange(_ context.Context, _ string, off, n int64) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s[off : off+n])), nil
}

// FuzzFolder puts any bytes where the cache keeps a content, and reads the content.
func FuzzFolder(f *testing.F) {
	const total, piece = 3*minChunk + 100, minChunk
	content := source(bytes.Repeat([]byte("0123456789abcdef!"), total/17+1)[:total])
	k := key{"id", total}
	good := encodeHeader(k, piece)
	st := &store{key: k, seed: seedOf(k, piece)}
	for n := range chunks(total, piece) {
		var b [slotSize]byte
		st.slot(b[:], n, st.sum(n, content[n*piece:min((n+1)*piece, total)]))
		good = append(good, b[:]...)
	}
	f.Add(good, []byte(content))
	f.Add(good[:headerSize+11], []byte(content))
	f.Add(good, []byte(content[:piece]))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, index, data []byte) {
		dir, name := t.TempDir(), nameOf(k)
		if err := os.Mkdir(filepath.Join(dir, name[:2]), 0o700); err != nil {
			t.Fatal(err)
		}
		for ext, b := range map[string][]byte{indexExt: index, dataExt: data} {
			if err := os.WriteFile(filepath.Join(dir, name[:2], name+ext), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c, err := New(content, Options{Dir: dir, ChunkSize: piece, KeepFree: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		file := c.Open("id", total)
		defer file.Close()
		got := make([]byte, total)
		if _, _, err := file.ReadAt(context.Background(), got, 0); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, content) {
			t.Error("other bytes")
		}
	})
}
