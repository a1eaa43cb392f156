package link

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// key names a file at a provider.
type key struct {
	instance, placement string
	file                int64
}

// lease is a link that is kept, with what was seen of it.
type lease struct {
	sdk.Link
	made, until time.Time
	fresh       bool // it came in place of one that failed

	mu     sync.Mutex
	served bool      // guarded by mu; it gave bytes
	tag    string    // guarded by mu; of the content, once it is known
	other  string    // guarded by mu; of another content, which this link or the one before gave instead
	target string    // guarded by mu; where its redirects led
	lapses time.Time // guarded by mu; when that is not used any more
	early  time.Time // guarded by mu; when another was asked for, before it ends
}

const (
	// expiryMargin is how long before its end a link is not used any more.
	expiryMargin = 30 * time.Second
	// targetTTL is how long a redirect is not asked for again.
	targetTTL = 5 * time.Minute
	// renewMost is how long before the end of its life another link is asked for, and renewPart the part of its life.
	renewMost = 5 * time.Minute
	renewPart = 5
	// renewPause is how long after one attempt the next is made.
	renewPause = time.Minute
	// proveWithin is how long a new link has to bring something before it may be replaced for failing.
	proveWithin = 10 * time.Second
)

// where gives the address to ask: the link's own, or where it led lately.
func (l *lease) where() (address string, direct bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.target != "" && time.Now().Before(l.lapses) {
		return l.target, false
	}
	return l.URL, true
}

// led notes where redirects led. A target that is asked for directly saves a round trip for each range.
func (l *lease) led(target string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if target == l.URL {
		l.target = ""
	} else if target != l.target {
		l.target, l.lapses = target, time.Now().Add(targetTTL)
	}
}

// header gives the link's own header for an address of it: to another host goes nothing that may be a secret.
func (l *lease) header(address string) http.Header {
	if sameHost(l.URL, address) {
		return l.Link.Header
	}
	return harmless(l.Link.Header)
}

func harmless(h http.Header) http.Header {
	if agent := h.Values("User-Agent"); len(agent) > 0 {
		return http.Header{"User-Agent": agent}
	}
	return nil
}

func sameHost(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && x.Scheme == y.Scheme && strings.EqualFold(x.Host, y.Host)
}

// same reports whether an answer's tag is that of the content seen through this link before. A weak tag tells nothing of
// bytes. Another link's tag is nothing to compare with: it may lead to another machine of the provider, with tags of
// its own; but a tag for which a link was replaced is refused from the next one too.
func (l *lease) same(tag string) bool {
	if tag == "" || strings.HasPrefix(tag, "W/") {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tag == "" && tag != l.other {
		l.tag = tag
	}
	if l.tag != tag {
		l.other = tag
	}
	return l.tag == tag
}

func (l *lease) wrong() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.other
}

func (l *lease) works() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.served = true
}

// replaceable reports whether a failure of the link is a reason to ask for another. One that has just come for one
// that failed, and that gave nothing, is none: the provider would be asked again and again.
func (l *lease) replaceable() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served || !l.fresh || time.Since(l.made) > proveWithin
}

// ending reports whether it is time to ask for another link because this one ends soon. It tells so once in a while only.
func (l *lease) ending() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	before := min(renewMost, l.until.Sub(l.made)/renewPart)
	if now.Before(l.until.Add(-before)) || now.Sub(l.early) < renewPause {
		return false
	}
	l.early = now
	return true
}

// leases are the links at hand.
type leases struct {
	mu    sync.Mutex
	m     map[key]*lease // guarded by mu
	sweep time.Time      // guarded by mu; when expired ones were thrown away last
}

func (ls *leases) find(k key) (*lease, bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, ok := ls.m[k]
	if !ok || time.Now().After(l.until) {
		return nil, false
	}
	return l, true
}

func (ls *leases) keep(k key, l *lease) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.m[k] = l
	if l.made.Sub(ls.sweep) < time.Minute {
		return
	}
	ls.sweep = l.made
	for k, o := range ls.m {
		if l.made.After(o.until) {
			delete(ls.m, k)
		}
	}
}

// drop forgets a link that does not serve, unless another has come in its place.
func (ls *leases) drop(k key, l *lease) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.m[k] == l {
		delete(ls.m, k)
	}
}

// link gives the link of a file at one provider: from the lease where it holds, else by asking. One that failed is not
// given again, but of many readers whose link failed one asks.
func (r *Resolver) link(ctx context.Context, f db.File, p db.Placement, failed *lease) (*lease, error) {
	k := key{p.Instance, p.Provider, f.ID}
	if l, ok := r.leases.find(k); ok && l != failed {
		if l.ending() {
			r.background(func(ctx context.Context) { r.renewEarly(ctx, f, p, l) })
		}
		return l, nil
	}
	// Shared by all who ask: one that leaves does not end it for the others.
	apart := context.WithoutCancel(ctx)
	ch := r.flight.DoChan(k.flight(failed != nil), func() (any, error) { return r.replace(apart, f, p, failed, failed != nil) })
	select {
	case res := <-ch:
		l, _ := res.Val.(*lease)
		return l, res.Err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (k key) flight(renew bool) string {
	return fmt.Sprintf("%s\x00%s\x00%d\x00%t", k.instance, k.placement, k.file, renew)
}

// renewEarly replaces a link that ends soon, while it still serves. Failing to costs nothing yet.
func (r *Resolver) renewEarly(ctx context.Context, f db.File, p db.Placement, old *lease) {
	k := key{p.Instance, p.Provider, f.ID}
	_, err, _ := r.flight.Do(k.flight(true), func() (any, error) { return r.replace(ctx, f, p, old, false) })
	if err != nil {
		r.o.Log.Debug("a link that ends soon was not renewed", "instance", p.Instance, "file", f.ID, "err", err)
	}
}

// replace asks for a link in place of an old one, if there is one, and keeps it. Where another has done so since the
// caller looked, that one's is as good.
func (r *Resolver) replace(ctx context.Context, f db.File, p db.Placement, old *lease, failed bool) (*lease, error) {
	k := key{p.Instance, p.Provider, f.ID}
	if l, ok := r.leases.find(k); ok && l != old {
		return l, nil
	}
	asked, err := r.ask(ctx, f, p, old != nil)
	if err != nil {
		return nil, err
	}
	r.health.worked(host{instance: p.Instance})
	l := &lease{Link: asked, made: time.Now(), fresh: failed}
	l.until = l.made.Add(r.o.Lease)
	if !l.Expires.IsZero() {
		l.until = l.Expires.Add(-expiryMargin)
	}
	if old != nil {
		l.other = old.wrong()
	}
	r.leases.keep(k, l)
	return l, nil
}

// askTimeout bounds a call that no single caller bounds. It is longer than an instance has to answer, so that one that
// hangs is known for it.
const askTimeout = 5 * time.Minute

func (r *Resolver) ask(ctx context.Context, f db.File, p db.Placement, renew bool) (l sdk.Link, err error) {
	in, ok := r.pool.Find(sdk.CapabilityDebrid, p.Instance)
	if !ok {
		return l, sdk.Errorf(sdk.Unavailable, "%s is not configured any more", p.Instance)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req := sdk.LinkRequest{Placement: p.Provider, Hash: f.Hash, File: fileAt(p, f), Renew: renew}
	err = in.Call(ctx, "link", func(ctx context.Context) error {
		l, err = in.Debrid().Link(ctx, req)
		return err
	})
	return l, err
}

// fileAt is the file as the provider knows it.
func fileAt(p db.Placement, f db.File) sdk.File {
	for _, pf := range p.Files {
		if pf.Path == f.Path && (pf.Size == f.Size || pf.Size < 0) {
			return pf
		}
	}
	return sdk.File{Index: -1, Path: f.Path, Size: f.Size}
}
