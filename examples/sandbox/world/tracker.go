package world

import (
	"cmp"
	"encoding/binary"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
)

// announceInterval is how often a peer may ask again, seconds.
const announceInterval = 5

// peerLife is how long a peer is listed after it announced itself.
const peerLife = 2 * time.Minute

// tracker is a BitTorrent tracker (BEP 3, BEP 23 compact peers, BEP 48 scrape). It knows the world's torrents only. The
// world's own seeder is listed wherever it seeds, without announcing itself, so that the first to ask finds it.
type tracker struct {
	w *World

	mu        sync.Mutex // guards what follows
	peers     map[metainfo.Hash]map[netip.AddrPort]trackedPeer
	announces int
	completed map[metainfo.Hash]int
}

// trackedPeer is what a peer last told.
type trackedPeer struct {
	left     bool // it lacks something
	uploaded int64
	seen     time.Time
}

func newTracker(w *World) *tracker {
	return &tracker{w: w, peers: map[metainfo.Hash]map[netip.AddrPort]trackedPeer{}, completed: map[metainfo.Hash]int{}}
}

func (t *tracker) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /announce", t.announce)
	mux.HandleFunc("GET /scrape", t.scrape)
	mux.HandleFunc("GET /stats", t.stats)
	return mux
}

// announce answers GET /announce (BEP 3).
func (t *tracker) announce(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	hash, ok := hashOf(q.Get("info_hash"))
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	port := atoi(q.Get("port"), -1)
	switch {
	case !ok || err != nil || port < 0 || port > 65535:
		refuse(w, "invalid announce")
		return
	case t.w.release(hash.HexString()) == nil:
		refuse(w, "unregistered torrent")
		return
	}
	self := netip.AddrPortFrom(remote.Addr().Unmap(), uint16(port))
	others, seeders, leechers := t.note(hash, self, q.Get("event"), trackedPeer{left: q.Get("left") != "0", uploaded: int64(atoi(q.Get("uploaded"), 0)), seen: time.Now()})
	if n := atoi(q.Get("numwant"), 50); n >= 0 {
		others = others[:min(n, len(others))]
	}
	answer(w, map[string]any{"interval": announceInterval, "min interval": 1, "complete": seeders, "incomplete": leechers, "peers": compact(others)})
}

// note records an announce and gives the other peers, seeders first.
func (t *tracker) note(hash metainfo.Hash, self netip.AddrPort, event string, p trackedPeer) (others []netip.AddrPort, seeders, leechers int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.announces++
	if event == "completed" {
		t.completed[hash]++
	}
	if t.peers[hash] == nil {
		t.peers[hash] = map[netip.AddrPort]trackedPeer{}
	}
	if t.peers[hash][self] = p; event == "stopped" {
		delete(t.peers[hash], self)
	}
	all, seeders, leechers := t.swarm(hash)
	return slices.DeleteFunc(all, func(a netip.AddrPort) bool { return a == self }), seeders, leechers
}

// swarm lists who is there now, the world's seeder first. The caller holds the lock.
func (t *tracker) swarm(hash metainfo.Hash) (all []netip.AddrPort, seeders, leechers int) {
	if house, ok := t.w.seeder.address(hash); ok {
		all, seeders = append(all, house), 1
	}
	for a, p := range t.peers[hash] {
		switch {
		case time.Since(p.seen) > peerLife:
			delete(t.peers[hash], a)
			continue
		case p.left:
			leechers++
		default:
			seeders++
		}
		all = append(all, a)
	}
	slices.SortFunc(all[min(1, len(all)):], func(a, b netip.AddrPort) int { return cmp.Compare(a.Port(), b.Port()) })
	return all, seeders, leechers
}

// scrape answers GET /scrape?info_hash=… (BEP 48).
func (t *tracker) scrape(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	files := map[string]any{}
	for _, s := range r.URL.Query()["info_hash"] {
		if hash, ok := hashOf(s); ok && t.w.release(hash.HexString()) != nil {
			_, seeders, leechers := t.swarm(hash)
			files[s] = map[string]any{"complete": seeders, "incomplete": leechers, "downloaded": t.completed[hash]}
		}
	}
	answer(w, map[string]any{"files": files})
}

// TrackerStats is what the tracker has seen.
type TrackerStats struct {
	Announces int            `json:"announces"`
	Torrents  []TrackedSwarm `json:"torrents"` // those that anybody announced
}

// TrackedSwarm is a torrent as the tracker knows it.
type TrackedSwarm struct {
	Hash      string `json:"hash"`
	Seeders   int    `json:"seeders"`
	Leechers  int    `json:"leechers"`
	Completed int    `json:"completed"`
	Uploaded  int64  `json:"uploaded"` // bytes, as the peers themselves say
}

// stats answers GET /stats, in JSON.
func (t *tracker) stats(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, t.state())
}

func (t *tracker) state() TrackerStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := TrackerStats{Announces: t.announces, Torrents: []TrackedSwarm{}}
	for hash, peers := range t.peers {
		_, seeders, leechers := t.swarm(hash)
		row := TrackedSwarm{Hash: hash.HexString(), Seeders: seeders, Leechers: leechers, Completed: t.completed[hash]}
		for _, p := range peers {
			row.Uploaded += p.uploaded
		}
		s.Torrents = append(s.Torrents, row)
	}
	slices.SortFunc(s.Torrents, func(a, b TrackedSwarm) int { return cmp.Compare(a.Hash, b.Hash) })
	return s
}

// hashOf reads the twenty bytes of an info_hash.
func hashOf(raw string) (metainfo.Hash, bool) {
	var h metainfo.Hash
	copy(h[:], raw)
	return h, len(raw) == len(h)
}

// compact writes IPv4 peers as six bytes each (BEP 23).
func compact(peers []netip.AddrPort) string {
	var b []byte
	for _, p := range peers {
		if p.Addr().Is4() {
			b = binary.BigEndian.AppendUint16(append(b, p.Addr().AsSlice()...), p.Port())
		}
	}
	return string(b)
}

// refuse answers with a failure reason; the HTTP status is 200 (BEP 3).
func refuse(w http.ResponseWriter, reason string) {
	answer(w, map[string]any{"failure reason": reason})
}

// answer writes a bencoded value.
func answer(w http.ResponseWriter, v map[string]any) {
	b, err := bencode.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, http.StatusOK, "text/plain", b)
}
