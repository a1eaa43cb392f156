package link

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/db"
)

// known is what the database said of a content.
type known struct {
	file   db.File
	places []db.Placement
	at     time.Time
}

// lookups keeps for a moment what the database said, so that a reader that asks for one range after the other does not
// wait for the database each time.
type lookups struct {
	mu    sync.Mutex
	m     map[string]known // guarded by mu; by content id
	swept time.Time        // guarded by mu
}

const (
	// lookupTTL is how long an answer is given again.
	lookupTTL = 3 * time.Second
	// lookupStale is how long it is where the database cannot be asked: a film that is being watched goes on.
	lookupStale = time.Minute
)

func (l *lookups) find(content string, within time.Duration) (known, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, ok := l.m[content]
	return k, ok && time.Since(k.at) < within
}

func (l *lookups) keep(content string, k known) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[content] = k
	if k.at.Sub(l.swept) < lookupStale {
		return
	}
	l.swept = k.at
	for c, o := range l.m {
		if k.at.Sub(o.at) > lookupStale {
			delete(l.m, c)
		}
	}
}

// age makes the next read ask the database: what it said does not serve, or what was told of it changes it.
func (l *lookups) age(content string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, ok := l.m[content]
	if old := time.Now().Add(-lookupTTL); ok && k.at.After(old) {
		k.at = old
		l.m[content] = k
	}
}

func (l *lookups) forget(content string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.m, content)
}

// lookup gives a file and where it may be had.
func (r *Resolver) lookup(ctx context.Context, content string) (known, error) {
	if k, ok := r.known.find(content, lookupTTL); ok {
		return k, nil
	}
	k := known{at: time.Now()}
	var err error
	if k.file, err = r.db.FileByContent(ctx, content); err == nil {
		k.places, err = r.db.PlacementsFor(ctx, k.file.ID)
	}
	switch {
	case err == nil:
		r.known.keep(content, k)
		return k, nil
	case errors.Is(err, db.ErrNotFound):
		r.known.forget(content)
	case ctx.Err() == nil:
		if old, ok := r.known.find(content, lookupStale); ok {
			r.o.Log.Debug("the library cannot be asked: what it said lately serves", "file", old.file.ID, "err", err)
			return old, nil
		}
	}
	return known{}, fmt.Errorf("look up file %s: %w", content, err)
}
