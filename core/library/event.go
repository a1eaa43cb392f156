package library

import (
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Event is something that happened to an item: one of the types of this file.
type Event interface {
	// Name is the event's name in the log, as "file-gone".
	Name() string
}

// Events of the work on an item.
type (
	// Requested says that somebody wants the item. On a show it adds seasons to those wanted.
	Requested struct {
		Seasons []int // empty: all but the specials
	}

	// Indexed says that metadata was fetched. A show gets it after its seasons and episodes were added, and each time it
	// was looked at again.
	Indexed struct {
		Released time.Time // when it may be searched for: air time and offset; zero unknown, which counts as not out yet
		More     bool      // of a show: more episodes may be announced
		Packed   bool      // of a season: try a pack first; of an episode: its season does
	}

	// Scraped says that a search ended and how many candidates there are to be tried; 0 is NothingFound.
	Scraped struct{ Candidates int }

	// NothingFound says that a search ended without a candidate that was not tried before.
	NothingFound struct{}

	// Rejected says that the candidate in hand did not work and that there is another.
	Rejected struct{ Reason string }

	// Exhausted says that no candidate is left.
	Exhausted struct{ Reason string }

	// Waiting says that the work cannot go on before a time: a provider is limited, or still preparing.
	Waiting struct {
		Until  time.Time
		Reason string
	}

	// Downloaded says that files of the item are at a provider and stored. On a season it ends the pack, unless there is
	// More to be taken for it: the episodes that it covers have had their own Downloaded before.
	Downloaded struct {
		Files []int64
		More  bool // another release holds several of the season's episodes that are missing
	}

	// Registered says that the files stand in the tree.
	Registered struct{}

	// FileGone says, with definite evidence, that no provider has the file any more.
	FileGone struct {
		Left   int // candidates still to be tried
		Reason string
	}

	// Failed says that a step failed for good.
	Failed struct {
		Step StepKind
		Kind sdk.Kind
		Text string
	}

	// Wake says that it is time to look at the item. It is harmless at any time: it queues what the item's state wants.
	Wake struct{}
)

// Events within the tree.
type (
	// Uncovered tells an episode that its season's pack is over and did not bring it.
	Uncovered struct{}

	// ChildChanged tells a group that one of its children changed its state. From is "" for a child just added, To is ""
	// for one removed.
	ChildChanged struct{ From, To State }
)

// What a user says.
type (
	// Retry does now what the item waits for.
	Retry struct{}
	// Pause leaves the item alone; what is complete stays so.
	Pause struct{}
	// Resume ends Pause where it began.
	Resume struct{}
	// Reset begins anew. Who applies it removes the files and candidates.
	Reset struct {
		Packed bool // set by a season for its episodes: a pack is tried first
	}
	// Blacklist says that the item is not to be fetched.
	Blacklist struct{}
	// Unblacklist ends Blacklist.
	Unblacklist struct{}
)

// Name implements Event.
func (Requested) Name() string { return "requested" }

// Name implements Event.
func (Indexed) Name() string { return "indexed" }

// Name implements Event.
func (Scraped) Name() string { return "scraped" }

// Name implements Event.
func (NothingFound) Name() string { return "nothing-found" }

// Name implements Event.
func (Rejected) Name() string { return "rejected" }

// Name implements Event.
func (Exhausted) Name() string { return "exhausted" }

// Name implements Event.
func (Waiting) Name() string { return "waiting" }

// Name implements Event.
func (Downloaded) Name() string { return "downloaded" }

// Name implements Event.
func (Registered) Name() string { return "registered" }

// Name implements Event.
func (FileGone) Name() string { return "file-gone" }

// Name implements Event.
func (Failed) Name() string { return "failed" }

// Name implements Event.
func (Wake) Name() string { return "wake" }

// Name implements Event.
func (Uncovered) Name() string { return "uncovered" }

// Name implements Event.
func (ChildChanged) Name() string { return "child-changed" }

// Name implements Event.
func (Retry) Name() string { return "retry" }

// Name implements Event.
func (Pause) Name() string { return "pause" }

// Name implements Event.
func (Resume) Name() string { return "resume" }

// Name implements Event.
func (Reset) Name() string { return "reset" }

// Name implements Event.
func (Blacklist) Name() string { return "blacklist" }

// Name implements Event.
func (Unblacklist) Name() string { return "unblacklist" }
