package world

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// This file is what tests and the control API do to a running world.

// Release describes a release of the catalog.
type Release struct {
	Name    string `json:"name"`
	IMDb    string `json:"imdb"` // as indexers say, which is wrong for a near miss
	Hash    string `json:"hash"` // v1 info hash, lower-case hex
	Season  int    `json:"season,omitempty"`
	Episode int    `json:"episode,omitempty"` // 0 with a season: a pack
	Size    int64  `json:"size"`
	Seeders int    `json:"seeders"` // as indexers say
	Debrid  Debrid `json:"debrid"`
	Dead    bool   `json:"dead"`    // nobody seeds it
	WebSeed bool   `json:"webSeed"` // it has a web seed
	Future  bool   `json:"future"`  // listed once the show's last episode has aired
	Archive bool   `json:"archive"` // an item of the library, which indexers do not list
	Magnet  string `json:"magnet"`
	Files   []File `json:"files"` // in torrent order
}

// File is a file of a release.
type File struct {
	Path string `json:"path"` // below the torrent's folder
	Size int64  `json:"size"`
}

// Original is a file as it ought to arrive.
type Original struct {
	Release string `json:"release"`
	Hash    string `json:"hash"`  // of the torrent
	Index   int    `json:"index"` // in the torrent, from 0
	Path    string `json:"path"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
}

// Catalog lists all releases, those of the library last.
func (w *World) Catalog() []Release {
	var out []Release
	for i, r := range slices.Concat(w.releases, w.archived()) {
		d := Release{
			Name: r.name, IMDb: r.imdb, Hash: r.hash.HexString(), Season: r.season, Episode: r.episode, Size: r.size(), Seeders: r.seeders, Debrid: w.debrid(r),
			Dead: r.dead, WebSeed: r.web, Future: r.future, Archive: i >= len(w.releases), Magnet: r.magnet(w.announce()),
		}
		for _, f := range r.files {
			d.Files = append(d.Files, File{Path: f.path, Size: f.size})
		}
		out = append(out, d)
	}
	return out
}

// Originals lists every file with its digest, which takes a moment.
func (w *World) Originals() []Original {
	var out []Original
	for _, r := range slices.Concat(w.releases, w.archived()) {
		for i, f := range r.files {
			out = append(out, Original{Release: r.name, Hash: r.hash.HexString(), Index: i, Path: f.path, Size: f.size, SHA256: f.sha256()})
		}
	}
	return out
}

// Open gives the bytes of a file, to compare with.
func (w *World) Open(hash, path string) (*io.SectionReader, error) {
	r := w.release(hash)
	if r == nil {
		return nil, fmt.Errorf("open %s of %s: no such release", path, hash)
	}
	f, ok := r.file(path)
	if !ok {
		return nil, fmt.Errorf("open %s of %s: no such file", path, r.name)
	}
	return f.reader(), nil
}

// Torrent gives the .torrent file of a release.
func (w *World) Torrent(hash string) ([]byte, error) {
	r := w.release(hash)
	if r == nil {
		return nil, fmt.Errorf("torrent %s: no such release", hash)
	}
	return r.metainfo(w.announce())
}

// SetFault lets something go wrong, and gives the number to clear it by.
func (w *World) SetFault(f Fault) (int, error) {
	if f.Service != "" && f.Service != "*" && w.service(f.Service) == nil {
		return 0, fmt.Errorf("set fault: no service %q", f.Service)
	}
	return w.faults.set(f)
}

// ClearFault ends a fault.
func (w *World) ClearFault(id int) {
	if id > 0 {
		w.faults.clear(id)
	}
}

// ClearFaults ends all faults.
func (w *World) ClearFaults() { w.faults.clear(0) }

// Faults lists those that are set, spent ones included, with their counts.
func (w *World) Faults() []Fault { return w.faults.all() }

// Calls lists what a service was asked, or all services for "", oldest first. A call is listed when its answer has ended, which a client may
// see a moment earlier.
func (w *World) Calls(service string) []Call { return w.log.all(service) }

// ForgetCalls empties the list.
func (w *World) ForgetCalls() { w.log.forget() }

// Service is a service and whether it runs.
type Service struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Running bool   `json:"running"`
}

// Services lists all.
func (w *World) Services() []Service {
	var out []Service
	for _, s := range w.services {
		out = append(out, Service{Name: s.name, URL: s.url(), Running: s.running()})
	}
	return out
}

// StopService cuts a service off as if its process was killed.
func (w *World) StopService(name string) error {
	s := w.service(name)
	if s == nil {
		return fmt.Errorf("stop: no service %q", name)
	}
	return s.stop()
}

// StartService starts a stopped service where it was.
func (w *World) StartService(name string) error {
	s := w.service(name)
	if s == nil {
		return fmt.Errorf("start: no service %q", name)
	}
	return s.start()
}

// Heard lists what the media servers were told, oldest first.
func (w *World) Heard() []Heard { return w.heard.all() }

// SetLibrary tells the media servers where their library is: they look in movies and shows below.
func (w *World) SetLibrary(path string) { w.heard.setRoot(path) }

// AddRequest puts a request on the list, approved unless its Status says otherwise. A show without seasons is requested whole.
func (w *World) AddRequest(r Request) (Request, error) {
	t := w.title(r.IMDb)
	if t == nil {
		return Request{}, fmt.Errorf("add request: no title %q", r.IMDb)
	}
	if t.series() && len(r.Seasons) == 0 {
		r.Seasons = seasonsOf(t, nil)
	}
	return w.requests.add(r, time.Now()), nil
}

// Requests lists all, oldest first.
func (w *World) Requests() []Request { return w.requests.all() }

// StatusChanges lists the statuses that were written to the request list through its API, oldest first.
func (w *World) StatusChanges() []StatusChange { return w.requests.changed() }

// Notify posts the webhook of a request and gives the receiver's HTTP status.
func (w *World) Notify(ctx context.Context, id int, h Webhook) (int, error) {
	r, ok := w.requests.get(id)
	if !ok {
		return 0, fmt.Errorf("notify: no request %d", id)
	}
	return w.notify(ctx, r, h)
}

// SetSeeding starts or stops the seeding of a release.
func (w *World) SetSeeding(hash string, on bool) error {
	r := w.release(hash)
	if r == nil {
		return fmt.Errorf("set seeding: no release %q", hash)
	}
	if on {
		w.seeder.seed(r)
	} else {
		w.seeder.drop(r)
	}
	return nil
}

// SetUploadLimit bounds the seeder, bytes per second; 0 for no bound.
func (w *World) SetUploadLimit(bytesPerSecond int) { w.seeder.setLimit(bytesPerSecond) }

// SetDebrid changes what the debrid service does with a release that is added from now on.
func (w *World) SetDebrid(hash string, d Debrid) error {
	if w.release(hash) == nil {
		return fmt.Errorf("set debrid: no release %q", hash)
	}
	if !slices.Contains([]Debrid{Cached, Uncached, Dead, Errored, Infringing, InfringingLink}, d) {
		return fmt.Errorf("set debrid: %q is none of its behaviours", d)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken[strings.ToLower(hash)] = d
	return nil
}

// AccountChange is what happens to an account of the debrid service; what is nil or empty stays.
type AccountChange struct {
	Token            string  `json:"token"` // default: the first account
	Premium          *bool   `json:"premium"`
	TrafficExhausted *bool   `json:"trafficExhausted"`
	Drop             *string `json:"drop"`          // info hash whose torrent and links vanish; "" for everything
	ExpireLinks      bool    `json:"expireLinks"`   // download URLs given so far die
	ExpiredStatus    int     `json:"expiredStatus"` // what the CDN answers for them, for all accounts
}

// ChangeAccount applies a change and gives the state after it.
func (w *World) ChangeAccount(c AccountChange) (AccountState, error) {
	if c.Token == "" {
		c.Token = debridKey
	}
	a := w.debridAPI.accounts[c.Token]
	if a == nil {
		return AccountState{}, fmt.Errorf("change account: no such token")
	}
	if c.ExpiredStatus != 0 {
		w.mu.Lock()
		w.expired = c.ExpiredStatus
		w.mu.Unlock()
	}
	if c.Drop != nil {
		a.drop(strings.ToLower(*c.Drop))
	}
	if c.ExpireLinks {
		a.expire()
	}
	a.set(c.Premium, c.TrafficExhausted)
	return a.state(time.Now()), nil
}

// Accounts lists the debrid service's accounts.
func (w *World) Accounts() []AccountState {
	var out []AccountState
	for _, token := range []string{debridKey, debridKey2} {
		out = append(out, w.debridAPI.accounts[token].state(time.Now()))
	}
	return out
}

// ExpiredStatus is what the CDN answers for a dead download URL.
func (w *World) ExpiredStatus() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.expired
}

// Airs is when the show's last episode is broadcast.
func (w *World) Airs() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.airs
}

// SetAirs moves it.
func (w *World) SetAirs(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.airs = at
}
