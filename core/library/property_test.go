package library_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// model is a library in memory: it commits what Apply decides as a database would.
type model struct {
	t     *rapid.T
	now   time.Time
	items map[int64]*library.Item
	queue map[job]time.Time
}

type job struct {
	kind library.StepKind
	item int64
}

func (m *model) add(parent int64, kind library.Kind, season, episode int) *library.Item {
	it := &library.Item{
		ID: int64(len(m.items) + 1), Parent: parent, Kind: kind, Season: season, Episode: episode, State: library.StateUnknown,
	}
	m.items[it.ID] = it
	if parent != 0 {
		m.apply(parent, library.ChildChanged{To: it.State})
	}
	return it
}

func (m *model) apply(id int64, e library.Event) {
	it := m.items[id]
	before := it.State
	steps, err := it.Apply(e, m.now)
	if errors.Is(err, library.ErrConflict) {
		return
	}
	if err != nil {
		m.t.Fatalf("%s: %v", e.Name(), err)
	}
	if it.Parent != 0 && before != it.State {
		m.apply(it.Parent, library.ChildChanged{From: before, To: it.State})
	}
	for _, s := range steps {
		m.commit(s)
	}
}

func (m *model) commit(s library.Step) {
	if s.Kind == library.StepTell {
		for _, id := range m.children(s.Item) {
			m.apply(id, s.Tell)
		}
		return
	}
	at := s.At
	if at.IsZero() {
		at = m.now
	}
	k := job{s.Kind, s.Item}
	if was, ok := m.queue[k]; !ok || at.Before(was) {
		m.queue[k] = at
	}
}

func (m *model) children(id int64) []int64 {
	var out []int64
	for _, c := range slices.Sorted(maps.Keys(m.items)) {
		if m.items[c].Parent == id {
			out = append(out, c)
		}
	}
	return out
}

// work runs a queued job, with an outcome that such a job may have.
func (m *model) work() {
	keys := slices.SortedFunc(maps.Keys(m.queue), func(a, b job) int {
		if a.item != b.item {
			return int(a.item - b.item)
		}
		return slices.Index(library.StepKinds(), a.kind) - slices.Index(library.StepKinds(), b.kind)
	})
	if len(keys) == 0 {
		return
	}
	k := rapid.SampledFrom(keys).Draw(m.t, "job")
	if at := m.queue[k]; at.After(m.now) {
		m.now = at
	}
	delete(m.queue, k)
	it := m.items[k.item]
	if !it.Wants(k.kind) {
		return
	}
	e := m.outcome(k.kind, it)
	if e != nil {
		m.apply(k.item, e)
	}
}

func (m *model) outcome(k library.StepKind, it *library.Item) library.Event {
	waiting := library.Waiting{Until: m.now.Add(time.Duration(rapid.IntRange(-1, 48).Draw(m.t, "hours")) * time.Hour)}
	failed := library.Failed{Step: k, Kind: sdk.Other}
	var list []library.Event
	switch k {
	case library.StepWake:
		return library.Wake{}
	case library.StepIndex:
		list = []library.Event{m.indexed(), failed, waiting}
	case library.StepScrape:
		list = []library.Event{
			library.Scraped{Candidates: 2}, library.Scraped{Candidates: 1}, library.NothingFound{}, failed, waiting,
		}
	case library.StepDownload:
		list = []library.Event{library.Rejected{}, library.Exhausted{}, library.Downloaded{}, library.Downloaded{More: true}, failed, waiting}
		if it.Kind == library.KindSeason && rapid.Bool().Draw(m.t, "pack fits") {
			for _, id := range m.children(it.ID) {
				if rapid.Bool().Draw(m.t, "covered") {
					m.apply(id, library.Downloaded{})
				}
			}
		}
	case library.StepRegister:
		list = []library.Event{library.Registered{}, library.FileGone{Left: 1}, library.FileGone{}, failed, waiting}
	default:
		return nil
	}
	return rapid.SampledFrom(list).Draw(m.t, "outcome")
}

func (m *model) indexed() library.Event {
	e := library.Indexed{More: rapid.Bool().Draw(m.t, "more"), Packed: rapid.Bool().Draw(m.t, "packed")}
	if h := rapid.IntRange(-72, 72).Draw(m.t, "released"); h != 0 {
		e.Released = m.now.Add(time.Duration(h) * time.Hour)
	}
	return e
}

// meddle has anything happen to any item: users, late results, news of dates.
func (m *model) meddle() {
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(m.items))).Draw(m.t, "item")
	m.apply(id, rapid.SampledFrom([]library.Event{
		library.Requested{}, library.Requested{Seasons: []int{0}}, m.indexed(), library.Scraped{Candidates: 1}, library.NothingFound{},
		library.Rejected{}, library.Exhausted{}, library.Downloaded{}, library.Downloaded{More: true}, library.Registered{}, library.FileGone{},
		library.FileGone{Left: 1}, library.Failed{Step: library.StepScrape}, library.Failed{Step: library.StepDownload},
		library.Wake{}, library.Uncovered{}, library.Retry{}, library.Pause{}, library.Resume{}, library.Reset{}, library.Blacklist{},
		library.Unblacklist{}, library.Waiting{Until: m.now.Add(time.Hour)},
	}).Draw(m.t, "event"))
}

// pending tells whether something is queued that will do what the item wants, at the latest when it is to be woken.
func (m *model) pending(it *library.Item) bool {
	for k, at := range m.queue {
		if k.item != it.ID {
			continue
		}
		switch k.kind {
		case library.StepIndex, library.StepScrape, library.StepDownload, library.StepRegister:
			if it.Wants(k.kind) {
				return true
			}
		case library.StepWake:
			if !it.WakeAt.IsZero() && !at.After(it.WakeAt) {
				return true
			}
		}
	}
	return false
}

func (m *model) check() {
	for _, id := range slices.Sorted(maps.Keys(m.items)) {
		it := m.items[id]
		recount := library.Counts{}
		for _, c := range m.children(id) {
			recount[m.items[c].State]++
		}
		if it.Kind.Group() && !maps.Equal(recount, it.Counts) {
			m.t.Fatalf("%s %d counts %v, its children are %v", it.Kind, id, it.Counts, recount)
		}
		if needsJob(it) && !m.pending(it) {
			m.t.Fatalf("%s %d is %s (pack %q, wake at %s) and nothing is queued for it: %v", it.Kind, id, it.State, it.Pack,
				it.WakeAt, m.queue)
		}
	}
}

func needsJob(it *library.Item) bool {
	switch {
	case it.Held():
		return false
	case it.Kind == library.KindSeason:
		return it.Pack != library.PackNone
	case it.Kind == library.KindShow:
		return it.State != library.StateCompleted || it.More
	}
	return !it.Final()
}

func TestNoSequenceOfEventsLeavesAnItemWithoutAFuture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, now: now, items: map[int64]*library.Item{}, queue: map[job]time.Time{}}
		film := m.add(0, library.KindMovie, 0, 0)
		m.apply(film.ID, library.Requested{})
		show := m.add(0, library.KindShow, 0, 0)
		m.apply(show.ID, library.Requested{})
		for s := range rapid.IntRange(0, 2).Draw(t, "seasons") {
			m.grow(show.ID, s+1)
		}
		m.apply(show.ID, library.Indexed{More: rapid.Bool().Draw(t, "more")})
		m.check()
		for range rapid.IntRange(0, 60).Draw(t, "turns") {
			if rapid.Bool().Draw(t, "work") {
				m.work()
			} else {
				m.meddle()
			}
			m.now = m.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
			m.check()
		}
	})
}

func (m *model) grow(show int64, number int) {
	season := m.add(show, library.KindSeason, number, 0)
	packed := rapid.Bool().Draw(m.t, "packed")
	for e := range rapid.IntRange(1, 3).Draw(m.t, "episodes") {
		ep := m.add(season.ID, library.KindEpisode, number, e+1)
		in := m.indexed().(library.Indexed)
		in.Packed = packed
		m.apply(ep.ID, in)
	}
	m.apply(season.ID, library.Indexed{Packed: packed})
}

// Whatever happened before, a film completes when every job does what it should.
func TestAFilmCompletesOnceItsServicesAreWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, now: now, items: map[int64]*library.Item{}, queue: map[job]time.Time{}}
		film := m.add(0, library.KindMovie, 0, 0)
		m.apply(film.ID, library.Requested{})
		for range rapid.IntRange(0, 40).Draw(t, "bad turns") {
			m.work()
		}
		good := map[library.StepKind]library.Event{
			library.StepIndex: library.Indexed{Released: now}, library.StepScrape: library.Scraped{Candidates: 1},
			library.StepDownload: library.Downloaded{}, library.StepRegister: library.Registered{}, library.StepWake: library.Wake{},
		}
		for range 40 {
			for k, at := range m.queue {
				if at.After(m.now) {
					m.now = at
				}
				delete(m.queue, k)
				if e := good[k.kind]; e != nil && film.Wants(k.kind) {
					m.apply(k.item, e)
				}
			}
		}
		if film.State != library.StateCompleted {
			t.Fatalf("the film is %s, and %v is queued", film.State, m.queue)
		}
	})
}
