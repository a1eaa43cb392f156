package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// household is what the crash tests ask for: two films and a show, of which one episode is not out.
func (s *scene) household() (want map[string]string, done map[string]string) {
	s.t.Helper()
	s.want(world.BigBuckBunny)
	s.want(world.MillOnTheRace, 1, 2)
	s.want(world.Sintel)
	want = episodes(1, 1, 2, 3, 4)
	for n := 1; n <= 3; n++ {
		want[episodePath(2, n)] = episodeFile(2, n)
	}
	want[bunnyPath], want[sintelPath] = bunnyFile, sintelFile
	done = map[string]string{world.BigBuckBunny: "completed", world.Sintel: "completed", world.MillOnTheRace: "ongoing",
		world.MillOnTheRace + " s01": "completed", world.MillOnTheRace + " s02": "ongoing"}
	for season := 1; season <= 2; season++ {
		for n := 1; n <= 4; n++ {
			done[fmt.Sprintf("%s s%02de%02d", world.MillOnTheRace, season, n)] = "completed"
		}
	}
	done[world.MillOnTheRace+" s02e04"] = "unreleased"
	return want, done
}

// settled fails the test unless the household is whole: nothing is lost, and nothing is there twice.
func (d *daemon) settled(want, done map[string]string) {
	d.t.Helper()
	s := d.scene
	d.waitTree(keys(want)...)
	s.wait("every item to be done", func() bool { return cmp.Equal(done, d.states()) })
	if n := len(d.items()); n != len(done) {
		d.t.Errorf("there are %d items, want %d", n, len(done))
	}
	s.wait("every file to be read: a swarm may have to notice first that the one before has gone", func() bool {
		for path := range want {
			if _, err := digest(filepath.Join(d.mount(), path)); err != nil {
				return false
			}
		}
		return true
	})
	d.plays(want)
	holders := map[string]int{}
	files := map[int64]bool{}
	for _, it := range d.items() {
		if it.Kind != "movie" && it.Kind != "episode" || it.State != "completed" {
			continue
		}
		var page struct{ Files []web.ItemFile }
		d.must(http.MethodGet, fmt.Sprintf("/items/%d/files", it.ID), &page)
		if len(page.Files) != 1 {
			d.t.Errorf("%s has %d files, want 1", itemID(it), len(page.Files))
		}
		for _, f := range page.Files {
			files[f.ID] = true
			for _, p := range f.Places {
				holders[p.Path]++
			}
		}
	}
	for path, n := range holders {
		if n != 1 {
			d.t.Errorf("%s is the place of %d files", path, n)
		}
	}
	if len(files) != len(want) {
		d.t.Errorf("there are %d files, want %d", len(files), len(want))
	}
}

// once fails the test unless the debrid account holds each release of the household once.
func (s *scene) once() {
	s.t.Helper()
	s.torrents(map[string]int{
		"Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL": 1, "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL": 1,
		"The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL": 1, "The.Mill.on.the.Race.S02E01.1080p.WEB-DL.DDP5.1.H.264-MILL.mkv": 1,
		"The.Mill.on.the.Race.S02E02.1080p.WEB-DL.DDP5.1.H.264-MILL.mkv": 1, "The.Mill.on.the.Race.S02E03.1080p.WEB-DL.DDP5.1.H.264-MILL.mkv": 1,
	})
}

func TestNothingIsLostOrDoubledWhereTheDaemonIsKilled(t *testing.T) {
	t.Parallel()
	killAtRandom(t, 5)
}

// killAtRandom kills a daemon so many times while it fetches the household, each time a little after it ran.
func killAtRandom(t *testing.T, kills int) {
	s := setup(t, world.Options{})
	d := s.daemon("a", append(s.usual(), s.mediaServers())...)
	want, done := s.household()
	r := rand.New(rand.NewPCG(1, uint64(kills)))
	for range kills {
		d.run()
		d.ready()
		pause(t, time.Duration(r.Int64N(int64(900*time.Millisecond))))
		d.kill()
	}
	d.run()
	d.ready()
	d.settled(want, done)
	s.once()
}

// pause lets the daemon go on for a while.
func pause(t testing.TB, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
		t.Fatal("the test ended")
	}
}

// killAtCommit has the daemon end itself around its nth commit, and starts it again. Its provider is the swarm: a debrid
// service is asked again only when the call that was broken off is sure to be over, which takes a minute.
func killAtCommit(t *testing.T, point string) (reached bool) {
	s := setup(t, world.Options{})
	d := s.daemon("a", s.overseerr(), s.cinemeta(), s.torznab(), bittorrent())
	want, done := s.household()
	d.run("MILLRACE_FAILPOINT=" + point)
	s.wait("the daemon to end itself, or to be done", func() bool {
		return d.hasExited() || cmp.Equal(done, d.states())
	})
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // where it is done: the commit may still come while it stops
	d.waitExit()
	reached = !d.cmd.ProcessState.Success()
	d.run()
	d.ready()
	d.settled(want, done)
	return reached
}

func TestNothingIsLostOrDoubledWhereACommitIsTheLast(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"commit.before:12", "commit.after:30"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			if !killAtCommit(t, point) {
				t.Error("there were fewer commits")
			}
		})
	}
}
