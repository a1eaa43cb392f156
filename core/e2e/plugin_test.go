package e2e

import (
	"syscall"
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestPluginThatIsKilledDuringACallIsStartedAgainAndNothingIsLost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ plugin, service, match string }{
		{"overseerr", "overseerr", "/request"},
		{"cinemeta", "cinemeta", "/meta/"},
		{"torznab", "torznab", "imdbid"},
		{"realdebrid", "realdebrid", "/torrents/info"},
		{"jellyfin", "jellyfin", "/Library"},
		{"plex", "plex", "/library"},
	} {
		t.Run(tt.plugin+tt.match, func(t *testing.T) {
			t.Parallel()
			s := setup(t, world.Options{})
			d := s.start(append(s.usual(), s.mediaServers())...)
			s.fault(world.Fault{Service: tt.service, Match: tt.match, Mode: "hang", Times: 1})
			s.want(world.BigBuckBunny)
			s.wait("a call that hangs", func() bool { return s.world.Faults()[0].Hits > 0 })
			pid := d.plugins()[tt.plugin]
			if pid == 0 {
				t.Fatalf("%s does not run: %v", tt.plugin, d.plugins())
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			s.wait("another process of the plugin", func() bool { n := d.plugins()[tt.plugin]; return n != 0 && n != pid })
			d.waitTree(bunnyPath)
			d.plays(map[string]string{bunnyPath: bunnyFile})
			d.waitState("completed", world.BigBuckBunny)
			s.wait("the media servers to hear of it", func() bool { return heardBy(s.world, "jellyfin") && heardBy(s.world, "plex") })
			s.torrents(map[string]int{"Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL": 1})
		})
	}
}

func TestSwarmPluginThatIsKilledWhileAFileIsReadGoesOn(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{UploadBytesPerSecond: 2 << 20})
	d := s.start(s.overseerr(), s.cinemeta(), s.torznab(), bittorrent())
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	if err := syscall.Kill(d.plugins()["bittorrent"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.wait("it to be played again", func() bool {
		_, err := digest(d.mount() + "/" + bunnyPath)
		return err == nil
	})
	d.plays(map[string]string{bunnyPath: bunnyFile})
}
