package e2e

import (
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestAnotherProviderTakesOverWhatOneHasLost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		other func(s *scene) string
	}{
		{"a second account", func(s *scene) string { return s.realdebrid2() }},
		{"the swarm", func(*scene) string { return bittorrent() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, world.Options{})
			d := s.start(append(s.usual(), tt.other(s))...)
			s.want(world.BigBuckBunny)
			d.waitTree(bunnyPath)
			d.waitState("completed", world.BigBuckBunny)
			hash := s.release("Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL").Hash
			if _, err := s.world.ChangeAccount(world.AccountChange{Drop: &hash}); err != nil {
				t.Fatal(err)
			}
			s.wait("it to be played from elsewhere", func() bool {
				_, err := digest(d.mount() + "/" + bunnyPath)
				return err == nil
			})
			d.plays(map[string]string{bunnyPath: bunnyFile})
			d.waitState("completed", world.BigBuckBunny)
		})
	}
}
