// Package link turns a stored file into bytes. It keeps a file's URL for as long as the provider does, renews it once when a
// read fails, asks the other providers that hold the same file, and then says what it saw: a file is called gone only on
// definite evidence.
//
// It decides nothing about the library: whoever made the resolver hears of evidence and acts on it.
package link

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

// Options are what a resolver can do without.
type Options struct {
	Node     string                                   // of this daemon: a local placement of another node is passed over
	Log      *slog.Logger                             // nil: silent
	Lease    time.Duration                            // how long a link without an expiry is kept; 0 is 30 minutes
	Evidence func(context.Context, db.File, Evidence) // hears what a file's providers answered; nil: nobody does
	Fetched  func(instance string, bytes int64, took time.Duration, err error)
}

// Evidence is what one provider answered about a file.
type Evidence struct {
	Placement db.Placement
	Kind      sdk.Kind // Gone and NotFound are definite; "" is a read that succeeded after a doubt
	Text      string   // for people
}

// Resolver gives bytes of files. It is safe for use by many.
type Resolver struct {
	db   *db.DB
	pool *plugin.Pool
	o    Options
	http *http.Client

	flight singleflight.Group
	mu     sync.Mutex
	leases map[key]lease // guarded by mu
	sweep  time.Time     // guarded by mu; when expired leases were thrown away last
}

// key names a file at a provider.
type key struct {
	instance, placement string
	file                int64
}

type lease struct {
	sdk.Link
	until time.Time
}

// expiryMargin is how long before its end a link is not used any more.
const expiryMargin = 30 * time.Second

// New makes a resolver.
func New(d *db.DB, pool *plugin.Pool, o Options) *Resolver {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lease == 0 {
		o.Lease = 30 * time.Minute
	}
	if o.Evidence == nil {
		o.Evidence = func(context.Context, db.File, Evidence) {}
	}
	if o.Fetched == nil {
		o.Fetched = func(string, int64, time.Duration, error) {}
	}
	return &Resolver{db: d, pool: pool, o: o, http: newClient(), leases: map[key]lease{}}
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 60 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConns:          200,
		MaxIdleConnsPerHost:   32,
		DisableCompression:    true,
		// One connection a range: with HTTP/2 a slow reader holds up the others on the same connection.
		ForceAttemptHTTP2: false,
	}}
}

// Close lets go of connections that are kept for the next range. Reads under way go on.
func (r *Resolver) Close() { r.http.CloseIdleConnections() }

// Read gives n bytes, from off, of the file with a content id. The body gives exactly those bytes or an error.
func (r *Resolver) Read(ctx context.Context, content string, off, n int64) (io.ReadCloser, error) {
	if off < 0 || n <= 0 {
		return nil, sdk.Errorf(sdk.Invalid, "read %d bytes from %d of file %s: there is no such range", n, off, content)
	}
	f, err := r.db.FileByContent(ctx, content)
	if err != nil {
		return nil, fmt.Errorf("read file %s: %w", content, err)
	}
	places, err := r.places(ctx, f)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, p := range places {
		body, err := r.readAt(ctx, f, p, byteRange{off: off, n: n, size: f.Size})
		if err == nil {
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		errs = append(errs, fmt.Errorf("%s: %w", p.Instance, err))
		r.o.Log.Debug("a provider could not serve a file", "instance", p.Instance, "file", f.ID, "err", err)
	}
	if len(errs) == 0 {
		return nil, sdk.Errorf(sdk.Unavailable, "no provider that holds %q is configured and running", f.Path)
	}
	return nil, plugin.Worst(errs) // so that an outage never counts as gone
}

// places lists the placements that can serve a file here, those of the first instances first.
func (r *Resolver) places(ctx context.Context, f db.File) ([]db.Placement, error) {
	all, err := r.db.PlacementsFor(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("providers of file %d: %w", f.ID, err)
	}
	var ps []db.Placement
	for _, in := range r.pool.Of(sdk.CapabilityDebrid) {
		for _, p := range all {
			if p.Instance == in.Name && p.State != sdk.PlacementFailed && (p.Node == "" || p.Node == r.o.Node) {
				ps = append(ps, p)
			}
		}
	}
	return ps, nil
}

// readAt reads from one provider, with a fresh link where the one at hand does not work.
func (r *Resolver) readAt(ctx context.Context, f db.File, p db.Placement, rng byteRange) (io.ReadCloser, error) {
	begin := time.Now()
	l, err := r.link(ctx, f, p, "")
	if err != nil {
		r.linkFailed(ctx, f, p, err)
		return nil, err
	}
	body, err := fetch(ctx, r.http, l, rng)
	if err != nil && stale(err) && ctx.Err() == nil {
		if l, err = r.link(ctx, f, p, l.URL); err != nil {
			r.linkFailed(ctx, f, p, err)
			return nil, err
		}
		body, err = fetch(ctx, r.http, l, rng)
	}
	r.o.Fetched(p.Instance, rng.n, time.Since(begin), err)
	switch {
	case err == nil && p.Gone > 0:
		r.o.Evidence(ctx, f, Evidence{Placement: p})
	case sdk.KindOf(err) == sdk.Gone:
		// A link just made leads nowhere: that is definite. It is told as gone, and whoever listens confirms it.
		r.o.Evidence(ctx, f, Evidence{Placement: p, Kind: sdk.Gone, Text: err.Error()})
	}
	return body, err
}

func (r *Resolver) linkFailed(ctx context.Context, f db.File, p db.Placement, err error) {
	if k := sdk.KindOf(err); k == sdk.Gone || k == sdk.NotFound {
		r.o.Evidence(ctx, f, Evidence{Placement: p, Kind: k, Text: err.Error()})
	}
}

// link gives the link of a file at one provider: from the lease where it holds, else by asking. One that failed, named by
// its URL, is not given again, but of many readers whose link failed one asks.
func (r *Resolver) link(ctx context.Context, f db.File, p db.Placement, failed string) (l sdk.Link, err error) {
	k := key{p.Instance, p.Provider, f.ID}
	renew := failed != ""
	if l, ok := r.leased(k); ok && (!renew || l.URL != failed) {
		return l, nil
	}
	ch := r.flight.DoChan(fmt.Sprintf("%s\x00%s\x00%d\x00%t", k.instance, k.placement, k.file, renew), func() (any, error) {
		// Shared by all who ask: one that leaves does not end it for the others.
		l, err := r.ask(context.WithoutCancel(ctx), f, p, renew)
		if err == nil {
			r.keep(k, l)
		}
		return l, err
	})
	select {
	case res := <-ch:
		l, _ := res.Val.(sdk.Link)
		return l, res.Err
	case <-ctx.Done():
		return sdk.Link{}, ctx.Err()
	}
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

func (r *Resolver) leased(k key) (sdk.Link, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.leases[k]
	if !ok || time.Now().After(l.until) {
		return sdk.Link{}, false
	}
	return l.Link, true
}

func (r *Resolver) keep(k key, l sdk.Link) {
	now := time.Now()
	until := now.Add(r.o.Lease)
	if !l.Expires.IsZero() {
		until = l.Expires.Add(-expiryMargin)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leases[k] = lease{l, until}
	if now.Sub(r.sweep) < time.Minute {
		return
	}
	r.sweep = now
	for k, l := range r.leases {
		if now.After(l.until) {
			delete(r.leases, k)
		}
	}
}
