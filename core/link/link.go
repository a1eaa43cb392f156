// Package link turns a stored file into bytes. It keeps a file's URL for as long as the provider does, renews it before it
// ends or once when a read fails, asks the other providers that hold the same file, and then says what it saw: a file is
// called gone only on definite evidence.
//
// It decides nothing about the library: whoever made the resolver hears of evidence and acts on it.
package link

import (
	"context"
	"log/slog"
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
	// Fetched hears of each range asked of an instance when it is over: how many bytes came, in how long, and why no more
	// did. A reader that wanted no more is no error. Nil: nobody does.
	Fetched func(instance string, bytes int64, took time.Duration, err error)
	// Conn hears of each connection taken for a request, and whether it was one that was open already. Nil: nobody does.
	Conn func(instance string, reused bool)
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

	known  lookups
	leases leases
	flight singleflight.Group
	turns  turns
	health health
	warmth warmth

	mu     sync.Mutex
	closed bool               // guarded by mu
	work   sync.WaitGroup     // what runs behind reads; added to under mu
	life   context.Context    // of that work
	stop   context.CancelFunc // ends it
}

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
	if o.Conn == nil {
		o.Conn = func(string, bool) {}
	}
	r := &Resolver{db: d, pool: pool, o: o, http: newClient()}
	r.known.m, r.leases.m, r.turns.queues = map[string]known{}, map[key]*lease{}, map[string]*queue{}
	r.health.hosts, r.health.pauses = map[host]*condition{}, map[string]time.Time{}
	r.warmth.last = map[host]time.Time{}
	r.life, r.stop = context.WithCancel(context.Background()) // it ends with Close: the work is nobody's in particular
	return r
}

// Close ends what runs behind reads and lets go of connections that are kept for the next range. Reads under way go on.
func (r *Resolver) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stop()
	r.work.Wait()
	r.http.CloseIdleConnections()
}

// background runs what no reader waits for, and reports whether it does: after Close it does not.
func (r *Resolver) background(do func(context.Context)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.work.Go(func() { do(r.life) })
	return true
}
