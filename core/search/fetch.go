package search

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// maxFetches is how many .torrent files are fetched in a search, of the releases that match the title by name.
const maxFetches = 30

// torrentTTL is how long a fetched .torrent is kept for the debrid provider that may want it.
const torrentTTL = 24 * time.Hour

// TorrentSetting names the setting in which the .torrent of an imported release is kept.
func TorrentSetting(hash string) string { return "torrent/" + hash }

// hashes learns the hash of releases that came with nothing but a .torrent, and drops what stays without.
func (f *Finder) hashes(ctx context.Context, all []sighted, w *rank.Wanted) []sighted {
	target := rank.NewTarget(*w)
	var mu sync.Mutex
	var known, open []sighted // known is guarded by mu
	for _, r := range all {
		if r.Hash == "" && r.Magnet != "" {
			r.Hash, _, _ = ParseMagnet(r.Magnet)
		}
		r.Hash = normalHash(r.Hash)
		if r.Hash != "" {
			known = append(known, r)
			continue
		}
		parsed := release.Parse(r.Name)
		if r.Torrent != "" && target.Match(&parsed).State != rank.No {
			open = append(open, r)
		}
	}
	slices.SortStableFunc(open, func(a, b sighted) int { return cmp.Compare(b.Seeders, a.Seeders) })
	var g errgroup.Group
	g.SetLimit(6)
	for _, r := range open[:min(len(open), maxFetches)] {
		g.Go(func() error {
			if got, ok := f.learn(ctx, r); ok {
				mu.Lock()
				defer mu.Unlock()
				known = append(known, got)
			}
			return nil // one that fails does not end the others
		})
	}
	_ = g.Wait() // none of them returns an error
	return known
}

// learn fetches a .torrent through the scraper that named it.
func (f *Finder) learn(ctx context.Context, r sighted) (sighted, bool) {
	t, err := f.fetch(ctx, r.instance, r.Torrent)
	if err != nil {
		f.log.Debug("a .torrent could not be fetched", "scraper", r.instance, "release", r.Name, "err", err)
		return r, false
	}
	if t.Magnet != "" {
		r.Magnet = t.Magnet
		r.Hash, _, err = ParseMagnet(t.Magnet)
		return r, err == nil
	}
	m, err := ParseMetainfo(t.Metainfo)
	if err != nil {
		f.log.Debug("a .torrent could not be read", "scraper", r.instance, "release", r.Name, "err", err)
		return r, false
	}
	r.Hash, r.Files = m.Hash, m.Files
	r.Private = r.Private || m.Private
	r.Size = cmp.Or(r.Size, m.Size)
	f.cache.Put(ctx, TorrentSetting(m.Hash), t.Metainfo, torrentTTL)
	return r, true
}

func (f *Finder) fetch(ctx context.Context, instance, url string) (t sdk.Torrent, err error) {
	in, ok := f.pool.Find(sdk.CapabilityScraper, instance)
	if !ok {
		return t, sdk.Errorf(sdk.Unavailable, "%s is not configured any more", instance)
	}
	tf, ok := in.Scraper().(sdk.TorrentFetcher)
	if !ok {
		return t, sdk.Errorf(sdk.NotFound, "%s gives no .torrent files", instance)
	}
	err = in.Call(ctx, "torrent", func(ctx context.Context) error {
		t, err = tf.Torrent(ctx, url)
		return err
	})
	return t, err
}

// Torrent gives the .torrent of a release where it can be had: kept, cached, or fetched again through a scraper that
// named it. It is nil where there is none; a magnet link must do then.
func (f *Finder) Torrent(ctx context.Context, r db.Release) []byte {
	if b, ok, err := f.db.Setting(ctx, TorrentSetting(r.Hash)); err == nil && ok {
		return b
	}
	if b, ok := f.cache.Get(ctx, TorrentSetting(r.Hash)); ok {
		return b
	}
	for _, s := range r.Sightings {
		if s.Torrent == "" {
			continue
		}
		t, err := f.fetch(ctx, s.Instance, s.Torrent)
		if err != nil {
			f.log.Debug("a .torrent could not be fetched", "scraper", s.Instance, "release", r.Name, "err", err)
			continue
		}
		if m, err := ParseMetainfo(t.Metainfo); err == nil && m.Hash == r.Hash {
			f.cache.Put(ctx, TorrentSetting(r.Hash), t.Metainfo, torrentTTL)
			return t.Metainfo
		}
	}
	return nil
}

// Cached tells which of some releases a debrid provider can serve at once. Providers that cannot tell are not asked; one
// that fails counts as not knowing.
func (f *Finder) Cached(ctx context.Context, hashes []string) map[string]bool {
	cached := map[string]bool{}
	for _, in := range f.pool.Of(sdk.CapabilityDebrid) {
		av, ok := in.Debrid().(sdk.Availability)
		if !ok || len(hashes) == 0 {
			continue
		}
		err := in.Call(ctx, "available", func(ctx context.Context) error {
			as, err := av.Available(ctx, hashes)
			for _, a := range as {
				if a.State == sdk.CachedYes {
					cached[a.Hash] = true
				}
			}
			return err
		})
		if err != nil {
			f.log.Debug("availability is not known", "instance", in.Name, "err", err)
		}
	}
	return cached
}
