package link

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// attempt is a reading at one provider.
type attempt struct {
	*reading
	place   db.Placement
	alone   bool // no other provider is asked after this one
	renewed bool // a link that failed was replaced
	again   int  // how often the same was asked again
	waited  int  // how many pauses were waited out
}

// read asks one provider, with another link where the one at hand does not work.
func (a *attempt) read(ctx context.Context) (io.ReadCloser, error) {
	bounded, cancel := context.WithDeadlineCause(ctx, a.until, errSlow)
	defer cancel()
	if err := a.rest(bounded); err != nil {
		return nil, err
	}
	l, err := a.link(bounded, nil)
	for err == nil {
		var b *body
		if b, err = a.fetch(ctx, bounded, l); err == nil {
			a.served(ctx)
			return b, nil
		}
		l, err = a.cured(bounded, l, err)
	}
	return nil, err
}

// rest waits out a pause that the provider wants, where it is short and there is nobody else to ask.
func (a *attempt) rest(ctx context.Context) error {
	d := a.r.health.paused(a.place.Instance)
	if d == 0 || a.waitOut(ctx, d) {
		return nil
	}
	return &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachLink, RetryAfter: d, Message: "the server of the link wants a pause"}
}

// cured gives the link with which to try once more after an error, or the error where that is of no use.
func (a *attempt) cured(ctx context.Context, l *lease, err error) (*lease, error) {
	var f *failure
	switch {
	case ctx.Err() != nil || !errors.As(err, &f):
		return nil, err
	case f.says.Kind == sdk.Limited:
		if a.waitOut(ctx, a.r.health.pause(a.place.Instance, f.says.RetryAfter)) {
			return l, nil
		}
		return nil, err
	case f.cure == patience && a.waitAgain(ctx):
		return l, nil
	case f.cure != nothing && !a.renewed && l.replaceable():
		a.renewed = true
		return a.link(ctx, l)
	case f.says.Kind == sdk.Gone:
		// A link just made leads nowhere: that is definite. It is told as gone, and whoever listens confirms it.
		a.r.o.Evidence(ctx, a.file, Evidence{Placement: a.place, Kind: sdk.Gone, Text: err.Error()})
	}
	a.r.health.failed(a.fileAt(a.place), true)
	return nil, err
}

// maxWaits is how many pauses one attempt waits out.
const maxWaits = 2

func (a *attempt) waitOut(ctx context.Context, d time.Duration) bool {
	if !a.alone || d > shortPause || a.waited == maxWaits {
		return false
	}
	a.waited++
	return sleep(ctx, d)
}

func (a *attempt) waitAgain(ctx context.Context) bool {
	most := againOthers
	if a.alone {
		most = againAlone
	}
	if a.again == most {
		return false
	}
	d := againFirst
	for range a.again {
		d *= 3
	}
	a.again++
	return sleep(ctx, d)
}

// sleep waits, and reports false where ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// errTardy says that a provider does not give a link in time; another is asked meanwhile.
var errTardy = &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: "it did not give a link in time"}

// link gives the link of the file, another than the failed one if there is one.
func (a *attempt) link(ctx context.Context, failed *lease) (*lease, error) {
	bounded := ctx
	if !a.alone {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeoutCause(ctx, linkWithin, errTardy)
		defer cancel()
	}
	l, err := a.r.link(bounded, a.file, a.place, failed)
	switch k := sdk.KindOf(err); {
	case err == nil:
		return l, nil
	case ctx.Err() == nil && k == sdk.Limited && a.waitOut(ctx, sdk.RetryAfter(err)):
		return a.link(ctx, failed)
	case stalled(bounded), ctx.Err() == nil && k == sdk.Unavailable:
		a.r.health.failed(host{instance: a.place.Instance}, true)
	case k == sdk.Gone || k == sdk.NotFound:
		a.r.o.Evidence(ctx, a.file, Evidence{Placement: a.place, Kind: k, Text: err.Error()})
	}
	return nil, err
}

// fetch asks for the range through a link. ctx is the reader's, and bounded how long this may take.
func (a *attempt) fetch(ctx, bounded context.Context, l *lease) (*body, error) {
	if l.NoRange && a.rng.off > 0 {
		return nil, fault(sdk.Unavailable, nothing, "serves no ranges: the file can be had from its beginning only")
	}
	t, err := a.r.turns.take(bounded, a.place.Instance, l.MaxConns, urgency(ctx))
	if err != nil {
		return nil, err
	}
	began := time.Now()
	reply, err := fetch(ctx, a.r.http, request{
		link: l, rng: a.rng, silence: a.silence(), conn: func(reused bool) { a.r.o.Conn(a.place.Instance, reused) },
	})
	if err != nil {
		t.end()
		a.refused(ctx, l, err)
		a.r.o.Fetched(a.place.Instance, 0, time.Since(began), err)
		return nil, err
	}
	l.works()
	b := &body{a: reply, ctx: ctx, turn: t, from: a.place.Instance, drain: a.r.background}
	b.end = func(got int64, err error) { a.ended(ctx, l, got, err, began) }
	b.left.Store(a.rng.n)
	b.watch()
	a.warm(l)
	return b, nil
}

// silence is how long the server has to begin its answer.
func (a *attempt) silence() time.Duration {
	d := answerWithin
	if a.alone && a.renewed {
		d = answerAlone // there is nothing else to try
	}
	return max(min(d, time.Until(a.until)), time.Millisecond)
}

// refused takes note of a request without an answer.
func (a *attempt) refused(ctx context.Context, l *lease, err error) {
	var f *failure
	if errors.As(err, &f) && f.ill || stalled(ctx) {
		a.r.health.failed(hostOf(a.place.Instance, l), true)
	}
	if stalled(ctx) {
		a.giveUp(l)
	}
}

// giveUp has the next read ask another provider, or if there is none for another link: it may lead to another machine.
func (a *attempt) giveUp(l *lease) {
	a.r.health.failed(a.fileAt(a.place), true)
	a.r.leases.drop(a.key(a.place), l)
}

// ended takes note of how a body ended.
func (a *attempt) ended(ctx context.Context, l *lease, got int64, err error, began time.Time) {
	h := hostOf(a.place.Instance, l)
	switch {
	case stalled(ctx) && err != nil:
		a.r.health.failed(h, true)
		a.giveUp(l)
	case err == nil && got > 0:
		a.r.health.worked(h)
		a.r.health.worked(a.fileAt(a.place))
	case err != nil && ctx.Err() == nil:
		a.r.health.failed(h, false)
	}
	a.r.o.Fetched(a.place.Instance, got, time.Since(began), err)
}

// served ends a doubt.
func (a *attempt) served(ctx context.Context) {
	if a.place.Gone > 0 {
		a.r.o.Evidence(ctx, a.file, Evidence{Placement: a.place})
		a.r.known.age(a.file.Content)
	}
}
