package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

// ImportInstance is the scraper that a release is said to come from which a user named.
const ImportInstance = "import"

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
			return sdk.Errorf(sdk.Invalid, "a release is imported for a film, a season or an episode, not for a whole show")
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
		return p.prefer(ctx, tx, it, search.Found(t, r))
	}))
}

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
	cs := []db.Candidate{{Item: it.ID, Release: r.ID, Hash: r.Hash, Verdict: "imported", State: db.CandidateOpen}}
	for _, c := range old {
		if c.Release != r.ID {
			c.Order++
			cs = append(cs, c)
		}
	}
	open, err := tx.SaveCandidates(ctx, it.ID, cs)
	if err != nil {
		return err
	}
	if err := tx.MarkCandidate(ctx, it.ID, r.ID, db.CandidateMark{State: db.CandidateOpen}); err != nil {
		return err
	}
	return tx.Apply(ctx, it.ID, library.Scraped{Candidates: max(open, 1)})
}
