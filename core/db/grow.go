package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// Grow makes items of the wanted seasons and episodes of a show, as its title knows them, tells those that are there of
// their dates, and tells the show that it is indexed. It gives the ids of the items added. Children of a show that is
// paused or blacklisted begin so.
func (tx *Tx) Grow(ctx context.Context, show int64, o GrowOptions) (added []int64, err error) {
	d := tx.door()
	if err := d.lock(ctx, show); err != nil {
		return nil, err
	}
	e, err := d.load(ctx, show)
	if err != nil {
		return nil, err
	}
	if e.it.Kind != library.KindShow {
		return nil, sdk.Errorf(sdk.Invalid, "item %d is no show: it cannot grow", show)
	}
	title, err := tx.Title(ctx, e.it.Title)
	if err != nil {
		return nil, err
	}
	g := &grower{door: d, show: e.it, offset: o.Offset}
	if err := g.seasons(ctx, title.Episodes); err != nil {
		return nil, fmt.Errorf("grow show %d: %w", show, err)
	}
	if err := d.apply(ctx, show, tx.event(library.Indexed{More: o.More})); err != nil {
		return nil, err
	}
	return g.added, d.flush(ctx)
}

type grower struct {
	*door
	show   *library.Item
	offset time.Duration
	added  []int64
}

func (g *grower) seasons(ctx context.Context, list []sdk.Episode) error {
	bySeason := map[int][]sdk.Episode{}
	var numbers []int
	for _, e := range list {
		if !g.show.WantsSeason(e.Season) {
			continue
		}
		if bySeason[e.Season] == nil {
			numbers = append(numbers, e.Season)
		}
		bySeason[e.Season] = append(bySeason[e.Season], e)
	}
	there, err := g.tx.Children(ctx, g.show.ID)
	if err != nil {
		return err
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		g.date(bySeason[n])
		i := slices.IndexFunc(there, func(it library.Item) bool { return it.Season == n })
		if i < 0 {
			err = g.plant(ctx, n, bySeason[n])
		} else {
			err = g.tend(ctx, there[i], bySeason[n])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// date gives an episode of which the air time is unknown that of the next, where that one is out: so must it be.
func (g *grower) date(list []sdk.Episode) {
	for i := len(list) - 2; i >= 0; i-- {
		if next := list[i+1].AirTime; list[i].AirTime.IsZero() && next.Before(g.tx.now) {
			list[i].AirTime = next
		}
	}
}

// plant adds a season. One that is out as a whole is first looked for as a pack.
func (g *grower) plant(ctx context.Context, number int, list []sdk.Episode) error {
	s := g.child(g.show, library.KindSeason, number, 0)
	if err := g.add(ctx, s, g.show.ID); err != nil {
		return err
	}
	g.added = append(g.added, s.ID)
	packed := g.packed(list)
	if err := g.episodes(ctx, s, list, packed); err != nil {
		return err
	}
	if err := g.apply(ctx, s.ID, g.tx.event(library.Indexed{Packed: packed})); err != nil {
		return err
	}
	return g.inherit(ctx, s)
}

// inherit holds a new season as its show is held; the season tells its episodes.
func (g *grower) inherit(ctx context.Context, it *library.Item) error {
	if !g.show.Held() {
		return nil
	}
	return g.apply(ctx, it.ID, g.tx.event(holdEvent(g.show.State)))
}

func holdEvent(s library.State) library.Event {
	if s == library.StateBlacklisted {
		return library.Blacklist{}
	}
	return library.Pause{}
}

func (g *grower) packed(list []sdk.Episode) bool {
	if len(list) < 2 {
		return false
	}
	for _, e := range list {
		if at := g.released(e); at.IsZero() || at.After(g.tx.now) {
			return false
		}
	}
	return true
}

func (g *grower) released(e sdk.Episode) time.Time {
	if e.AirTime.IsZero() {
		return time.Time{}
	}
	return e.AirTime.Add(g.offset)
}

func (g *grower) child(parent *library.Item, kind library.Kind, season, episode int) *library.Item {
	return &library.Item{
		Parent: parent.ID, Title: parent.Title, Kind: kind, Season: season, Episode: episode, Profile: parent.Profile,
		State: library.StateUnknown,
	}
}

func (g *grower) episodes(ctx context.Context, season *library.Item, list []sdk.Episode, packed bool) error {
	for _, e := range list {
		it := g.child(season, library.KindEpisode, e.Season, e.Number)
		if err := g.add(ctx, it, g.show.ID); err != nil {
			return err
		}
		g.added = append(g.added, it.ID)
		event := library.Indexed{Released: g.released(e), Packed: packed}
		if err := g.apply(ctx, it.ID, g.tx.event(event)); err != nil {
			return err
		}
		if season.Held() {
			if err := g.apply(ctx, it.ID, g.tx.event(holdEvent(season.State))); err != nil {
				return err
			}
		}
	}
	return nil
}

// tend tells the episodes of a season that is there of their dates, and adds those that are new.
func (g *grower) tend(ctx context.Context, season library.Item, list []sdk.Episode) error {
	e, err := g.hold(ctx, season)
	if err != nil {
		return err
	}
	there, err := g.tx.Children(ctx, season.ID)
	if err != nil {
		return err
	}
	old := map[int]library.Item{}
	for _, it := range there {
		old[it.Episode] = it
	}
	var fresh []sdk.Episode
	for _, ep := range list {
		it, known := old[ep.Number]
		if !known {
			fresh = append(fresh, ep)
			continue
		}
		if at := g.released(ep); !at.Truncate(time.Microsecond).Equal(it.Released) {
			if _, err := g.hold(ctx, it); err != nil {
				return err
			}
			if err := g.apply(ctx, it.ID, g.tx.event(library.Indexed{Released: at})); err != nil {
				return err
			}
		}
	}
	return g.episodes(ctx, e.it, fresh, false)
}
