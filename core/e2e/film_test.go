package e2e

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestFilmThatIsAskedForCanBePlayed(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(append(s.usual(), s.mediaServers())...)
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	d.plays(map[string]string{bunnyPath: bunnyFile})
	d.waitState("completed", world.BigBuckBunny)
	s.wait("the request list to hear of it", func() bool {
		changes := s.world.StatusChanges()
		return len(changes) > 0 && changes[len(changes)-1].Status == "available"
	})
	type told struct{ Server, Path string }
	heard := func() []told {
		var out []told
		for _, h := range s.world.Heard() {
			for _, p := range h.Paths {
				out = append(out, told{h.Server, p.Path})
			}
		}
		return byName(out, func(p told) string { return p.Server })
	}
	s.wait("both media servers to hear of it", func() bool { return len(heard()) >= 2 })
	d.stop()
	folder := d.mount() + "/movies/Big Buck Bunny (2008) {tmdb-10378}"
	want := []told{{"jellyfin", d.mount() + "/" + bunnyPath}, {"plex", folder}}
	if diff := cmp.Diff(want, heard()); diff != "" {
		t.Errorf("the media servers heard something else (-want +got):\n%s", diff)
	}
}

func TestSeasonComesAsOneRelease(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.usual()...)
	s.want(world.MillOnTheRace, 1)
	want := episodes(1, 1, 2, 3, 4)
	d.waitTree(keys(want)...)
	d.waitState("completed", world.MillOnTheRace+" s01")
	d.plays(want)
	s.torrents(map[string]int{"The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL": 1})
}

func TestEpisodesComeOneByOneWhereThereIsNoPackAndTheOneThatIsNotOutFollows(t *testing.T) {
	t.Parallel()
	// A search begins half an hour after an airing.
	wakes := time.Now().Add(15 * time.Second).Truncate(time.Second)
	s := setup(t, world.Options{Airs: wakes.Add(-30 * time.Minute)})
	d := s.start(s.usual()...)
	s.want(world.MillOnTheRace, 2)
	last := world.MillOnTheRace + " s02e04"
	if it := d.item(last); it.State != "unreleased" || !it.WakeAt.Equal(wakes) {
		t.Errorf("the episode is %s and wakes at %v, want unreleased and %v", it.State, it.WakeAt, wakes)
	}
	want := episodes(2, 1, 2, 3, 4)
	d.waitTree(keys(want)...)
	if now := time.Now(); now.Before(wakes) {
		t.Errorf("the last episode was there at %v, before it was out", now)
	}
	d.waitState("completed", last)
	d.plays(want)
}

// torrents fails the test unless the first debrid account holds these releases, each so many times.
func (s *scene) torrents(want map[string]int) {
	s.t.Helper()
	got := map[string]int{}
	for _, a := range s.world.Accounts()[:1] {
		for _, t := range a.Torrents {
			got[t.Name]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("the account holds something else (-want +got):\n%s", diff)
	}
}
