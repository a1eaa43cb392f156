package db

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace-media/millrace/core/library"
)

// Update is the one door for changes of state. It loads an item, has fn change it, and commits the item, the counters of
// its parents, the events and the steps together. fn is called within the transaction, perhaps more than once: it must be
// quick, and call no plugin and no network.
func (d *DB) Update(ctx context.Context, id int64, fn func(it *library.Item) ([]library.Step, error)) error {
	return d.Tx(ctx, func(tx *Tx) error { return tx.Update(ctx, id, fn) })
}

// Apply is Update with events.
func (d *DB) Apply(ctx context.Context, id int64, events ...library.Event) error {
	return d.Tx(ctx, func(tx *Tx) error { return tx.Apply(ctx, id, events...) })
}

// Update is [DB.Update] within a transaction. After an error the transaction must end.
func (tx *Tx) Update(ctx context.Context, id int64, fn func(it *library.Item) ([]library.Step, error)) error {
	d := tx.door()
	if err := d.lock(ctx, id); err != nil {
		return err
	}
	if err := d.apply(ctx, id, fn); err != nil {
		return fmt.Errorf("update item %d: %w", id, err)
	}
	return d.flush(ctx)
}

// Apply is Update with events.
func (tx *Tx) Apply(ctx context.Context, id int64, events ...library.Event) error {
	return tx.Update(ctx, id, func(it *library.Item) ([]library.Step, error) {
		var all []library.Step
		for _, e := range events {
			steps, err := it.Apply(e, tx.now)
			if err != nil {
				return nil, err
			}
			all = append(all, steps...)
		}
		return all, nil
	})
}

func (tx *Tx) event(e library.Event) func(*library.Item) ([]library.Step, error) {
	return func(it *library.Item) ([]library.Step, error) { return it.Apply(e, tx.now) }
}

// door gathers the changes of one call, so that a show of a thousand episodes is saved once and not a thousand times.
type door struct {
	tx      *Tx
	entries map[int64]*entry
	steps   []library.Step
}

type entry struct {
	it     *library.Item
	before library.Item
	root   int64
	added  bool
}

func (tx *Tx) door() *door { return &door{tx: tx, entries: map[int64]*entry{}} }

// lock keeps others from the tree that an item is in: always by its root, so that nobody waits crosswise.
func (d *door) lock(ctx context.Context, id int64) error {
	query := "SELECT id FROM item WHERE id = (SELECT root FROM item WHERE id = ?)"
	if d.tx.shared {
		query += " FOR UPDATE"
	}
	var root int64
	if err := d.tx.c.row(ctx, query, id).Scan(&root); err != nil {
		return fmt.Errorf("item %d: %w", id, found(err))
	}
	return nil
}

func (d *door) load(ctx context.Context, id int64) (*entry, error) {
	if e, ok := d.entries[id]; ok {
		return e, nil
	}
	it, err := d.tx.Item(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.hold(ctx, it)
}

func (d *door) hold(ctx context.Context, it library.Item) (*entry, error) {
	if e, ok := d.entries[it.ID]; ok {
		return e, nil
	}
	e := &entry{it: &it, before: clone(it), root: it.ID}
	if it.Parent != 0 {
		root, err := d.tx.one(ctx, "SELECT root FROM item WHERE id = ?", it.ID)
		if err != nil {
			return nil, err
		}
		e.root = root
	}
	d.entries[it.ID] = e
	return e, nil
}

// clone copies what Apply may change in place.
func clone(it library.Item) library.Item {
	it.Counts, it.Seasons = maps.Clone(it.Counts), slices.Clone(it.Seasons)
	return it
}

// add stores a new item, in the state unknown, and tells its parent of the state that it is in when it is flushed.
func (d *door) add(ctx context.Context, it *library.Item, root int64) error {
	if err := d.tx.insertItem(ctx, it, root); err != nil {
		return err
	}
	if root == 0 {
		root = it.ID
	}
	d.entries[it.ID] = &entry{it: it, before: clone(*it), root: root, added: true}
	return d.tellParent(ctx, it, "", it.State)
}

func (d *door) apply(ctx context.Context, id int64, fn func(it *library.Item) ([]library.Step, error)) error {
	e, err := d.load(ctx, id)
	if err != nil {
		return err
	}
	state := e.it.State
	steps, err := fn(e.it)
	if err != nil {
		return err
	}
	if err := d.tellParent(ctx, e.it, state, e.it.State); err != nil {
		return err
	}
	for _, s := range steps {
		if s.Kind != library.StepTell {
			d.steps = append(d.steps, s)
			continue
		}
		if err := d.tellChildren(ctx, s.Item, s.Tell); err != nil {
			return err
		}
	}
	return nil
}

func (d *door) tellParent(ctx context.Context, it *library.Item, from, to library.State) error {
	if it.Parent == 0 || from == to {
		return nil
	}
	return d.apply(ctx, it.Parent, d.tx.event(library.ChildChanged{From: from, To: to}))
}

func (d *door) tellChildren(ctx context.Context, id int64, e library.Event) error {
	children, err := d.tx.Children(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range children {
		if _, err := d.hold(ctx, c); err != nil {
			return err
		}
		if err := d.apply(ctx, c.ID, d.tx.event(e)); err != nil && !errors.Is(err, library.ErrConflict) {
			return err
		}
	}
	return nil
}

// flush saves what changed, in the order of the ids, and queues the steps.
func (d *door) flush(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(d.entries)) {
		if err := d.save(ctx, d.entries[id]); err != nil {
			return err
		}
	}
	return d.tx.Enqueue(ctx, d.steps...)
}

func (d *door) save(ctx context.Context, e *entry) error {
	changed := !e.it.Equal(e.before)
	if changed {
		e.it.Version++
		e.it.Changed = d.tx.now
		if err := d.tx.saveItem(ctx, e.it); err != nil {
			return err
		}
	}
	if e.added {
		if err := d.log(ctx, e, EventAdded); err != nil {
			return err
		}
	}
	for _, name := range e.names(changed) {
		if err := d.log(ctx, e, name); err != nil {
			return err
		}
	}
	return nil
}

// names are the events worth a row: a group hears of each child's change, which matters where its own state changed.
func (e *entry) names(changed bool) []string {
	if !changed {
		return nil
	}
	var out []string
	for _, ev := range e.it.Events() {
		if _, child := ev.(library.ChildChanged); child && e.it.State == e.before.State {
			continue
		}
		if n := ev.Name(); !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func (d *door) log(ctx context.Context, e *entry, name string) error {
	return d.tx.appendEvent(ctx, Event{
		Item: e.it.ID, Root: e.root, Name: name, From: e.before.State, To: e.it.State, Text: e.it.Error,
	})
}
