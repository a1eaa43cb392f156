package world

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// account is one customer of the debrid service. Nothing runs in the background: what a torrent's status is follows from when it
// was added and selected.
type account struct {
	token string
	w     *World

	mu        sync.Mutex // guards what follows
	next      uint64
	torrents  []*rdTorrent // newest first
	links     map[string]*rdLink
	downloads []*rdDownload // newest first
	free      bool          // not premium
	exhausted bool          // no traffic left
	traffic   int64         // bytes given today
}

// rdTorrent is a torrent of an account.
type rdTorrent struct {
	id       string
	hash     string
	rel      *release // nil for a hash that nobody knows
	debrid   Debrid   // as it was when it was added
	added    time.Time
	byFile   bool // added as a .torrent, so its files are known at once
	selected []int
	chosen   time.Time // when; zero before
	links    []string  // made once, when it is downloaded
}

// rdLink is a link of the hoster to one file: what unrestrict/link takes.
type rdLink struct {
	rel    *release
	debrid Debrid
	file   file
	gone   bool
}

// rdDownload is an unrestricted link: what the CDN serves until it expires.
type rdDownload struct {
	id, link string
	file     file
	made     time.Time
	expired  bool // on demand
}

// newID makes an id as the service's look: n capital letters and digits, never the same twice.
func (a *account) newID(n int) string {
	a.next++
	var raw [24]byte
	for i := range 3 {
		binary.BigEndian.PutUint64(raw[8*i:], mix(seedOf(a.token)+a.next*31+uint64(i)))
	}
	return base32.StdEncoding.EncodeToString(raw[:])[:n]
}

// add takes a release, or refuses it with an error of the service's table.
func (a *account) add(rel *release, hash string, byFile bool, now time.Time) (*rdTorrent, *rdError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := &rdTorrent{hash: hash, rel: rel, added: now, byFile: byFile}
	if rel != nil {
		t.debrid = a.w.debrid(rel)
	}
	switch {
	case a.free:
		return nil, errNotPremium
	case t.debrid == Infringing:
		return nil, errInfringing
	case a.active(now) >= a.w.opts.Slots:
		return nil, errTooManyActive
	}
	t.id = a.newID(13)
	a.torrents = slices.Insert(a.torrents, 0, t)
	return t, nil
}

// active counts the torrents that take a slot.
func (a *account) active(now time.Time) int {
	n := 0
	for _, t := range a.torrents {
		if slices.Contains(activeStatuses, a.status(t, now).word) {
			n++
		}
	}
	return n
}

// activeStatuses take a slot of the account.
var activeStatuses = []string{"magnet_conversion", "waiting_files_selection", "queued", "downloading", "compressing", "uploading"}

// find gives a torrent by id.
func (a *account) find(id string) *rdTorrent {
	i := slices.IndexFunc(a.torrents, func(t *rdTorrent) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return a.torrents[i]
}

// rdStatus is where a torrent stands.
type rdStatus struct {
	word     string
	progress float64 // percent
	done     time.Time
}

// status follows the clock: magnet_conversion for a step, waiting_files_selection until files are selected, then queued,
// downloading (three steps), uploading and downloaded. What is cached skips all that; what is dead ends as such.
func (a *account) status(t *rdTorrent, now time.Time) rdStatus {
	step := a.w.opts.Step
	if t.rel == nil {
		if now.Sub(t.added) < 4*step {
			return rdStatus{word: "magnet_conversion"}
		}
		return rdStatus{word: "magnet_error"}
	}
	cached := t.debrid == Cached || t.debrid == InfringingLink
	if t.chosen.IsZero() {
		if !cached && !t.byFile && now.Sub(t.added) < step {
			return rdStatus{word: "magnet_conversion"}
		}
		return rdStatus{word: "waiting_files_selection"}
	}
	age := now.Sub(t.chosen)
	switch {
	case cached:
		return rdStatus{word: "downloaded", progress: 100, done: t.chosen}
	case age < step:
		return rdStatus{word: "queued"}
	case t.debrid != Uncached && age < 3*step:
		return rdStatus{word: "downloading"}
	case t.debrid != Uncached:
		return rdStatus{word: string(t.debrid)}
	case age < 4*step:
		return rdStatus{word: "downloading", progress: float64((age-step)*100/(3*step)/5) * 5}
	case age < 5*step:
		return rdStatus{word: "uploading", progress: 100}
	default:
		return rdStatus{word: "downloaded", progress: 100, done: t.chosen.Add(5 * step)}
	}
}

// choose selects files of a torrent: "all", or ids from 1 with commas.
func (a *account) choose(id, files string, now time.Time) *rdError {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.find(id)
	switch {
	case t == nil:
		return errUnknown
	case !t.chosen.IsZero():
		return errAlreadyDone
	case a.status(t, now).word != "waiting_files_selection":
		return errBadParameter("torrent is not ready for selection")
	}
	chosen, ok := parseSelection(files, len(t.rel.files))
	if !ok {
		return errBadParameter("files")
	}
	t.selected, t.chosen = chosen, now
	return nil
}

// parseSelection reads the ids of selectFiles, in order and without doubles.
func parseSelection(s string, count int) ([]int, bool) {
	var out []int
	if s == "all" {
		for i := range count {
			out = append(out, i+1)
		}
		return out, true
	}
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > count {
			return nil, false
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

// linksOf are the links of a downloaded torrent, aligned with its selected files; one link to a rar where the selection mixes videos
// with other files.
func (a *account) linksOf(t *rdTorrent, now time.Time) []string {
	if t.links != nil || a.status(t, now).word != "downloaded" {
		return append([]string{}, t.links...)
	}
	for _, f := range t.packed() {
		id := a.newID(16)
		a.links[id] = &rdLink{rel: t.rel, debrid: t.debrid, file: f}
		t.links = append(t.links, a.w.realdebrid.url()+"/d/"+id)
	}
	return append([]string{}, t.links...)
}

// packed is what the hoster stores for a torrent's selection.
func (t *rdTorrent) packed() []file {
	var chosen []file
	videos := 0
	for _, n := range t.selected {
		f := t.rel.files[n-1]
		chosen = append(chosen, f)
		if f.video() {
			videos++
		}
	}
	if videos == len(chosen) || len(chosen) == 1 {
		return chosen
	}
	name := t.rel.name + ".rar"
	return []file{{path: name, content: newContent(t.rel.name, name, t.bytes())}}
}

// bytes of the selected files, or of all before the selection.
func (t *rdTorrent) bytes() int64 {
	if t.rel == nil {
		return 0
	}
	if t.chosen.IsZero() {
		return t.rel.size()
	}
	var n int64
	for _, i := range t.selected {
		n += t.rel.files[i-1].size
	}
	return n
}

// remove deletes a torrent. Its links live on, as the hoster's do.
func (a *account) remove(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := len(a.torrents)
	a.torrents = slices.DeleteFunc(a.torrents, func(t *rdTorrent) bool { return t.id == id })
	return len(a.torrents) < before
}

// linkID is the id in a link of the hoster.
func linkID(link string) (string, bool) {
	_, id, ok := strings.Cut(link, "/d/")
	return id, ok && id != ""
}

// unrestrict makes a download of a link.
func (a *account) unrestrict(link string, now time.Time) (*rdDownload, *rdError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l, err := a.lookup(link)
	switch {
	case err != nil:
		return nil, err
	case a.free:
		return nil, errNotPremium
	case a.exhausted:
		return nil, errTraffic
	}
	d := &rdDownload{id: a.newID(13), link: link, file: l.file, made: now}
	a.downloads = slices.Insert(a.downloads, 0, d)
	a.traffic += l.file.size
	return d, nil
}

// check tells what is behind a link without spending traffic.
func (a *account) check(link string) (file, *rdError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l, err := a.lookup(link)
	if err != nil {
		return file{}, err
	}
	return l.file, nil
}

// lookup finds a link that can be given out.
func (a *account) lookup(link string) (*rdLink, *rdError) {
	id, ok := linkID(link)
	if !ok {
		return nil, errUnsupportedHoster
	}
	l := a.links[id]
	switch {
	case l == nil || l.gone:
		return nil, errFileUnavailable
	case l.debrid == InfringingLink:
		return nil, errInfringing
	default:
		return l, nil
	}
}

// drop makes everything of a release vanish from the account, or of all releases for "".
func (a *account) drop(hash string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.torrents = slices.DeleteFunc(a.torrents, func(t *rdTorrent) bool { return hash == "" || t.hash == hash })
	for _, l := range a.links {
		if hash == "" || l.rel.hash.HexString() == hash {
			l.gone = true
		}
	}
}

// set changes whether the account is premium and whether its traffic is spent, where that is said.
func (a *account) set(premium, exhausted *bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if premium != nil {
		a.free = !*premium
	}
	if exhausted != nil {
		a.exhausted = *exhausted
	}
}

// expire ends the life of all download URLs given so far.
func (a *account) expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.downloads {
		d.expired = true
	}
}

// download gives the file behind a download URL, and whether it may still be read.
func (a *account) download(id string, now time.Time) (f file, found, fresh bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.downloads, func(d *rdDownload) bool { return d.id == id })
	if i < 0 {
		return file{}, false, false
	}
	d := a.downloads[i]
	return d.file, true, !d.expired && now.Sub(d.made) < a.w.opts.LinkTTL
}

// AccountState is what the debrid service knows of an account.
type AccountState struct {
	Token            string         `json:"token"`
	Premium          bool           `json:"premium"`
	TrafficExhausted bool           `json:"trafficExhausted"`
	TrafficBytes     int64          `json:"trafficBytes"`
	Active           int            `json:"active"`
	Slots            int            `json:"slots"`
	Torrents         []TorrentState `json:"torrents"`
	Downloads        int            `json:"downloads"` // unrestricted links given
}

// TorrentState is a torrent of an account, newest first.
type TorrentState struct {
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Selected []int  `json:"selected"`
}

// state describes the account.
func (a *account) state(now time.Time) AccountState {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := AccountState{
		Token: a.token, Premium: !a.free, TrafficExhausted: a.exhausted, TrafficBytes: a.traffic,
		Active: a.active(now), Slots: a.w.opts.Slots, Torrents: []TorrentState{}, Downloads: len(a.downloads),
	}
	for _, t := range a.torrents {
		s.Torrents = append(s.Torrents, TorrentState{ID: t.id, Hash: t.hash, Name: t.name(), Status: a.status(t, now).word, Selected: append([]int{}, t.selected...)})
	}
	return s
}

// name of the torrent; of one that nobody knows, what the service shows while it looks.
func (t *rdTorrent) name() string {
	if t.rel == nil {
		return fmt.Sprintf("Magnet %s", t.hash[:8])
	}
	return t.rel.info.Name
}
