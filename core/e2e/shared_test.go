package e2e

import (
	"fmt"
	"testing"

	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestTwoDaemonsShareALibraryAndOneFinishesWhatTheOtherBegan(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	shared := fmt.Sprintf("database { url = %q }\n", dbtest.EmptyPostgres(t).URL)
	blocks := append(s.usual(), shared)
	a, b := s.daemon("a", blocks...), s.daemon("b", blocks...)
	for _, d := range []*daemon{a, b} {
		d.env = []string{"MILLRACE_SERVER__SECRET=one secret of both daemons that is long enough"}
		d.run()
		d.ready()
	}
	want, done := s.household()
	s.wait("some of it to be under way", func() bool { return len(a.states()) > 3 })
	a.kill()
	b.settled(want, done)
	s.once()
	a.run()
	a.ready()
	a.settled(want, done)
}
