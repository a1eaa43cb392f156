package library

import (
	"fmt"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

const (
	// Recheck is how often a title is looked at again of which the date is unknown or more may come.
	Recheck = 24 * time.Hour
	// PackPatience is how long an episode waits for its season's pack.
	PackPatience = 24 * time.Hour
	// minWait keeps a wait that is already over from turning into a busy loop.
	minWait = 5 * time.Second
)

// Backoff is the wait after so many fruitless searches or failures in a row.
func Backoff(attempts int) time.Duration {
	switch {
	case attempts <= 1:
		return 30 * time.Minute
	case attempts == 2:
		return 2 * time.Hour
	case attempts == 3:
		return 6 * time.Hour
	}
	return 24 * time.Hour
}

// Apply changes the item by an event and says what follows. Where the error is [ErrConflict] the event makes no sense in
// the item's state and nothing changed; an event that only comes late is no error and changes nothing.
func (it *Item) Apply(e Event, now time.Time) ([]Step, error) {
	apply := it.applyLeaf
	if it.Kind.Group() {
		apply = it.applyGroup
	}
	steps, err := apply(e, now)
	if err == nil {
		it.events = append(it.events, e)
	}
	return steps, err
}

// Wants reports whether a job of this kind still has something to do. A worker that finds it false ends without error.
func (it *Item) Wants(step StepKind) bool {
	switch step {
	case StepIndex:
		return it.wantsIndex()
	case StepScrape:
		return it.Pack == PackSearch && it.State != StatePaused && it.State != StateBlacklisted ||
			it.State == StateIndexed && !it.Kind.Group() && !it.Packed
	case StepDownload:
		return it.Pack == PackFetch && it.State != StatePaused && it.State != StateBlacklisted ||
			it.State == StateScraped && !it.Kind.Group()
	case StepRegister:
		return it.State == StateDownloaded && !it.Kind.Group()
	}
	return true
}

func (it *Item) wantsIndex() bool {
	switch it.Kind {
	case KindMovie:
		return it.State == StateRequested || it.State == StateUnreleased
	case KindShow:
		return !it.held()
	}
	return false
}

// Held reports whether the item is left alone because a user said so.
func (it *Item) Held() bool { return it.held() }

// Final reports whether nothing is to be done until something happens from outside.
func (it *Item) Final() bool { return it.State == StateCompleted || it.held() }

func (it *Item) held() bool {
	if it.State != StatePaused && it.State != StateBlacklisted {
		return false
	}
	return !it.Kind.Group() || it.Back != ""
}

func (it *Item) conflict(e Event) error {
	return fmt.Errorf("%s of %s %d, which is %s: %w", e.Name(), it.Kind, it.ID, it.State, ErrConflict)
}

func (it *Item) step(k StepKind) []Step { return []Step{{Kind: k, Item: it.ID, Queue: k.Queue()}} }

// sleep has the item woken at a time, and not before.
func (it *Item) sleep(until, now time.Time) []Step {
	if until.Before(now.Add(minWait)) {
		until = now.Add(minWait)
	}
	it.WakeAt = until
	return it.alarm()
}

func (it *Item) alarm() []Step {
	return []Step{{Kind: StepWake, Item: it.ID, At: it.WakeAt, Queue: QueueDefault}}
}

// backOff has the item tried again after a wait that grows with every failure.
func (it *Item) backOff(now time.Time) []Step {
	it.Attempts++
	return it.sleep(now.Add(Backoff(it.Attempts)), now)
}

func (it *Item) blame(kind sdk.Kind, text string) { it.ErrorKind, it.Error = kind, text }

func (it *Item) forgive() {
	it.Attempts, it.WakeAt = 0, time.Time{}
	it.blame("", "")
}

// hurry moves steps to the queue that people wait for.
func hurry(steps []Step) []Step {
	for i := range steps {
		if steps[i].Kind != StepWake {
			steps[i].Queue = QueuePriority
		}
	}
	return steps
}
