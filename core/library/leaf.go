package library

import (
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// applyLeaf is the state machine of films and episodes.
func (it *Item) applyLeaf(e Event, now time.Time) ([]Step, error) {
	switch it.State {
	case StatePartial, StateOngoing:
		return nil, it.conflict(e)
	case StateUnknown:
		return it.applyUnknown(e, now)
	}
	switch e := e.(type) {
	case Requested:
		return nil, nil
	case Indexed:
		return it.indexed(e, now), nil
	case Pause, Resume, Blacklist, Unblacklist, Retry, Reset:
		return it.applyUser(e, now)
	case Wake:
		return it.wake(now), nil
	case Uncovered:
		if it.Kind != KindEpisode {
			return nil, it.conflict(e)
		}
		return it.uncovered(), nil
	case Failed:
		return it.failed(e, now), nil
	case Waiting:
		return it.waiting(e, now), nil
	case ChildChanged:
		return nil, it.conflict(e)
	}
	if it.State == StateRequested {
		return it.applyRequested(e)
	}
	return it.applyWork(e, now)
}

// applyUnknown takes the events with which an item's life may begin.
func (it *Item) applyUnknown(e Event, now time.Time) ([]Step, error) {
	switch e := e.(type) {
	case Requested:
		if it.Kind == KindMovie {
			return it.enter(StateRequested), nil
		}
	case Indexed:
		return it.release(e, now), nil
	}
	return nil, it.conflict(e)
}

// applyRequested takes what can happen before metadata is there: files may be imported with the request.
func (it *Item) applyRequested(e Event) ([]Step, error) {
	if _, ok := e.(Downloaded); ok {
		return it.downloaded(), nil
	}
	return nil, it.conflict(e)
}

// applyWork takes the results of workers. What comes late, because the item moved on meanwhile, changes nothing.
func (it *Item) applyWork(e Event, now time.Time) ([]Step, error) {
	switch e := e.(type) {
	case Scraped:
		return it.scraped(e, now), nil
	case NothingFound:
		return it.scraped(Scraped{}, now), nil
	case Rejected:
		if it.State == StateScraped {
			it.blame(sdk.NotFound, e.Reason)
			return it.enter(StateScraped), nil
		}
	case Exhausted:
		if it.State == StateScraped {
			return it.fail(StateIndexed, sdk.NotFound, orElse(e.Reason, "no release suits"), now), nil
		}
	case Downloaded:
		return it.downloaded(), nil
	case Registered:
		return it.registered(), nil
	case FileGone:
		return it.fileGone(e), nil
	default:
		return nil, it.conflict(e)
	}
	return nil, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// enter moves the item to a state of work and gives the step which that state wants.
func (it *Item) enter(s State) []Step {
	it.State, it.Back, it.WakeAt, it.Packed = s, "", time.Time{}, false
	switch s {
	case StateRequested:
		return it.step(StepIndex)
	case StateIndexed:
		return it.step(StepScrape)
	case StateScraped:
		return it.step(StepDownload)
	case StateDownloaded:
		return it.step(StepRegister)
	}
	return nil
}

// release sends the item to search, or to sleep until it is out.
func (it *Item) release(e Indexed, now time.Time) []Step {
	it.Released = e.Released
	it.forgive()
	if !it.out(now) {
		return it.unreleased(now)
	}
	steps := it.enter(StateIndexed)
	if !e.Packed || it.Kind != KindEpisode {
		return steps
	}
	it.Packed = true
	return it.sleep(now.Add(PackPatience), now)
}

func (it *Item) out(now time.Time) bool { return !it.Released.IsZero() && !it.Released.After(now) }

// unreleased puts the item to sleep until it is out. Where that is unknown it is looked at again daily, and a film's date
// weekly, for it may be moved; an episode's is looked at with its show.
func (it *Item) unreleased(now time.Time) []Step {
	it.State, it.Back, it.Packed = StateUnreleased, "", false
	until := it.Released
	switch far := now.Add(7 * Recheck); {
	case until.IsZero():
		until = now.Add(Recheck)
	case it.Kind == KindMovie && until.After(far):
		until = far
	}
	return it.sleep(until, now)
}

func (it *Item) indexed(e Indexed, now time.Time) []Step {
	switch {
	case it.State == StateRequested, it.State == StateFailed && it.Back == StateRequested:
		return it.release(e, now)
	case it.State == StateUnreleased:
		return it.release(e, now)
	}
	it.Released = e.Released
	if it.State == StateIndexed && !it.Released.IsZero() && !it.out(now) {
		return it.unreleased(now)
	}
	return nil
}

func (it *Item) scraped(e Scraped, now time.Time) []Step {
	searching := it.State == StateIndexed || it.State == StateUnreleased ||
		it.State == StateFailed && (it.Back == StateIndexed || it.Back == StateScraped)
	switch {
	case e.Candidates > 0 && (searching || it.State == StateScraped):
		it.blame("", "")
		return it.enter(StateScraped)
	case it.State == StateIndexed:
		it.Packed = false
		return it.backOff(now)
	}
	return nil
}

func (it *Item) downloaded() []Step {
	switch it.State {
	case StateRequested, StateUnreleased, StateIndexed, StateScraped, StateDownloaded, StateFailed:
		it.forgive()
		return it.enter(StateDownloaded)
	case StatePaused:
		it.Back = StateDownloaded
	}
	return nil
}

func (it *Item) registered() []Step {
	switch {
	case it.State == StateDownloaded:
		it.forgive()
		it.enter(StateCompleted)
		return it.published()
	case it.State == StatePaused && it.Back == StateDownloaded:
		it.Back = StateCompleted
		return it.step(StepUpdate)
	}
	return nil
}

// published tells the world that the item's place in the tree changed. A show's source hears of it by the show.
func (it *Item) published() []Step {
	steps := it.step(StepUpdate)
	if it.Kind == KindMovie {
		steps = append(steps, it.step(StepAcknowledge)...)
	}
	return steps
}

func (it *Item) fileGone(e FileGone) []Step {
	next := StateIndexed
	if e.Left > 0 {
		next = StateScraped
	}
	switch it.State {
	case StateCompleted, StateDownloaded:
		it.blame(sdk.Gone, orElse(e.Reason, sdk.Gone.Sentence()))
		return append(it.enter(next), it.step(StepUpdate)...)
	case StatePaused, StateBlacklisted:
		if it.Back == StateCompleted || it.Back == StateDownloaded {
			it.Back = next
			return it.step(StepUpdate)
		}
	}
	return nil
}

// worksOn is the state in which a step is the one that the item waits for.
func worksOn(k StepKind) State {
	switch k {
	case StepIndex:
		return StateRequested
	case StepScrape:
		return StateIndexed
	case StepDownload:
		return StateScraped
	case StepRegister:
		return StateDownloaded
	}
	return ""
}

func (it *Item) failed(e Failed, now time.Time) []Step {
	at := worksOn(e.Step)
	if at == "" || it.State != at && !(it.State == StateFailed && it.Back == at) {
		return nil
	}
	return it.fail(at, e.Kind, orElse(e.Text, e.Kind.Sentence()), now)
}

func (it *Item) fail(back State, kind sdk.Kind, text string, now time.Time) []Step {
	news := it.State != StateFailed
	it.State, it.Back, it.Packed = StateFailed, back, false
	it.blame(kind, text)
	steps := it.backOff(now)
	if news && it.Kind == KindMovie {
		steps = append(steps, it.step(StepAcknowledge)...)
	}
	return steps
}

func (it *Item) waiting(e Waiting, now time.Time) []Step {
	switch it.State {
	case StateRequested, StateIndexed, StateScraped, StateDownloaded:
		it.blame(sdk.Pending, e.Reason)
		return it.sleep(e.Until, now)
	}
	return nil
}

func (it *Item) uncovered() []Step {
	if it.State == StateIndexed || it.State == StateFailed && it.Back == StateIndexed {
		return it.enter(StateIndexed)
	}
	return nil
}

// wake queues what the state wants, unless it is too early.
func (it *Item) wake(now time.Time) []Step {
	if it.WakeAt.After(now) {
		return it.alarm()
	}
	switch it.State {
	case StateRequested, StateIndexed, StateScraped, StateDownloaded:
		return it.enter(it.State)
	case StateFailed:
		return it.enter(it.Back)
	case StateUnreleased:
		return it.rise(now)
	}
	return nil
}

// rise looks whether an unreleased item is out. A film's date is asked for again; an episode's comes with its show.
func (it *Item) rise(now time.Time) []Step {
	if it.out(now) {
		return it.enter(StateIndexed)
	}
	steps := it.unreleased(now)
	if it.Kind == KindMovie {
		steps = append(steps, it.step(StepIndex)...)
	}
	return steps
}
