package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

const itemColumns = `item.id, item.parent, item.title, item.kind, item.season, item.episode, item.profile, item.state,
	item.back, item.pack, item.packed, item.seasons, item.more, item.released, item.wake_at, item.attempts, item.error,
	item.error_kind, item.counts, item.by_instance, item.by_ref, item.by_person, item.version, item.created, item.changed`

// itemDest gives where the item's columns are scanned to, and what is left to do afterwards.
func itemDest(it *library.Item) (dest []any, finish func() error) {
	var seasons, counts string
	var released, wake, created, changed int64
	dest = []any{
		&it.ID, &it.Parent, &it.Title, &it.Kind, &it.Season, &it.Episode, &it.Profile, &it.State,
		&it.Back, &it.Pack, &it.Packed, &seasons, &it.More, &released, &wake, &it.Attempts, &it.Error,
		&it.ErrorKind, &counts, &it.RequestedBy.Instance, &it.RequestedBy.Ref, &it.RequestedBy.Person, &it.Version,
		&created, &changed,
	}
	return dest, func() error {
		it.Released, it.WakeAt = fromMicros(released), fromMicros(wake)
		it.Created, it.Changed = fromMicros(created), fromMicros(changed)
		if err := decode(seasons, &it.Seasons); err != nil {
			return err
		}
		return decode(counts, &it.Counts)
	}
}

func scanItem(r row) (library.Item, error) {
	var it library.Item
	dest, finish := itemDest(&it)
	if err := r.Scan(dest...); err != nil {
		return it, err
	}
	return it, finish()
}

// decode reads a JSON column; "" is nothing.
func decode(text string, v any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("read a stored value: %w", err)
	}
	return nil
}

// encode writes a JSON column; nothing is "".
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" || string(b) == "[]" || string(b) == "{}" {
		return "" // the types that are stored have no values that cannot be encoded
	}
	return string(b)
}

func itemValues(it *library.Item) []any {
	return []any{
		string(it.State), string(it.Back), string(it.Pack), it.Packed, encode(it.Seasons), it.More, micros(it.Released),
		micros(it.WakeAt), it.Attempts, it.Error, string(it.ErrorKind), encode(it.Counts), it.RequestedBy.Instance,
		it.RequestedBy.Ref, it.RequestedBy.Person, it.Version, micros(it.Changed),
	}
}

func (tx *Tx) saveItem(ctx context.Context, it *library.Item) error {
	_, err := tx.c.exec(ctx, `UPDATE item SET state = ?, back = ?, pack = ?, packed = ?, seasons = ?, more = ?, released = ?,
		wake_at = ?, attempts = ?, error = ?, error_kind = ?, counts = ?, by_instance = ?, by_ref = ?, by_person = ?,
		version = ?, changed = ? WHERE id = ?`, append(itemValues(it), it.ID)...)
	if err != nil {
		return fmt.Errorf("save item %d: %w", it.ID, err)
	}
	return nil
}

// insertItem stores a new item and gives it its id. A root's root is itself.
func (tx *Tx) insertItem(ctx context.Context, it *library.Item, root int64) error {
	it.Created, it.Changed = tx.now, tx.now
	args := append([]any{
		root, it.Parent, it.Title, string(it.Kind), it.Season, it.Episode, it.Profile, micros(it.Created),
	}, itemValues(it)...)
	err := tx.c.row(ctx, `INSERT INTO item (root, parent, title, kind, season, episode, profile, created, state, back, pack,
		packed, seasons, more, released, wake_at, attempts, error, error_kind, counts, by_instance, by_ref, by_person, version,
		changed) VALUES (`+marks(len(args))+`) RETURNING id`, args...).Scan(&it.ID)
	if err != nil {
		return fmt.Errorf("add item: %w", err)
	}
	if root != 0 {
		return nil
	}
	_, err = tx.c.exec(ctx, "UPDATE item SET root = id WHERE id = ?", it.ID)
	return err
}

// Item gives one item.
func (r Reader) Item(ctx context.Context, id int64) (library.Item, error) {
	it, err := scanItem(r.c.row(ctx, "SELECT "+itemColumns+" FROM item WHERE id = ?", id))
	if err != nil {
		return it, fmt.Errorf("item %d: %w", id, found(err))
	}
	return it, nil
}

// ItemsByID gives items by their ids, those that are there.
func (r Reader) ItemsByID(ctx context.Context, ids []int64) (map[int64]library.Item, error) {
	out := map[int64]library.Item{}
	for part := range slices.Chunk(ids, batch) {
		list, err := r.items(ctx, "WHERE id IN ("+marks(len(part))+")", anys(part)...)
		if err != nil {
			return nil, err
		}
		for _, it := range list {
			out[it.ID] = it
		}
	}
	return out, nil
}

// Root gives the film or the show of an item.
func (r Reader) Root(ctx context.Context, id int64) (library.Item, error) {
	it, err := scanItem(r.c.row(ctx,
		"SELECT "+itemColumns+" FROM item WHERE id = (SELECT root FROM item WHERE id = ?)", id))
	if err != nil {
		return it, fmt.Errorf("root of item %d: %w", id, found(err))
	}
	return it, nil
}

// Children gives the seasons of a show or the episodes of a season, in order.
func (r Reader) Children(ctx context.Context, id int64) ([]library.Item, error) {
	return r.items(ctx, "WHERE parent = ? ORDER BY season, episode", id)
}

// EpisodeItems gives the episodes of a show or of a season, in order.
func (r Reader) EpisodeItems(ctx context.Context, id int64) ([]library.Item, error) {
	return r.items(ctx, "WHERE kind = ? AND (parent = ? OR root = ?) ORDER BY season, episode",
		string(library.KindEpisode), id, id)
}

func (r Reader) items(ctx context.Context, where string, args ...any) ([]library.Item, error) {
	list, err := collect(ctx, r.c, scanItem, "SELECT "+itemColumns+" FROM item "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	return list, nil
}

// Items gives a page of items by id.
func (r Reader) Items(ctx context.Context, f ItemFilter) ([]ItemRow, error) {
	where, args := f.where()
	if f.Limit == 0 {
		f.Limit = 100
	}
	query := "SELECT title.name, title.year, title.poster, title.ids, " + itemColumns +
		" FROM item JOIN title ON title.id = item.title WHERE " + where + " ORDER BY item.id LIMIT ?"
	list, err := collect(ctx, r.c, scanItemRow, query, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	return list, nil
}

func (f ItemFilter) where() (string, []any) {
	terms, args := []string{"item.id > ?"}, []any{f.After}
	add := func(term string, values ...any) { terms, args = append(terms, term), append(args, values...) }
	if len(f.States) > 0 {
		add("item.state IN ("+marks(len(f.States))+")", texts(f.States)...)
	}
	if len(f.Kinds) > 0 {
		add("item.kind IN ("+marks(len(f.Kinds))+")", texts(f.Kinds)...)
	}
	if f.Parent != 0 {
		add("item.parent = ?", f.Parent)
	}
	if f.Title != 0 {
		add("item.title = ?", f.Title)
	}
	if f.Profile != "" {
		add("item.profile = ?", f.Profile)
	}
	if f.Text != "" {
		add(`title.folded LIKE ? ESCAPE '\'`, "%"+escapeLike(fold(f.Text))+"%")
	}
	return strings.Join(terms, " AND "), args
}

func texts[T ~string](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

func scanItemRow(r row) (ItemRow, error) {
	var out ItemRow
	var ids string
	dest, finish := itemDest(&out.Item)
	if err := r.Scan(append([]any{&out.Name, &out.Year, &out.Poster, &ids}, dest...)...); err != nil {
		return out, err
	}
	if err := decode(ids, &out.IDs); err != nil {
		return out, err
	}
	return out, finish()
}

// CountStates tells how many items of each kind stand in each state.
func (r Reader) CountStates(ctx context.Context) (map[library.Kind]library.Counts, error) {
	rs, err := r.c.query(ctx, "SELECT kind, state, count(*) FROM item GROUP BY kind, state")
	if err != nil {
		return nil, fmt.Errorf("count items: %w", err)
	}
	defer rs.Close()
	out := map[library.Kind]library.Counts{}
	for rs.Next() {
		var kind library.Kind
		var state library.State
		var n int
		if err := rs.Scan(&kind, &state, &n); err != nil {
			return nil, fmt.Errorf("count items: %w", err)
		}
		if out[kind] == nil {
			out[kind] = library.Counts{}
		}
		out[kind][state] = n
	}
	return out, rs.Err()
}

// Requesters gives everybody who asked for the root of an item.
func (r Reader) Requesters(ctx context.Context, id int64) ([]library.Requester, error) {
	list, err := collect(ctx, r.c, func(r row) (q library.Requester, err error) {
		return q, r.Scan(&q.Instance, &q.Ref, &q.Person)
	}, `SELECT instance, ref, person FROM request WHERE item = (SELECT root FROM item WHERE id = ?)
		ORDER BY created, instance, ref`, id)
	if err != nil {
		return nil, fmt.Errorf("requests of item %d: %w", id, err)
	}
	return list, nil
}

// Submit stores a request. One that is known, by its title and profile or by its reference, adds its seasons and its
// requester to the item that there is; fresh tells that there was none.
func (tx *Tx) Submit(ctx context.Context, s Submission) (item int64, fresh bool, err error) {
	kind := library.KindMovie
	switch s.Kind {
	case sdk.Movie:
	case sdk.Show:
		kind = library.KindShow
	default:
		return 0, false, sdk.Errorf(sdk.Invalid, "submit %q: is it a film or a show?", s.Name)
	}
	if s.Request.Profile != "" {
		s.Profile = s.Request.Profile
	}
	item, err = tx.itemFor(ctx, s, kind)
	if err != nil {
		return 0, false, err
	}
	if item == 0 {
		if item, err = tx.addRoot(ctx, s, kind); err != nil {
			return 0, false, err
		}
		fresh = true
	} else if err := tx.Apply(ctx, item, library.Requested{Seasons: s.Seasons}); err != nil {
		return 0, false, err
	}
	return item, fresh, tx.saveRequest(ctx, item, s)
}

// itemFor finds the item of a request, 0 where there is none.
func (tx *Tx) itemFor(ctx context.Context, s Submission, kind library.Kind) (int64, error) {
	if s.IDs.IsZero() {
		if s.Ref == "" {
			return 0, nil
		}
		return tx.one(ctx, `SELECT item FROM request JOIN item ON item.id = request.item
			WHERE request.instance = ? AND request.ref = ? AND item.profile = ? LIMIT 1`, s.Instance, s.Ref, s.Profile)
	}
	title, err := tx.findTitle(ctx, s.Kind, s.IDs)
	if err != nil || title == 0 {
		return 0, err
	}
	return tx.one(ctx, "SELECT id FROM item WHERE title = ? AND profile = ? AND kind = ?", title, s.Profile, string(kind))
}

// one reads a number, 0 where there is no row.
func (r Reader) one(ctx context.Context, query string, args ...any) (int64, error) {
	var n int64
	err := found(r.c.row(ctx, query, args...).Scan(&n))
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func (tx *Tx) addRoot(ctx context.Context, s Submission, kind library.Kind) (int64, error) {
	title, err := tx.rememberTitle(ctx, s.Request)
	if err != nil {
		return 0, err
	}
	it := library.Item{
		Title: title, Kind: kind, Profile: s.Profile, State: library.StateUnknown,
		RequestedBy: library.Requester{Instance: s.Instance, Ref: s.Ref, Person: s.Person},
	}
	d := tx.door()
	if err := d.add(ctx, &it, 0); err != nil {
		return 0, err
	}
	if err := d.apply(ctx, it.ID, tx.event(library.Requested{Seasons: s.Seasons})); err != nil {
		return 0, err
	}
	return it.ID, d.flush(ctx)
}

func (tx *Tx) saveRequest(ctx context.Context, item int64, s Submission) error {
	_, err := tx.c.exec(ctx, `INSERT INTO request (instance, ref, item, person, seasons, created) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (instance, ref, item) DO UPDATE SET person = excluded.person, seasons = excluded.seasons`,
		s.Instance, s.Ref, item, s.Person, encode(s.Seasons), micros(tx.now))
	if err != nil {
		return fmt.Errorf("save request: %w", err)
	}
	return nil
}
