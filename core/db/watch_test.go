package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
)

func TestAWatcherHearsEveryEventOnceAndInOrder(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt0"))
		from, err := w.Cursor(w.ctx)
		w.ok(err)
		w.until("the log is settled", func() bool {
			from, err = w.Cursor(w.ctx)
			return err == nil && from != db.Cursor{}
		})
		const writers, turns = 4, 10
		var mu sync.Mutex
		heard := map[int64]int{}
		total := 0
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		done := make(chan error, 1)
		go func() {
			done <- w.Watch(ctx, from, func(list []db.Event) error {
				mu.Lock()
				defer mu.Unlock()
				for _, e := range list {
					if e.Item == id && e.Name == "item-added" {
						t.Error("it hears of what was before")
					}
					if e.Name == "requested" {
						heard[e.Item]++
						total++
					}
				}
				return nil
			})
		}()
		var wg sync.WaitGroup
		for n := range writers {
			wg.Go(func() {
				for i := range turns {
					err := w.Tx(w.ctx, func(tx *db.Tx) error {
						_, _, err := tx.Submit(w.ctx, film(fmt.Sprintf("tt%d", 1000*(n+1)+i)))
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		w.until("every event is heard", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(heard) == writers*turns
		})
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch: %v, want the context's error", err)
		}
		mu.Lock()
		defer mu.Unlock()
		if total != writers*turns {
			t.Errorf("%d events were heard, want %d", total, writers*turns)
		}
	})
}

func TestAWatcherMissesNoTransactionThatCommitsLate(t *testing.T) {
	t.Parallel()
	o := dbtest.Postgres(t)
	w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	other := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	heard := make(chan int64, 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		// It ends with the context's error, which says nothing about what was heard.
		_ = w.Watch(ctx, db.Cursor{}, func(list []db.Event) error {
			for _, e := range list {
				if e.Name == "item-added" {
					heard <- e.Item
				}
			}
			return nil
		})
	}()
	var late, early int64
	other.tx(func(tx *db.Tx) (err error) {
		if late, _, err = tx.Submit(t.Context(), film("tt1")); err != nil {
			return err
		}
		early = w.submit(film("tt2")) // begins and commits while the first is open
		return nil
	})
	got := map[int64]bool{}
	for range 2 {
		select {
		case id := <-heard:
			got[id] = true
		case <-time.After(20 * time.Second):
			t.Fatalf("heard of %v only, want %d and %d", got, late, early)
		}
	}
	w.same("heard", got, map[int64]bool{late: true, early: true})
}

func TestTheTreeAndTheLogTogetherMissNoPath(t *testing.T) {
	each(t, func(w world) {
		item := w.submit(film("tt1"))
		var file int64
		w.tx(func(tx *db.Tx) error {
			file = w.file(tx, db.File{Release: w.release(tx, hashA), Hash: hashA, Path: "a", Size: 1, Items: []int64{item}})
			_, err := tx.Place(w.ctx, "films", "a.mkv", file)
			return err
		})
		from, err := w.Cursor(w.ctx)
		w.ok(err)
		w.tx(func(tx *db.Tx) error { return tx.RemoveFile(w.ctx, file) })
		w.apply(item, library.Pause{})
		var names []string
		w.until("the removal is in the log", func() bool {
			list, err := w.EventsAfter(w.ctx, from, 100)
			w.ok(err)
			names = nil
			for _, e := range list {
				names = append(names, e.Name)
				if e.Name == db.EventUnplaced && (e.Path != "a.mkv" || e.Library != "films" || e.File != file || e.Root != item) {
					t.Errorf("the event is %+v", e)
				}
			}
			return len(names) > 0 && names[len(names)-1] == "pause"
		})
		found := false
		for _, n := range names {
			found = found || n == db.EventUnplaced
		}
		if !found {
			t.Errorf("events %v, want unplaced among them", names)
		}
	})
}
