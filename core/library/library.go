// Package library says what we want and what we have: an [Item] is a film, a show, a season or an episode wanted at a
// profile, and [Item.Apply] is its state machine. Apply is pure: it looks at the item, at what happened and at the clock,
// changes the item and says which steps follow. Who stores the item and queues the steps is not its business.
//
// A film and an episode move by their own events. The state of a show and of a season is derived from counters of their
// children, which [ChildChanged] keeps. A season may be fetched as a whole first, see [Pack].
package library

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// ErrConflict is the answer to an event that makes no sense in the state of the item; the item is unchanged.
var ErrConflict = errors.New("the item's state does not allow this")

// Kind tells what an item is.
type Kind string

// The kinds of item. A show's children are its seasons, a season's are its episodes.
const (
	KindMovie   Kind = "movie"
	KindShow    Kind = "show"
	KindSeason  Kind = "season"
	KindEpisode Kind = "episode"
)

// Group reports whether items of this kind have children, and so a state derived from them.
func (k Kind) Group() bool { return k == KindShow || k == KindSeason }

// State tells how far an item is.
type State string

// The states of an item.
const (
	StateUnknown     State = "unknown"     // made this moment, before its first event
	StateRequested   State = "requested"   // metadata is to be fetched
	StateIndexed     State = "indexed"     // releases are to be searched
	StateScraped     State = "scraped"     // a release is to be taken
	StateDownloaded  State = "downloaded"  // its file is to get a place in the tree
	StateCompleted   State = "completed"   // it can be played
	StateFailed      State = "failed"      // it did not work; WakeAt says when it is tried again
	StateBlacklisted State = "blacklisted" // not to be fetched, says the user
	StatePartial     State = "partial"     // a group of which something is complete and something is missing
	StateUnreleased  State = "unreleased"  // not out yet; WakeAt says when it is looked at again
	StateOngoing     State = "ongoing"     // a group of which all that is out is complete, and more will come
	StatePaused      State = "paused"      // left alone until the user resumes it
)

// States lists every state, in the order in which an item may pass through them.
func States() []State {
	return []State{
		StateUnknown, StateRequested, StateUnreleased, StateIndexed, StateScraped, StateDownloaded, StateCompleted,
		StateOngoing, StatePartial, StateFailed, StatePaused, StateBlacklisted,
	}
}

// ParseState reads a state; "symlinked", which Riven wrote for an item that stands in the tree, is read as completed,
// and ok is false for anything else that is no state.
func ParseState(s string) (state State, ok bool) {
	if s == "symlinked" {
		return StateCompleted, true
	}
	for _, st := range States() {
		if string(st) == s {
			return st, true
		}
	}
	return "", false
}

// Pack tells how far a season is with finding a release of the whole season. Its episodes wait for it: what the pack does
// not cover is told [Uncovered] and searched for by itself.
type Pack string

// The phases of a season's pack.
const (
	PackNone   Pack = ""       // not tried, or over: the episodes are on their own
	PackSearch Pack = "search" // releases of the season are to be searched
	PackFetch  Pack = "fetch"  // one of them is to be taken
)

// AllSeasons, in a list of seasons, stands for all but the specials.
const AllSeasons = -1

// Requester says who asked for an item.
type Requester struct {
	Instance string // of the source; "" for the daemon's own pages and command line
	Ref      string // the source's id of the request
	Person   string
}

// Counts tells how many children of a group stand in each state; states without any are absent.
type Counts map[State]int

// Total is the number of children.
func (c Counts) Total() int {
	n := 0
	for _, v := range c {
		n += v
	}
	return n
}

// only reports whether every child stands in one of the states.
func (c Counts) only(states ...State) bool { return c.of(states...) == c.Total() }

func (c Counts) of(states ...State) int {
	n := 0
	for _, s := range states {
		n += c[s]
	}
	return n
}

// moved gives the counts after a child went from one state to another, "" being none. It leaves c alone.
func (c Counts) moved(from, to State) Counts {
	n := maps.Clone(c)
	if n == nil {
		n = Counts{}
	}
	if from != "" && n[from] > 0 {
		n[from]--
		if n[from] == 0 {
			delete(n, from)
		}
	}
	if to != "" {
		n[to]++
	}
	return n
}

// Item is a title, or a season or an episode of one, wanted at a profile.
type Item struct {
	ID      int64
	Parent  int64 // 0: a root, that is a film or a show
	Title   int64
	Kind    Kind
	Season  int // of a season and an episode; 0 holds the specials
	Episode int // of an episode, from 1
	Profile string

	State     State
	Back      State     // where a failed, paused or blacklisted item goes on; on a group, set while the user holds it
	Pack      Pack      // of a season
	Packed    bool      // of an episode: it waits for its season's pack, until WakeAt at the latest
	Seasons   []int     // of a show: the seasons wanted, sorted; see AllSeasons
	More      bool      // of a show: more episodes may be announced
	Released  time.Time // when it may be searched for: air time and offset; zero unknown
	WakeAt    time.Time // nothing is done before; zero: it waits for nothing but its queued step
	Attempts  int       // fruitless searches and failures in a row
	Error     string    // what went wrong last, for people; "" once it went well
	ErrorKind sdk.Kind
	Counts    Counts // of a group

	RequestedBy Requester // the first who asked; of a root
	Version     int64     // counts the item's changes, kept by who stores it
	Created     time.Time
	Changed     time.Time

	events []Event // applied since the item was loaded
}

// Events are those applied since the item was loaded, for whoever keeps the log of them.
func (it *Item) Events() []Event { return it.events }

// StepKind names what a worker does.
type StepKind string

// The steps. The first seven follow from Apply; the last three are queued by whoever has something to collect, to import or to judge.
const (
	StepIndex       StepKind = "index"       // ask the metadata services
	StepScrape      StepKind = "scrape"      // search for releases
	StepDownload    StepKind = "download"    // have the next candidate taken
	StepRegister    StepKind = "register"    // give the files their place in the tree
	StepUpdate      StepKind = "update"      // tell the media servers
	StepAcknowledge StepKind = "acknowledge" // tell the source of the request
	StepWake        StepKind = "wake"        // apply Wake
	StepCollect     StepKind = "collect"     // ask a source what is wanted; Key is its instance
	StepImport      StepKind = "import"      // take over something from elsewhere; Key says what
	StepJudge       StepKind = "judge"       // judge again what was found, after a change of what it is judged by; of no item

	// StepTell is no work for later: whoever commits the item applies Tell to each of its children in the same
	// transaction. A child to which the event makes no sense is left as it is.
	StepTell StepKind = "tell"
)

// StepKinds lists the steps that are queued: all but StepTell.
func StepKinds() []StepKind {
	return []StepKind{
		StepIndex, StepScrape, StepDownload, StepRegister, StepUpdate, StepAcknowledge, StepWake, StepCollect, StepImport,
		StepJudge,
	}
}

// Queue names a queue of steps.
type Queue string

// The queues.
const (
	QueueDefault  Queue = "default"
	QueueScrape   Queue = "scrape"
	QueueImport   Queue = "import"
	QueuePriority Queue = "priority" // a person waits for it
)

// Queues lists every queue.
func Queues() []Queue { return []Queue{QueueDefault, QueueScrape, QueueImport, QueuePriority} }

// Queue is where a step of this kind stands when nothing else is said.
func (k StepKind) Queue() Queue {
	switch k {
	case StepScrape:
		return QueueScrape
	case StepImport, StepJudge:
		return QueueImport
	}
	return QueueDefault
}

// Step is something to be done for an item. The same kind for the same item and key is queued once at a time.
type Step struct {
	Kind  StepKind
	Item  int64
	Key   string    // of a step that is about no item
	At    time.Time // not before; zero: now
	Queue Queue     // "": that of the kind
	Tell  Event     // with StepTell only
}

// Equal reports whether two items are stored alike: the events that led there do not count.
func (it Item) Equal(o Item) bool {
	if !maps.Equal(it.Counts, o.Counts) || !slices.Equal(it.Seasons, o.Seasons) {
		return false
	}
	if !it.Released.Equal(o.Released) || !it.WakeAt.Equal(o.WakeAt) || !it.Created.Equal(o.Created) ||
		!it.Changed.Equal(o.Changed) {
		return false
	}
	it.Released, it.WakeAt, it.Created, it.Changed = o.Released, o.WakeAt, o.Created, o.Changed
	it.Counts, it.Seasons, it.events = o.Counts, o.Seasons, o.events
	return reflect.DeepEqual(it, o)
}
