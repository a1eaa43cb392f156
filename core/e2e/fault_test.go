package e2e

import (
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestItemIsCompletedThoughAServiceFailsInEveryWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ service, method string }{
		{"overseerr", ""}, {"cinemeta", ""}, {"torznab", ""}, {"cdn", ""}, {"jellyfin", ""}, {"plex", ""},
		{"realdebrid", "GET"}, // what becomes of an addition whose answer is lost is known after a minute: see the long tests
	} {
		t.Run(tt.service, func(t *testing.T) {
			t.Parallel()
			completesThoughFailing(t, tt.service, tt.method)
		})
	}
}

// completesThoughFailing has the first calls of a service fail, each in another way, and the film be fetched all the same.
func completesThoughFailing(t *testing.T, service, method string) {
	s := setup(t, world.Options{})
	for _, f := range []world.Fault{
		{Mode: "429", RetryAfter: 1}, {Mode: "500"}, {Mode: "503"}, {Mode: "reset"}, {Mode: "garbage"}, {Mode: "hang", DelayMS: 1500},
	} {
		if service == "jellyfin" && f.Mode == "garbage" {
			continue // it answers a notice with nothing, so that any answer that is well counts as heard
		}
		f.Service, f.Method, f.Times = service, method, 1
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
}

func heardBy(w *world.World, server string) bool {
	for _, h := range w.Heard() {
		if h.Server == server {
			return true
		}
	}
	return false
}
