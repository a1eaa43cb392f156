package e2e

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// bytesOf gives the bytes of a release's file.
func (s *scene) bytesOf(release, file string) []byte {
	s.t.Helper()
	r, err := s.world.Open(s.release(release).Hash, file)
	if err != nil {
		s.t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// readAt reads from an open file and compares.
func readAt(t *testing.T, f *os.File, want []byte, off, n int) {
	t.Helper()
	got := make([]byte, n)
	if _, err := f.ReadAt(got, int64(off)); err != nil {
		t.Errorf("read %d bytes from %d of %s: %v", n, off, filepath.Base(f.Name()), err)
		return
	}
	if !bytes.Equal(got, want[off:off+n]) {
		t.Errorf("%s has other bytes from %d", filepath.Base(f.Name()), off)
	}
}

func TestLinkThatEndsWhileAFileIsReadIsRenewed(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.usual()...)
	films := []struct {
		imdb, path, release, file string
		status                    int
	}{
		{world.BigBuckBunny, bunnyPath, "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL", bunnyFile, 404},
		{world.Sintel, sintelPath, "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL", sintelFile, 410},
		{world.TearsOfSteel, tearsPath, "Tears.of.Steel.2012.1080p.WEB-DL.DDP5.1.H.264-MILL", tearsFile, 403},
	}
	var paths []string
	for _, f := range films {
		s.want(f.imdb)
		paths = append(paths, f.path)
	}
	d.waitTree(paths...)
	for _, film := range films {
		want := s.bytesOf(film.release, film.file)
		f, err := os.Open(filepath.Join(d.mount(), film.path))
		if err != nil {
			t.Fatal(err)
		}
		readAt(t, f, want, 0, 64<<10)
		given := s.world.Accounts()[0].Downloads
		if _, err := s.world.ChangeAccount(world.AccountChange{ExpireLinks: true, ExpiredStatus: film.status}); err != nil {
			t.Fatal(err)
		}
		readAt(t, f, want, len(want)-128<<10, 128<<10)
		readAt(t, f, want, len(want)/2, 256<<10)
		if now := s.world.Accounts()[0].Downloads; now != given+1 {
			t.Errorf("status %d: %d links were asked for after the first had ended, want 1", film.status, now-given)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDaemonStopsWhileAFileIsOpen(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.usual()...)
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	f, err := os.Open(filepath.Join(d.mount(), bunnyPath))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // its file system has gone
	s.fault(world.Fault{Service: "cdn", Mode: "slow", Speed: 20_000})
	read := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 16<<10)
		if _, err := f.Read(b); err != nil {
			t.Errorf("read before the stop: %v", err)
		}
		close(read)
		_, _ = io.Copy(io.Discard, f) // broken off, however
	}()
	<-read
	d.stop()
	<-ended
}
