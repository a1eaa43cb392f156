package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

// ImportInstance is the scraper that a release is said to come from which a user named.
const ImportInstance = "import"

// imported is the verdict on such a release: it goes before all others.
const imported = "imported"

// maxTorrent is the most that a .torrent may have, in bytes.
const maxTorrent = 10 << 20

// Import has a release taken for an item, whatever the profile thinks of it: by its magnet link or its .torrent. What
// cannot be read is refused here; the rest is a job.
func (p *Pipeline) Import(ctx context.Context, item int64, magnet string, torrent []byte) error {
	r, err := importedRelease(magnet, torrent)
	if err != nil {
		return err
	}
	return p.db.Tx(ctx, func(tx *db.Tx) error {
		it, err := tx.Item(ctx, item)
		if err != nil {
			return fmt.Errorf("import for item %d: %w", item, err)
		}
		if it.Kind == library.KindShow {
			return errWholeShow
		}
		if !waits(it) && !takes(it) {
			return refused(it)
		}
		key := magnet
		if len(torrent) > 0 {
			key = torrentKey + r.Hash
			if err := tx.PutSetting(ctx, search.TorrentSetting(r.Hash), torrent); err != nil {
				return err
			}
		}
		return tx.Enqueue(ctx, library.Step{Kind: library.StepImport, Item: item, Key: key})
	})
}

// errWholeShow says that a release cannot be imported for a show.
var errWholeShow error = &sdk.Error{
	Kind: sdk.Invalid, Message: "a release is imported for a film, a season or an episode, not for a whole show",
}

// waits reports whether an item is not ready for a release yet, but will be.
func waits(it library.Item) bool {
	return it.State == library.StateUnknown || it.State == library.StateRequested
}

// takes reports whether a candidate of the item would be fetched now, by trying it on a copy.
func takes(it library.Item) bool {
	for _, e := range entry(it) {
		if _, err := it.Apply(e, time.Now()); err != nil {
			return false
		}
	}
	return it.Wants(library.StepDownload)
}

// entry are the events by which an item takes a candidate. A season whose pack is over begins anew with it.
func entry(it library.Item) []library.Event {
	if it.Kind == library.KindSeason && it.Pack == library.PackNone {
		return []library.Event{library.Retry{}, library.Scraped{Candidates: 1}}
	}
	return []library.Event{library.Scraped{Candidates: 1}}
}

func refused(it library.Item) error {
	if it.Held() {
		return sdk.Errorf(sdk.Invalid, "the %s is %s: resume it, or take it off the blacklist, first", it.Kind, it.State)
	}
	if it.Kind == library.KindSeason {
		return sdk.Errorf(sdk.Invalid, "the season is %s: reset it first, or import for its episodes", it.State)
	}
	return sdk.Errorf(sdk.Invalid, "the %s is %s: reset it first", it.Kind, it.State)
}

// torrentKey begins the key of a step whose .torrent is kept among the settings.
const torrentKey = "torrent:"

func importedRelease(magnet string, torrent []byte) (sdk.Release, error) {
	if len(torrent) > maxTorrent {
		return sdk.Release{}, sdk.Errorf(sdk.Invalid, "a .torrent of %d bytes is too large: at most 10 MiB", len(torrent))
	}
	if len(torrent) > 0 {
		m, err := search.ParseMetainfo(torrent)
		if err != nil {
			return sdk.Release{}, sdk.Errorf(sdk.Invalid, "the .torrent cannot be read: %w", err)
		}
		return sdk.Release{Name: m.Name, Hash: m.Hash, Size: m.Size, Files: m.Files, Private: m.Private, Seeders: -1, Leechers: -1}, nil
	}
	hash, name, err := search.ParseMagnet(magnet)
	if err != nil {
		return sdk.Release{}, sdk.Errorf(sdk.Invalid, "%w", err)
	}
	if name == "" {
		name = hash
	}
	return sdk.Release{Name: name, Hash: hash, Magnet: magnet, Seeders: -1, Leechers: -1}, nil
}

// importRelease makes the release the item's first candidate.
func (p *Pipeline) importRelease(ctx context.Context, j db.Job) error {
	r, err := p.readImport(ctx, j.Step.Key)
	if err != nil {
		return err
	}
	it, err := p.db.Item(ctx, j.Step.Item)
	if err != nil {
		return gone(err)
	}
	t, err := p.db.Title(ctx, it.Title)
	if err != nil {
		return gone(err)
	}
	return gone(p.db.Tx(ctx, func(tx *db.Tx) error {
		it, err := tx.Item(ctx, it.ID)
		switch {
		case err != nil:
			return err
		case waits(it):
			return db.Snooze(untilIndexed)
		case !takes(it):
			return db.Cancel(refused(it))
		}
		return p.prefer(ctx, tx, it, search.Found(t, r))
	}))
}

// untilIndexed is how long an import waits for its item's metadata before it looks again.
const untilIndexed = 3 * time.Second

func (p *Pipeline) readImport(ctx context.Context, key string) (sdk.Release, error) {
	var torrent []byte
	if hash, ok := strings.CutPrefix(key, torrentKey); ok {
		var err error
		if torrent, ok, err = p.db.Setting(ctx, search.TorrentSetting(hash)); err != nil || !ok {
			return sdk.Release{}, fmt.Errorf("read the .torrent of an import: %w", cmp.Or(err, db.ErrNotFound))
		}
	}
	r, err := importedRelease(key, torrent)
	if err != nil {
		return r, db.Cancel(err)
	}
	return r, nil
}

// prefer puts one release before all other candidates of an item and has it taken.
func (p *Pipeline) prefer(ctx context.Context, tx *db.Tx, it library.Item, f db.Found) error {
	if _, err := tx.SaveReleases(ctx, ImportInstance, []db.Found{f}); err != nil {
		return err
	}
	r, err := tx.ReleaseByHash(ctx, f.Hash)
	if err != nil {
		return err
	}
	old, err := tx.Candidates(ctx, it.ID)
	if err != nil {
		return err
	}
	// The order is told anew with the next judgement; what is imported stays before all others.
	cs := []db.Candidate{{Item: it.ID, Release: r.ID, Hash: r.Hash, Verdict: imported, State: db.CandidateOpen}}
	for _, c := range old {
		if c.Release != r.ID {
			cs = append(cs, c)
		}
	}
	if _, err := tx.SaveCandidates(ctx, it.ID, "", cs); err != nil {
		return err
	}
	if err := tx.MarkCandidate(ctx, it.ID, r.ID, db.CandidateMark{State: db.CandidateOpen}); err != nil {
		return err
	}
	return tx.Apply(ctx, it.ID, entry(it)...)
}
