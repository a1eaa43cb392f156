package world

import (
	"bytes"
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

// TestInfoHashesAreForEver guards what config files and notes may mention. Whoever changes a hash changes it on purpose.
func TestInfoHashesAreForEver(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, e := range releases() {
		if !strings.Contains(e.name, "1080p") || e.imdb == TearsOfSteel {
			continue
		}
		r, err := newRelease(e)
		if err != nil {
			t.Fatal(err)
		}
		got[e.name] = r.hash.HexString()
	}
	want := map[string]string{
		"Big.Buck.Bunny.&.Friends.2011.1080p.WEB-DL.H.264-NEAR":       "9ae8b052bf566dacbc0f0aa455ae88fb7fc0c787",
		"Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL":          "512739820249d3995f87ee1fe03765352f8a640a",
		"Elephants.Dream.2006.1080p.BluRay.REMUX.AVC.FLAC.2.0-LAWYER": "80d4209a4199ab92e6edfddb2325a44249964a72",
		"Elephants.Dream.2006.1080p.WEB-DL.AAC2.0.H.264-MILL":         "6883f9c29bf50efedf1b7aaea0199510570cc62e",
		"Sintel.2.2014.1080p.WEB-DL.H.264-NEAR":                       "96e0df48bc0b538ccf0b1158b70927fcfb7b1e43",
		"Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL":                  "b49012ec5c9346f65f32cf6a307e91a8a47a546d",
		"The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL":     "b1b64c011198443a26f70a4e619c3eb438c14120",
		"The.Mill.on.the.Race.S01E02.1080p.WEB-DL.AAC2.0.H.264-RACE":  "bca858787389443dbc9a495310c39018e923be6f",
		"The.Mill.on.the.Race.S02E01.1080p.WEB-DL.DDP5.1.H.264-MILL":  "69cb3e68da2c87625728bf47731d68193e129c09",
		"The.Mill.on.the.Race.S02E02.1080p.WEB-DL.DDP5.1.H.264-MILL":  "180d51f30e6bf05e3fee43328ec07d58979f00f9",
		"The.Mill.on.the.Race.S02E03.1080p.WEB-DL.DDP5.1.H.264-MILL":  "54c969f1611a373fb13aa8487ea8cd84fc5a68bb",
		"The.Mill.on.the.Race.S02E04.1080p.WEB-DL.DDP5.1.H.264-MILL":  "ce659d31835a697acb7d323dbf091f517f992bd7",
		"The.Mill.on.the.River.S01E01.1080p.WEB-DL.H.264-NEAR":        "58d02a1128261ede85f9a553c59750bc65eb0683",
	}
	if diff := cmp.Diff(got, want); diff != "" {
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
