package e2e

import (
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestFilmThatIsAskedForCanBePlayed(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.usual()...)
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	d.plays(map[string]string{bunnyPath: bunnyFile})
	d.stop()
}
