package db

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// ErrNotFound says that a row asked for by its key is not there. It is of kind [sdk.NotFound].
var ErrNotFound error = &sdk.Error{Kind: sdk.NotFound, Message: "not in the library"}

// ErrNewer says that the library was written by a newer Millrace; its text says which one is needed.
var ErrNewer = errors.New("the library was written by a newer version")

// ErrOlder says that there is no library yet, or that its schema is older than this program: a daemon of this version brings
// it up to date.
var ErrOlder = errors.New("the library is not there yet, or is older than this program")

// ErrInUse says that another daemon holds what only one may have: a SQLite library, or one about to be migrated.
var ErrInUse = errors.New("another daemon uses the library")

// Title is what metadata knows of a film or a show, with every episode.
type Title struct {
	ID int64
	sdk.Title
	Fetched time.Time // when metadata was stored last; zero: only its ids are known
}

// Submission is a request of a source for the library. Its Kind is known.
type Submission struct {
	sdk.Request
	Instance string // of the source; "" for the daemon's own
	Profile  string // used where the request names none
}

// GrowOptions say how a show's seasons and episodes become items.
type GrowOptions struct {
	Offset time.Duration // from air time to the first search
	More   bool          // more episodes may be announced
}

// ItemFilter chooses items. Empty fields do not restrict.
type ItemFilter struct {
	States  []library.State
	Kinds   []library.Kind
	Parent  int64
	Title   int64
	Profile string
	Text    string // part of the title's name, whatever its case
	After   int64  // items with a greater id only: the last one of the page before
	Limit   int    // 0: 100
}

// ItemRow is an item with what is shown of its title.
type ItemRow struct {
	library.Item
	Name   string
	Year   int
	Poster string
	IDs    sdk.IDs
}

// Removal tells what went with an item: nothing else needs it any more.
type Removal struct {
	Root       library.Item
	Requesters []library.Requester
	Files      []int64     // removed, and their paths with them
	Placements []Placement // still stored: those added by us may be taken out of the account

	kind library.Kind // of the item asked for
}

// WholeTitle, as a season, stands for a film or for all seasons of a show.
const WholeTitle = -1

// Cover is a part of a title that a release holds.
type Cover struct {
	Season int // WholeTitle: the film, or every season
	First  int // episode; First and Last 0: the whole season
	Last   int
}

// Found is a release as a scraper tells it, read and matched.
type Found struct {
	sdk.Release
	Parsed  []byte // the parsed form, as the reader of release names encodes it
	Parser  int    // its version
	Title   int64  // 0: matches none
	Covers  []Cover
	Verdict string // of the match, for people
}

// Release is a stored release.
type Release struct {
	ID        int64
	Hash      string // lower-case hex
	Name      string
	Size      int64 // bytes; 0 unknown
	Private   bool
	FirstSeen time.Time
	Parsed    []byte
	Parser    int
	Magnet    string     // with trackers, where a scraper gave one
	WebSeeds  []string   // BEP 19
	Files     []sdk.File // where known
	Sightings []Sighting
}

// Seeders is the most that a sighting tells, -1 where none does.
func (r Release) Seeders() int {
	n := -1
	for _, s := range r.Sightings {
		n = max(n, s.Seeders)
	}
	return n
}

// Sighting is a release as one scraper saw it last.
type Sighting struct {
	Instance  string
	Seeders   int // -1 unknown
	Tracker   string
	Languages []string
	Page      string
	Torrent   string `json:"-"` // URL of the .torrent; may hold a passkey: never shown or logged
	Published time.Time
	Seen      time.Time
}

// CandidateState tells what became of a candidate.
type CandidateState string

// The states of a candidate.
const (
	CandidateOpen        CandidateState = "open"        // to be tried
	CandidateRejected    CandidateState = "rejected"    // does not suit, says the profile
	CandidateFailed      CandidateState = "failed"      // was tried and did not work; open again after Again
	CandidateUsed        CandidateState = "used"        // the item's files are from it
	CandidateBlacklisted CandidateState = "blacklisted" // dead, with definite evidence, or refused by the user
)

// Candidate is a release judged for an item.
type Candidate struct {
	Item     int64
	Release  int64
	Hash     string
	Name     string // of the release
	Size     int64  // of the release
	Order    int    // the place among the item's candidates, best first
	Verdict  string
	Tier     int
	Score    float64
	Code     string // what decided
	State    CandidateState
	Evidence string    // why it failed, for people
	Again    time.Time // of a failed one: when it may be tried again; zero: never by itself
	Changed  time.Time
}

// CandidateMark is what became of a candidate.
type CandidateMark struct {
	State    CandidateState
	Evidence string
	Again    time.Time
}

// Placement is a release at a debrid instance.
type Placement struct {
	ID       int64
	Instance string
	Release  int64
	Hash     string
	Provider string // the provider's own id
	State    sdk.PlacementState
	Files    []sdk.File
	Node     string // the daemon at which it is local; "" everywhere
	Added    bool   // put there by us; false: found in the account
	Checked  time.Time
	Evidence string // what was seen last when something was wrong
	Gone     int    // how often in a row it was seen to be gone
}

// File is a file that we have. Its id is its inode number and never names another.
type File struct {
	ID      int64
	Content string // see ContentID
	Release int64
	Hash    string // of the release
	Path    string // inside the torrent
	Size    int64
	Media   json.RawMessage // what analysis found; nil: not analysed
	Created time.Time
	Items   []int64 // that it holds
	Part    int     // of a film in several files: 1 for its first; 0 if it is one file
}

// TreeRow is a path of the mount and the file that stands there.
type TreeRow struct {
	Library string
	Path    string // within the library, with slashes, not starting with one
	File    int64
	Content string
	Size    int64
	Created time.Time
}

// Cursor is a place in the log of events. The zero value is the beginning.
type Cursor struct {
	tx  int64 // PostgreSQL: transactions commit out of the order of their events
	seq int64
}

// Event is one row of the log: something that happened to an item, or to a path. Names of path events are "placed" and
// "unplaced"; "item-added" and "item-removed" tell of the item itself, the others are those of [library.Event].
type Event struct {
	Cursor  Cursor
	At      time.Time
	Item    int64 // 0: none
	Root    int64 // the film or show of the item
	Name    string
	From    library.State
	To      library.State
	Text    string // for people
	File    int64  // of a path event
	Library string
	Path    string
}

// The names of events that are not a library.Event's.
const (
	EventAdded    = "item-added"
	EventRemoved  = "item-removed"
	EventPlaced   = "placed"
	EventUnplaced = "unplaced"
)

// EventFilter chooses events, newest first.
type EventFilter struct {
	Item  int64 // with those of its children where it is a root
	Limit int   // 0: 100
}
