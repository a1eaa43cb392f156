package world

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestContentReadsTheSameInAnyPieces(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.mp4", "a.mkv", "a.rar", "a.nfo"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newContent("Some.Release", name, 400_001)
			whole, err := io.ReadAll(c.reader())
			if err != nil {
				t.Fatal(err)
			}
			if err := iotest.TestReader(c.reader(), whole); err != nil {
				t.Error(err)
			}
			for _, off := range []int64{0, 1, 7, 189_070, 189_080, 399_990} {
				got := make([]byte, 13)
				n, err := c.ReadAt(got, off)
				want := whole[min(off, c.size):min(off+13, c.size)]
				if err != nil && err != io.EOF || !bytes.Equal(got[:n], want) {
					t.Errorf("at %d: got %x, %v, want %x", off, got[:n], err, want)
				}
			}
		})
	}
}

var update = flag.Bool("update", false, "write testdata anew")

// TestInfoHashesAreForEver guards what config files and notes may mention. Whoever changes a hash changes it on purpose.
func TestInfoHashesAreForEver(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	var got strings.Builder
	for _, r := range w.Catalog() {
		fmt.Fprintln(&got, r.Hash, r.Name)
	}
	golden := filepath.Join("testdata", "hashes.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got.String(), string(want)); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
}

func TestCatalogHasWhatTheWorldPromises(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	sizes := map[int64]string{}
	for _, e := range releases() {
		r, err := newRelease(e)
		if err != nil {
			t.Fatal(err)
		}
		if names[e.name] {
			t.Errorf("%s is listed twice", e.name)
		}
		names[e.name] = true
		for _, f := range r.files {
			if f.video() && !strings.HasPrefix(f.path, "Sample/") && (f.size < 2_000_000 || f.size > 6_000_000) {
				t.Errorf("%s has %d bytes", f.path, f.size)
			}
			if other, dup := sizes[f.size]; dup && f.video() {
				t.Logf("%s is as large as %s", f.path, other)
			}
			sizes[f.size] = f.path
		}
		if r.info.Private == nil || *r.info.Private {
			t.Errorf("%s does not say that it is public", e.name)
		}
	}
}

func TestVideosPlay(t *testing.T) {
	t.Parallel()
	ffprobe, err := exec.LookPath("ffprobe")
	if err != nil {
		if os.Getenv("MILLRACE_REQUIRE_TOOLS") == "1" {
			t.Fatal("ffprobe is not installed: apt-get install ffmpeg")
		}
		t.Skip("ffprobe is not installed: whether the derived videos play is not checked")
	}
	for _, name := range []string{"Some.Film.2020.1080p.mkv", "Some.Film.2020.720p.mp4", "Sample/some.film-sample.mkv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newContent("Some.Film.2020.1080p", name, sizeOf("Some.Film.2020.1080p", name))
			p := filepath.Join(t.TempDir(), filepath.Base(name))
			whole, err := io.ReadAll(c.reader())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), ffprobe, "-v", "error", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0", p).CombinedOutput()
			if err != nil {
				t.Fatalf("ffprobe: %v: %s", err, out)
			}
			if diff := cmp.Diff(strings.Fields(string(out)), []string{"h264,240", "aac,432"}); diff != "" {
				t.Errorf("streams, -got +want:\n%s", diff)
			}
		})
	}
}
