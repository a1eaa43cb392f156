package link

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/db"
)

// known is what the database said of a content.
type known struct {
	file   db.File
	places []db.Placement
	at     time.Time // when it said so
	read   time.Time // when it was last read
}

// lookups keeps what the database said of contents that are read: for a moment, so that a reader that asks for one range
// after the other does not wait for the database each time, and longer where it has nothing to say any more.
type lookups struct {
	mu    sync.Mutex
	m     map[string]known // guarded by mu; by content id
	swept time.Time        // guarded by mu
}

const (
	// lookupTTL is how long an answer is given again.
	lookupTTL = 3 * time.Second
	// orphanTTL is how long after its last read a content may still be read where the database cannot be asked, or where
	// the file has left the library: who watches a film keeps it, though it is replaced by a better one meanwhile.
	orphanTTL = 10 * time.Minute
)

// find gives what was said of a content that is still being read, and whether it is new enough not to ask again.
func (l *lookups) find(content string) (k known, fresh, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	k, ok = l.m[content]
	if !ok || now.Sub(k.read) > orphanTTL {
		return known{}, false, false
	}
	fresh = now.Sub(k.at) < lookupTTL
	k.read = now
	l.m[content] = k
	return k, fresh, true
}

func (l *lookups) keep(content string, k known) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k.read = time.Now()
	l.m[content] = k
	if k.read.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = k.read
	for c, o := range l.m {
		if k.read.Sub(o.read) > orphanTTL {
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

// lookup gives a file and where it may be had.
func (r *Resolver) lookup(ctx context.Context, content string) (known, error) {
	old, fresh, ok := r.known.find(content)
	if fresh {
		return old, nil
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
	case ctx.Err() == nil && ok:
		r.o.Log.Debug("the library does not tell of a file any more: what it told serves its readers", "file", old.file.ID, "err", err)
		old.at = k.at
		r.known.keep(content, old)
		return old, nil
	}
	return known{}, fmt.Errorf("look up file %s: %w", content, err)
}
