package realdebrid

import (
	"context"
	"strings"
	"sync"
	"time"
)

const (
	// pageSize is how many torrents are asked for at once; the service allows 5000.
	pageSize = 2500
	// listLife is how long the account's list is believed. A torrent that someone adds elsewhere meanwhile is missed.
	listLife = 30 * time.Second
)

// account remembers for a short while which torrents the account holds, so that looking for a hash does not read the
// whole list each time.
type account struct {
	client *client
	turn   chan struct{} // held by whoever reads the list

	mu     sync.Mutex         // guards what follows
	byHash map[string]torrent // the best one of each hash
	read   time.Time
}

func newAccount(c *client) *account {
	return &account{client: c, turn: make(chan struct{}, 1)}
}

// find gives the account's torrent of a hash: one that is downloaded before one that is not, and a failed one last.
func (a *account) find(ctx context.Context, hash string) (torrent, bool, error) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return torrent{}, false, ctx.Err()
	}
	if t, ok, fresh := a.lookup(hash); fresh {
		return t, ok, nil
	}
	began := time.Now()
	byHash := map[string]torrent{}
	err := a.client.each(ctx, func(list []torrent) error {
		for _, t := range list {
			h := strings.ToLower(string(t.Hash))
			if old, ok := byHash[h]; !ok || preference(t) > preference(old) {
				byHash[h] = t
			}
		}
		return nil
	})
	if err != nil {
		return torrent{}, false, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.byHash, a.read = byHash, began
	t, ok := byHash[hash]
	return t, ok, nil
}

func (a *account) lookup(hash string) (t torrent, ok, fresh bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.read.IsZero() || time.Since(a.read) > listLife {
		return torrent{}, false, false
	}
	t, ok = a.byHash[hash]
	return t, ok, true
}

// note adds a torrent that was just made to what is remembered.
func (a *account) note(t torrent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.read.IsZero() {
		a.byHash[strings.ToLower(string(t.Hash))] = t
	}
}

// forget makes the next find read the list.
func (a *account) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.read = time.Time{}
}

// each gives the account's torrents page by page. It counts what came, not what was of use, and ends where the service
// says that there is no more, or repeats itself.
func (c *client) each(ctx context.Context, visit func([]torrent) error) error {
	seen := map[string]bool{}
	for offset := 0; ; {
		list, total, err := c.page(ctx, offset, pageSize)
		if err != nil {
			return err
		}
		if len(list) == 0 || seen[string(list[0].ID)] {
			return nil
		}
		for _, t := range list {
			seen[string(t.ID)] = true
		}
		if err := visit(list); err != nil {
			return err
		}
		offset += len(list)
		if total >= 0 && offset >= total {
			return nil
		}
	}
}

// locks gives one turn at a time for each key.
type locks struct {
	mu   sync.Mutex // guards held
	held map[string]*turn
}

type turn struct {
	free    chan struct{}
	waiting int
}

// acquire waits for the key's turn and gives what ends it.
func (l *locks) acquire(ctx context.Context, key string) (release func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*turn{}
	}
	t := l.held[key]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		l.held[key] = t
	}
	t.waiting++
	l.mu.Unlock()

	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if t.waiting--; t.waiting == 0 {
			delete(l.held, key)
		}
	}
	select {
	case t.free <- struct{}{}:
		return func() { <-t.free; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
