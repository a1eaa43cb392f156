package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// titleKeys folds every name of a title. One with a tag behind it, as "(2005)" or "(US)", is called the same without it.
func titleKeys(t sdk.Title) []string {
	var keys []string
	add := func(name string) {
		for _, n := range []string{name, untagged(name)} {
			if k := release.Key(n); k != "" {
				keys = append(keys, k)
			}
		}
	}
	add(t.Name)
	add(t.Original)
	for _, a := range t.Aliases {
		add(a.Name)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// untagged cuts what stands in round brackets at the end of a name.
func untagged(name string) string {
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		return name[:i]
	}
	return name
}

// saveKeys stores the folded names of a title. Who was called like it, and who now is, is judged again with it.
func (tx *Tx) saveKeys(ctx context.Context, title int64, keys []string) error {
	old, err := collect(ctx, tx.c, func(r row) (k string, err error) { return k, r.Scan(&k) },
		"SELECT folded FROM title_key WHERE title = ?", title)
	if err != nil {
		return err
	}
	slices.Sort(old)
	if slices.Equal(old, keys) {
		return nil
	}
	if err := tx.unsettle(ctx, title); err != nil {
		return err
	}
	if _, err := tx.c.exec(ctx, "DELETE FROM title_key WHERE title = ?", title); err != nil {
		return err
	}
	if err := tx.addKeys(ctx, []titleKey{{title, keys}}); err != nil {
		return err
	}
	return tx.unsettle(ctx, title)
}

type titleKey struct {
	title int64
	keys  []string
}

func (tx *Tx) addKeys(ctx context.Context, list []titleKey) error {
	var rows [][2]any
	for _, t := range list {
		for _, k := range t.keys {
			rows = append(rows, [2]any{k, t.title})
		}
	}
	return eachChunk(rows, func(part [][2]any) error {
		args := make([]any, 0, 2*len(part))
		for _, r := range part {
			args = append(args, r[0], r[1])
		}
		_, err := tx.c.exec(ctx, "INSERT INTO title_key (folded, title) VALUES "+groups(len(part), 2)+" ON CONFLICT DO NOTHING", args...)
		return err
	})
}

// namesakes chooses the titles that have a name in common with one, itself among them.
const namesakes = `(SELECT other.title FROM title_key own JOIN title_key other ON other.folded = own.folded WHERE own.title = ?)`

// unsettle has the candidates judged again of every item of a title, and of the titles that are called the same.
func (tx *Tx) unsettle(ctx context.Context, title int64) error {
	_, err := tx.c.exec(ctx, "UPDATE judgement SET fingerprint = '' WHERE item IN (SELECT id FROM item WHERE title = ? OR title IN "+
		namesakes+")", title, title)
	if err != nil {
		return fmt.Errorf("have the candidates of title %d judged again: %w", title, err)
	}
	return nil
}

// maxRivals is how many titles of the same name are told of.
const maxRivals = 50

const rivalsQuery = "SELECT id FROM title WHERE id <> ? AND id IN " + namesakes + " ORDER BY id LIMIT ?"

// Rivals gives the other titles that have a name in common with one, aliases counted, without their episodes.
func (r Reader) Rivals(ctx context.Context, title int64) ([]sdk.Title, error) {
	ids, err := collect(ctx, r.c, scanInt, rivalsQuery, title, title, maxRivals)
	if err != nil {
		return nil, fmt.Errorf("titles called like title %d: %w", title, err)
	}
	out := make([]sdk.Title, 0, len(ids))
	for _, id := range ids {
		t, err := r.titleAlone(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, t.Title)
	}
	return out, nil
}

// keysSetting holds the version of the reader of release names by which names were folded.
const keysSetting = "title.keys"

// keysPage is how many titles are folded in one transaction.
const keysPage = 500

// FoldTitles folds the names of every title anew where that was not done yet by this version of the reader of release
// names. Ended by force it begins anew.
func (d *DB) FoldTitles(ctx context.Context) (folded int, err error) {
	version := fmt.Sprint(release.Version)
	was, _, err := d.Setting(ctx, keysSetting)
	if err != nil || string(was) == version {
		return 0, err
	}
	for after, n := int64(0), keysPage; n == keysPage; folded += n {
		var last int64
		err := d.Tx(ctx, func(tx *Tx) error {
			ids, err := collect(ctx, tx.c, scanInt, "SELECT id FROM title WHERE id > ? ORDER BY id LIMIT ?", after, keysPage)
			if n = len(ids); err != nil || n == 0 {
				return err
			}
			last = ids[n-1]
			return tx.foldTitles(ctx, ids)
		})
		if err != nil {
			return folded, fmt.Errorf("fold the names of titles: %w", err)
		}
		after = last
	}
	return folded, d.Tx(ctx, func(tx *Tx) error { return tx.PutSetting(ctx, keysSetting, []byte(version)) })
}

func (tx *Tx) foldTitles(ctx context.Context, ids []int64) error {
	if _, err := tx.c.exec(ctx, "DELETE FROM title_key WHERE title IN ("+marks(len(ids))+")", anys(ids)...); err != nil {
		return err
	}
	list := make([]titleKey, 0, len(ids))
	for _, id := range ids {
		t, err := tx.titleAlone(ctx, id)
		if err != nil {
			return err
		}
		list = append(list, titleKey{id, titleKeys(t.Title)})
	}
	return tx.addKeys(ctx, list)
}
