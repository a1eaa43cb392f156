package e2e

import (
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestItemIsCompletedThoughAServiceFailsInEveryWay(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"overseerr", "cinemeta", "torznab", "realdebrid", "cdn", "jellyfin", "plex"} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			s := setup(t, world.Options{})
			modes := []world.Fault{{Mode: "429", RetryAfter: 1}, {Mode: "500"}, {Mode: "503"}, {Mode: "reset"}, {Mode: "truncate"}, {Mode: "garbage"}, {Mode: "hang", DelayMS: 1500}}
			for _, f := range modes {
				f.Service, f.Times = service, 1
				s.fault(f)
			}
			d := s.start(append(s.usual(), s.mediaServers())...)
			s.want(world.BigBuckBunny)
			d.waitTree(bunnyPath)
			s.wait("it to be played whatever the service does", func() bool {
				_, err := digest(d.mount() + "/" + bunnyPath)
				return err == nil
			})
			d.plays(map[string]string{bunnyPath: bunnyFile})
			d.waitState("completed", world.BigBuckBunny)
			s.wait("the media servers to hear of it", func() bool { return heardBy(s.world, "jellyfin") && heardBy(s.world, "plex") })
			s.torrents(map[string]int{"Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL": 1})
		})
	}
}

func heardBy(w *world.World, server string) bool {
	for _, h := range w.Heard() {
		if h.Server == server {
			return true
		}
	}
	return false
}
