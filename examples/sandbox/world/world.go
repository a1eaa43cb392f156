// Package world is a small world on loopback: simulated upstreams that speak real protocols over content that is free to share. It serves
// two Torznab indexers, a Cinemeta-like metadata addon, a Torrentio-like stream addon, an Overseerr-like request list, a debrid service
// with Real-Debrid's API and its CDN, a BitTorrent tracker with a seeder and a web seed, an Internet-Archive-like library, and two media
// servers, each an HTTP server of its own, and a control API that shows what they heard and lets them fail on demand. It knows
// nothing of the programs that call it. All content follows from the catalog, so info hashes and bytes are the same in each run.
package world

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options change a World; the zero value is a good one.
type Options struct {
	// Log receives a line per request, without queries; nil for none.
	Log io.Writer
	// State is a folder where addresses are remembered, so that a world started again is found where it was; "" to forget.
	State string
	// Step is how long an uncached torrent stays in each status at the debrid service; default 300 ms. In all it takes
	// six of them.
	Step time.Duration
	// LinkTTL is how long a download URL of the debrid service lives; default one hour.
	LinkTTL time.Duration
	// ExpiredStatus is what the CDN answers after that; default 404.
	ExpiredStatus int
	// Slots is how many unfinished torrents an account may have; default 10.
	Slots int
	// Airs is when the show's last episode is broadcast and its release appears; default in 30 days.
	Airs time.Time
	// Library is where the media servers believe their library to be; default /library.
	Library string
	// UploadBytesPerSecond bounds the seeder; default no bound.
	UploadBytesPerSecond int
	// Empty starts without the three requests that a world has otherwise.
	Empty bool
	// Extra are releases besides those of the catalog.
	Extra []Extra
}

// Endpoint is where a service is and the key that it wants, if any.
type Endpoint struct {
	URL string `json:"url"`
	Key string `json:"key,omitempty"`
}

// Endpoints tells where everything is. URLs are what a client's setting wants: the API's base where there is one.
type Endpoints struct {
	Control      Endpoint `json:"control"`      // ends in /control
	Torznab      Endpoint `json:"torznab"`      // ends in /api; searches by ids, tells hashes and magnets
	TorznabPlain Endpoint `json:"torznabPlain"` // ends in /api; words only, .torrent links only
	Cinemeta     Endpoint `json:"cinemeta"`     // add /manifest.json
	Stremio      Endpoint `json:"stremio"`      // add /manifest.json
	Overseerr    Endpoint `json:"overseerr"`    // add /api/v1
	RealDebrid   Endpoint `json:"realdebrid"`   // ends in /rest/1.0
	RealDebrid2  Endpoint `json:"realdebrid2"`  // the same service, a second account
	CDN          Endpoint `json:"cdn"`          // what download URLs of the debrid service begin with
	Tracker      Endpoint `json:"tracker"`      // ends in /announce
	WebSeed      Endpoint `json:"webseed"`
	Archive      Endpoint `json:"archive"`
	Jellyfin     Endpoint `json:"jellyfin"`
	Plex         Endpoint `json:"plex"`
}

// Keys of the services. They open nothing but this world.
const (
	torznabKey    = "sandbox-torznab-key"
	overseerrKey  = "sandbox-overseerr-key"
	debridKey     = "SANDBOXREALDEBRIDTOKEN1"
	debridKey2    = "SANDBOXREALDEBRIDTOKEN2"
	jellyfinKey   = "5a0db0c0ffee4bee8d15ea5e0000a11ce"
	plexKey       = "sandbox-plex-token"
	endpointsFile = "services.json"
)

// World is a running world. Its methods are safe for use by many goroutines.
type World struct {
	// Endpoints is set by Start and does not change.
	Endpoints Endpoints

	opts     Options
	titles   []*title
	releases []*release
	byHash   map[string]*release

	services   []*service
	realdebrid *service // for URLs
	cdn        *service
	trackerURL string
	faults     faults
	log        requestLog
	requests   requestList
	heard      hearing
	debridAPI  *realdebrid
	tracker    *tracker
	seeder     *seeder
	webSeed    *webSeed
	archive    *archive

	mu      sync.Mutex  // guards what follows
	unhook  func() bool // forgets the context of Start; nil if Start failed
	airs    time.Time
	expired int               // status of the CDN for expired URLs
	taken   map[string]Debrid // what the debrid service does with a release, by hash, where it was changed
}

// Start makes a world and serves it until Close, or until the context is done. It returns once every service answers.
func Start(ctx context.Context, opts Options) (*World, error) {
	opts.Step = cmp.Or(opts.Step, 300*time.Millisecond)
	opts.LinkTTL = cmp.Or(opts.LinkTTL, time.Hour)
	opts.Slots = cmp.Or(opts.Slots, 10)
	w := &World{opts: opts, titles: titles(), byHash: map[string]*release{}, taken: map[string]Debrid{}, expired: cmp.Or(opts.ExpiredStatus, 404), airs: opts.Airs}
	if w.airs.IsZero() {
		w.airs = time.Now().Add(30 * 24 * time.Hour).Truncate(time.Hour)
	}
	w.log.w = opts.Log
	w.heard.library = cmp.Or(opts.Library, "/library")
	if err := w.build(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if err := w.open(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unhook = context.AfterFunc(ctx, func() { _ = w.Close() }) // whoever wants the error calls Close
	return w, nil
}

// build makes the content and the services' state.
func (w *World) build() error {
	for _, e := range releases() {
		r, err := newRelease(e)
		if err != nil {
			return err
		}
		w.releases = append(w.releases, r)
	}
	for _, x := range w.opts.Extra {
		r, err := newExtra(x)
		if err != nil {
			return err
		}
		w.releases = append(w.releases, r)
	}
	w.webSeed = newWebSeed(w)
	w.tracker = newTracker(w)
	var err error
	if w.archive, err = newArchive(w, func() string { return w.Endpoints.Archive.URL }); err != nil {
		return err
	}
	for _, r := range slices.Concat(w.releases, w.archived()) {
		w.byHash[r.hash.HexString()] = r
	}
	w.debridAPI = &realdebrid{w: w, accounts: map[string]*account{}}
	for _, token := range []string{debridKey, debridKey2} {
		w.debridAPI.accounts[token] = &account{token: token, w: w, links: map[string]*rdLink{}}
	}
	if !w.opts.Empty {
		w.seedRequests()
	}
	return nil
}

// seedRequests adds what a household would have asked for: a film, a show's two seasons, and a film that waits for approval.
func (w *World) seedRequests() {
	now := time.Now()
	w.requests.add(Request{IMDb: BigBuckBunny}, now)
	w.requests.add(Request{IMDb: MillOnTheRace, Seasons: []int{1, 2}}, now)
	w.requests.add(Request{IMDb: ElephantsDream, Status: RequestPending}, now)
}

// open listens for every service, tells each where the others are, and only then serves.
func (w *World) open() error {
	known := w.remembered()
	torznabs := [2]*torznab{{w: w, key: torznabKey, self: func() string { return w.service("torznab").url() }}, {w: w, key: torznabKey, plain: true, self: func() string { return w.service("torznab-plain").url() }}}
	add := func(name string, fail failer) *service {
		s := &service{name: name, fail: fail, faults: &w.faults, log: &w.log}
		w.services = append(w.services, s)
		return s
	}
	add("torznab", torznabFailure).handler = torznabs[0].routes()
	add("torznab-plain", torznabFailure).handler = torznabs[1].routes()
	add("cinemeta", plainFailure).handler = (&cinemeta{w: w, self: func() string { return w.Endpoints.Cinemeta.URL }}).routes()
	add("stremio", plainFailure).handler = (&stremio{w: w}).routes()
	add("overseerr", overseerrFailure).handler = (&overseerr{w: w, key: overseerrKey}).routes()
	w.realdebrid = add("realdebrid", realdebridFailure)
	w.realdebrid.handler = w.debridAPI.routes()
	w.cdn = add("cdn", plainFailure)
	w.cdn.handler = (&cdn{w: w}).routes()
	add("tracker", plainFailure).handler = w.tracker.routes()
	add("webseed", plainFailure).handler = w.webSeed.routes()
	add("archive", plainFailure).handler = w.archive.routes()
	add("jellyfin", plainFailure).handler = (&jellyfin{w: w, key: jellyfinKey, self: func() string { return w.Endpoints.Jellyfin.URL }}).routes()
	add("plex", plainFailure).handler = (&plex{w: w, key: plexKey}).routes()
	add("control", plainFailure).handler = (&control{w: w}).routes()
	for _, s := range w.services {
		if err := s.listen(known[s.name]); err != nil {
			return err
		}
	}
	w.point()
	var err error
	if w.seeder, err = newSeeder(w.releases, w.opts.UploadBytesPerSecond); err != nil {
		return err
	}
	for _, s := range w.services {
		if err := s.start(); err != nil {
			return err
		}
	}
	return w.remember()
}

// point fills in the URLs, now that every service has an address.
func (w *World) point() {
	at := func(name, path, key string) Endpoint { return Endpoint{URL: w.service(name).url() + path, Key: key} }
	w.Endpoints = Endpoints{
		Control: at("control", "/control", ""), Torznab: at("torznab", "/api", torznabKey), TorznabPlain: at("torznab-plain", "/api", torznabKey),
		Cinemeta: at("cinemeta", "", ""), Stremio: at("stremio", "", ""), Overseerr: at("overseerr", "", overseerrKey),
		RealDebrid: at("realdebrid", "/rest/1.0", debridKey), RealDebrid2: at("realdebrid", "/rest/1.0", debridKey2), CDN: at("cdn", "", ""),
		Tracker: at("tracker", "/announce", ""), WebSeed: at("webseed", "", ""), Archive: at("archive", "", ""),
		Jellyfin: at("jellyfin", "", jellyfinKey), Plex: at("plex", "", plexKey),
	}
	w.trackerURL = w.Endpoints.Tracker.URL
	for _, r := range w.releases {
		if r.web {
			r.webSeeds = []string{w.Endpoints.WebSeed.URL + "/" + r.hash.HexString() + "/"}
		}
	}
	for _, r := range w.archived() {
		r.webSeeds = []string{w.Endpoints.Archive.URL + "/download/"}
	}
}

// remembered reads the addresses of an earlier run. None is as good as some.
func (w *World) remembered() map[string]string {
	known := map[string]string{}
	if w.opts.State == "" {
		return known
	}
	b, err := os.ReadFile(filepath.Join(w.opts.State, endpointsFile))
	if err != nil || json.Unmarshal(b, &known) != nil {
		return map[string]string{}
	}
	return known
}

// remember writes the addresses for the next run.
func (w *World) remember() error {
	if w.opts.State == "" {
		return nil
	}
	known := map[string]string{}
	for _, s := range w.services {
		known[s.name] = s.addr
	}
	b, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return fmt.Errorf("encode addresses: %w", err)
	}
	if err := os.MkdirAll(w.opts.State, 0o755); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(w.opts.State, endpointsFile), b, 0o644); err != nil {
		return fmt.Errorf("remember addresses: %w", err)
	}
	return nil
}

// Close ends every service and waits for them. It may be called more than once.
func (w *World) Close() error {
	err := closeAll(w.services)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unhook != nil {
		w.unhook()
	}
	s := w.seeder
	if s == nil || s.closed {
		return err
	}
	s.closed = true
	return errors.Join(err, s.close())
}

// service finds a service by name; nil if there is none.
func (w *World) service(name string) *service {
	i := slices.IndexFunc(w.services, func(s *service) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return w.services[i]
}

// title finds a title by IMDb id; nil if there is none.
func (w *World) title(imdb string) *title {
	i := slices.IndexFunc(w.titles, func(t *title) bool { return t.imdb == imdb })
	if i < 0 {
		return nil
	}
	return w.titles[i]
}

// release finds a release by info hash in hex; nil if there is none.
func (w *World) release(hash string) *release { return w.byHash[strings.ToLower(hash)] }

// listed are the releases that indexers know now.
func (w *World) listed() []*release {
	aired := !time.Now().Before(w.Airs())
	return slices.DeleteFunc(slices.Clone(w.releases), func(r *release) bool { return r.future && !aired })
}

// archived are the torrents of the library's items.
func (w *World) archived() []*release {
	var out []*release
	for _, it := range w.archive.items {
		out = append(out, it.rel)
	}
	return out
}

// announce is the tracker's URL.
func (w *World) announce() string { return w.trackerURL }

// debrid is what the debrid service does with a release now.
func (w *World) debrid(r *release) Debrid {
	w.mu.Lock()
	defer w.mu.Unlock()
	return cmp.Or(w.taken[r.hash.HexString()], r.debrid)
}
