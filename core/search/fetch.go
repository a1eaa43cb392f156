package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/torznab"
)

// maxFetches is how many .torrent files are fetched in a search, of the releases that match the title by name.
const maxFetches = 30

// torrentTTL is how long a fetched .torrent is kept for the debrid provider that may want it.
const torrentTTL = 24 * time.Hour

// TorrentSetting names the setting in which the .torrent of an imported release is kept.
func TorrentSetting(hash string) string { return "torrent/" + hash }

// hashes learns the hash of releases that came with nothing but a .torrent, and drops what stays without. What is left
// stays in its order.
func (f *Finder) hashes(ctx context.Context, all []sighted, target *rank.Target) []sighted {
	var open []int // places in all, of those whose .torrent is to be fetched
	for i := range all {
		r := &all[i]
		if r.Hash == "" && r.Magnet != "" {
			r.Hash, _, _ = ParseMagnet(r.Magnet) // one that cannot be read tells nothing
		}
		if r.Hash = torznab.NormalHash(r.Hash); r.Hash != "" || r.Torrent == "" {
			continue
		}
		parsed := release.Parse(r.Name)
		if target.Match(&parsed).State != rank.No {
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(all[b].Seeders, all[a].Seeders) })
	var g errgroup.Group
	g.SetLimit(6)
	for _, i := range open[:min(len(open), maxFetches)] {
		g.Go(func() error {
			all[i] = f.learn(ctx, all[i])
			return nil // one that fails does not end the others
		})
	}
	_ = g.Wait() // none of them returns an error
	return slices.DeleteFunc(all, func(r sighted) bool { return r.Hash == "" })
}

// learn finds out the hash of a release by its .torrent: as it was kept, or fetched through the scraper that named it.
// The release is without a hash still where that fails.
func (f *Finder) learn(ctx context.Context, r sighted) sighted {
	link := linkKey(r.Torrent)
	if known, ok := f.cache.Get(ctx, link); ok {
		if got, ok := f.recall(ctx, r, string(known)); ok {
			return got
		}
	}
	t, err := f.fetch(ctx, r.instance, r.Torrent)
	if err != nil {
		f.log.Debug("a .torrent could not be fetched", "scraper", r.instance, "release", r.Name, "err", err)
		return r
	}
	if t.Magnet != "" {
		if hash, _, err := ParseMagnet(t.Magnet); err == nil {
			r.Magnet, r.Hash = t.Magnet, hash
			f.cache.Put(ctx, link, []byte(t.Magnet), torrentTTL)
		}
		return r
	}
	m, err := ParseMetainfo(t.Metainfo)
	if err != nil {
		f.log.Debug("a .torrent could not be read", "scraper", r.instance, "release", r.Name, "err", err)
		return r
	}
	f.cache.Put(ctx, TorrentSetting(m.Hash), t.Metainfo, torrentTTL)
	f.cache.Put(ctx, link, []byte(m.Hash), torrentTTL)
	return r.with(m)
}

// linkKey names what a link to a .torrent led to: a magnet link, or the hash under which the .torrent is kept. The link
// may hold a passkey.
func linkKey(link string) string {
	sum := sha256.Sum256([]byte(link))
	return "torrent-link/" + hex.EncodeToString(sum[:])
}

// recall is learn from what the same link led to before.
func (f *Finder) recall(ctx context.Context, r sighted, known string) (sighted, bool) {
	if hash, _, err := ParseMagnet(known); err == nil {
		r.Magnet, r.Hash = known, hash
		return r, true
	}
	b, ok := f.cache.Get(ctx, TorrentSetting(known))
	if !ok {
		return r, false
	}
	m, err := ParseMetainfo(b)
	return r.with(m), err == nil
}

// with adds what a .torrent tells.
func (r sighted) with(m Metainfo) sighted {
	r.Hash, r.Files = m.Hash, m.Files
	r.Private = r.Private || m.Private
	r.Size = cmp.Or(r.Size, m.Size)
	return r
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
