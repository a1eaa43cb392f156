package link

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

const (
	// readWithin is how long a read may take until its body begins; readers have 30 s.
	readWithin = 25 * time.Second
	// linkWithin and answerWithin are how long a provider has to give a link, and its server to begin an answer, where
	// another provider may be asked; answerAlone where none may.
	linkWithin   = 4 * time.Second
	answerWithin = 6 * time.Second
	answerAlone  = 12 * time.Second
	// shortPause is the longest pause that a read waits out.
	shortPause = 5 * time.Second
	// againFirst is the pause before the same is asked again; it trebles. A provider is asked again once where there are
	// others, and a few times where there are not.
	againFirst  = 100 * time.Millisecond
	againAlone  = 3
	againOthers = 1
)

// errSlow says that a read took too long.
var errSlow = &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: "no provider gave the bytes in time"}

// Read gives n bytes, from off, of the file with a content id. The body gives exactly those bytes or an error. It has a
// method From, which tells the instance that gives them, and it must be closed: until then it has one of the connections
// of that instance, which are limited. ctx ends the body too. See [WithUrgency].
func (r *Resolver) Read(ctx context.Context, content string, off, n int64) (io.ReadCloser, error) {
	if off < 0 || n <= 0 {
		return nil, sdk.Errorf(sdk.Invalid, "read %d bytes from %d of file %s: there is no such range", n, off, content)
	}
	began := time.Now()
	k, err := r.lookup(ctx, content)
	if err != nil {
		return nil, err
	}
	s := &reading{r: r, file: k.file, rng: byteRange{off: off, n: n, size: k.file.Size}, asked: map[string]bool{}, until: began.Add(readWithin)}
	body, err := s.run(ctx, k.places)
	if err == nil || ctx.Err() != nil || k.at.After(began) {
		return body, err
	}
	// What the database said is some moments old: another provider may have taken the file over.
	r.known.age(content)
	if k, lerr := r.lookup(ctx, content); lerr == nil && len(s.open(k.places)) > 0 {
		return s.run(ctx, k.places)
	}
	return nil, err
}

// reading is one read, from provider to provider.
type reading struct {
	r     *Resolver
	file  db.File
	rng   byteRange
	until time.Time // it must be over
	asked map[string]bool
	errs  []error
}

// run asks the providers in turn.
func (s *reading) run(ctx context.Context, all []db.Placement) (io.ReadCloser, error) {
	places := s.open(all)
	for i, p := range places {
		s.asked[p.Instance+"\x00"+p.Provider] = true
		a := attempt{reading: s, place: p, alone: i == len(places)-1}
		body, err := a.read(ctx)
		if err == nil {
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		s.errs = append(s.errs, fmt.Errorf("%s: %w", p.Instance, err))
		s.r.o.Log.Debug("a provider could not serve a file", "instance", p.Instance, "file", s.file.ID, "err", err)
		s.r.known.age(s.file.Content)
	}
	if len(s.errs) == 0 {
		return nil, sdk.Errorf(sdk.Unavailable, "no provider that holds %q is configured and running", s.file.Path)
	}
	return nil, plugin.Worst(s.errs) // so that an outage never counts as gone
}

// open lists the placements that can serve the file here and were not asked yet: those of the first instances first, but
// after all others those that did not work lately, and after these those that want a pause, the longest first.
func (s *reading) open(all []db.Placement) []db.Placement {
	var ps []db.Placement
	for _, in := range s.r.pool.Of(sdk.CapabilityDebrid) {
		for _, p := range all {
			here := p.Node == "" || p.Node == s.r.o.Node
			if p.Instance == in.Name && p.State != sdk.PlacementFailed && here && !s.asked[p.Instance+"\x00"+p.Provider] {
				ps = append(ps, p)
			}
		}
	}
	if len(ps) < 2 {
		return ps
	}
	worth := map[int64]time.Duration{}
	for _, p := range ps {
		if worth[p.ID] = s.r.health.paused(p.Instance); worth[p.ID] == 0 && s.ill(p) {
			worth[p.ID] = -1
		}
	}
	slices.SortStableFunc(ps, func(x, y db.Placement) int { return compareWorth(worth[x.ID], worth[y.ID]) })
	return ps
}

// compareWorth orders what is well (0) before what is ill (-1), and that before pauses, the longest first.
func compareWorth(x, y time.Duration) int {
	class := func(d time.Duration) int { return map[bool]int{d == 0: 0, d < 0: 1, d > 0: 2}[true] }
	return cmp.Or(cmp.Compare(class(x), class(y)), cmp.Compare(y, x))
}

// ill reports whether a placement's servers did not work lately, or did not give this file.
func (s *reading) ill(p db.Placement) bool {
	if s.r.health.ill(s.fileAt(p)) {
		return true
	}
	if l, ok := s.r.leases.find(s.key(p)); ok {
		return s.r.health.ill(hostOf(p.Instance, l))
	}
	return s.r.health.ill(host{instance: p.Instance})
}

// fileAt stands for this file at a provider, whichever server it is on.
func (s *reading) fileAt(p db.Placement) host {
	return host{p.Instance, "file " + strconv.FormatInt(s.file.ID, 10)}
}

func (s *reading) key(p db.Placement) key { return key{p.Instance, p.Provider, s.file.ID} }

func hostOf(instance string, l *lease) host {
	u, err := url.Parse(l.URL)
	if err != nil {
		return host{instance: instance}
	}
	return host{instance, u.Host}
}
