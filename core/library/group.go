package library

import (
	"slices"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// applyGroup is the state machine of shows and seasons.
func (it *Item) applyGroup(e Event, now time.Time) ([]Step, error) {
	switch e := e.(type) {
	case Requested:
		return it.askedFor(e)
	case Indexed:
		return it.groupIndexed(e, now), nil
	case ChildChanged:
		return it.childChanged(e, now), nil
	case Registered, FileGone, Uncovered:
		return nil, it.conflict(e)
	}
	if it.State == StateUnknown {
		return nil, it.conflict(e)
	}
	switch e := e.(type) {
	case Wake:
		return it.groupWake(now), nil
	case Failed:
		return it.groupFailed(e, now), nil
	case Pause, Resume, Blacklist, Unblacklist, Retry, Reset:
		return it.groupUser(e, now)
	}
	if it.Kind == KindSeason {
		return it.applyPack(e, now), nil
	}
	if w, ok := e.(Waiting); ok {
		return it.showWaiting(w, now), nil
	}
	return nil, it.conflict(e)
}

// askedFor adds to the seasons wanted. Only a show is asked for.
func (it *Item) askedFor(e Requested) ([]Step, error) {
	if it.Kind != KindShow {
		return nil, it.conflict(e)
	}
	before := len(it.Seasons)
	it.Seasons = union(it.Seasons, e.Seasons)
	if it.State == StateUnknown {
		return it.enter(StateRequested), nil
	}
	if len(it.Seasons) == before || it.held() {
		return nil, nil
	}
	return it.step(StepIndex), nil
}

// union adds seasons to a list; none at all means AllSeasons, which covers every other but the specials.
func union(have, more []int) []int {
	if len(more) == 0 {
		more = []int{AllSeasons}
	}
	all := append(slices.Clone(have), more...)
	slices.Sort(all)
	all = slices.Compact(all)
	if all[0] == AllSeasons {
		all = slices.DeleteFunc(all, func(n int) bool { return n > 0 })
	}
	return all
}

// WantsSeason reports whether a season of a show is wanted.
func (it *Item) WantsSeason(n int) bool {
	return slices.Contains(it.Seasons, n) || n > 0 && slices.Contains(it.Seasons, AllSeasons)
}

// groupIndexed takes news of a show, or starts a season.
func (it *Item) groupIndexed(e Indexed, now time.Time) []Step {
	if it.Kind == KindSeason {
		return it.seasonIndexed(e)
	}
	it.More = e.More
	it.Attempts = 0
	if it.held() {
		return nil
	}
	it.blame("", "")
	if it.State == StateUnknown || it.State == StateRequested || it.State == StateFailed && it.Back == StateRequested {
		it.State, it.Back = StateUnreleased, ""
	}
	steps := it.derive()
	it.WakeAt = time.Time{}
	if it.State == StateCompleted && !it.More {
		return steps
	}
	return append(steps, it.sleep(now.Add(Recheck), now)...)
}

func (it *Item) seasonIndexed(e Indexed) []Step {
	if it.State != StateUnknown {
		return nil
	}
	it.State = StateUnreleased
	it.derive()
	if e.Packed {
		return it.startPack()
	}
	return nil
}

func (it *Item) startPack() []Step {
	it.Pack, it.WakeAt = PackSearch, time.Time{}
	it.derive()
	return it.step(StepScrape)
}

func (it *Item) childChanged(e ChildChanged, now time.Time) []Step {
	was := it.State
	it.Counts = it.Counts.moved(e.From, e.To)
	if it.State == StateUnknown {
		return nil // it only counts until it is indexed: a season is grown before it is told whether to try a pack
	}
	steps := it.derive()
	if it.Kind != KindShow || it.held() {
		return steps
	}
	done := e.From != e.To && (e.From == StateCompleted || e.To == StateCompleted)
	if done && len(steps) == 0 {
		steps = it.step(StepAcknowledge)
	}
	if was == StateCompleted && it.State != was { // it is looked at again, as a complete one is not
		steps = append(steps, it.sleep(now.Add(Recheck), now)...)
	}
	return steps
}

// derive sets the group's state from its children and its pack. A show whose state changed tells its source.
func (it *Item) derive() []Step {
	if it.held() || it.Counts.Total() == 0 && it.Pack == PackNone {
		return nil
	}
	before := it.State
	it.State = it.withPack(it.Counts.state(it.More))
	if it.State == StateFailed || it.State == StatePaused || it.State == StateBlacklisted {
		it.Back = ""
	}
	if it.Kind == KindShow && before != it.State && it.State.news() {
		return it.step(StepAcknowledge)
	}
	return nil
}

// news reports whether a source wants to hear of the state.
func (s State) news() bool {
	return s == StateCompleted || s == StateOngoing || s == StatePartial || s == StateFailed
}

// withPack raises a state to that of the pack which is being sought.
func (it *Item) withPack(s State) State {
	switch s {
	case StateDownloaded, StateCompleted, StateOngoing, StatePartial:
		return s
	}
	switch it.Pack {
	case PackSearch:
		if s != StateScraped {
			return StateIndexed
		}
	case PackFetch:
		return StateScraped
	}
	return s
}

// state is that of a group with such children: the most advanced that one of them is in while none is complete.
func (c Counts) state(more bool) State {
	switch {
	case c.Total() == 0:
		return StateUnreleased
	case c.only(StateCompleted):
		if more {
			return StateOngoing
		}
		return StateCompleted
	case c.only(StateUnreleased):
		return StateUnreleased
	case c.only(StateCompleted, StateOngoing, StateUnreleased):
		return StateOngoing
	case c.of(StateCompleted, StateOngoing, StatePartial) > 0:
		return StatePartial
	}
	for _, s := range []State{
		StateDownloaded, StateScraped, StateIndexed, StateRequested, StateFailed, StatePaused, StateBlacklisted,
	} {
		if c[s] > 0 {
			return s
		}
	}
	return StateUnreleased
}

// applyPack takes the results of work on a season's pack.
func (it *Item) applyPack(e Event, now time.Time) []Step {
	if it.Pack == PackNone || it.held() {
		return nil
	}
	switch e := e.(type) {
	case Scraped:
		if e.Candidates > 0 {
			return it.fetchPack()
		}
		if it.Pack == PackSearch {
			return it.endPack()
		}
	case NothingFound:
		if it.Pack == PackSearch {
			return it.endPack()
		}
	case Rejected:
		if it.Pack == PackFetch {
			return it.fetchPack()
		}
	case Exhausted:
		if it.Pack == PackFetch {
			return it.endPack()
		}
	case Downloaded:
		if e.More && it.Pack == PackFetch {
			return it.fetchPack()
		}
		return it.endPack()
	case Waiting:
		it.blame(sdk.Pending, e.Reason)
		return it.sleep(e.Until, now)
	}
	return nil
}

func (it *Item) fetchPack() []Step {
	it.Pack, it.WakeAt = PackFetch, time.Time{}
	it.derive()
	return it.step(StepDownload)
}

// endPack leaves to the episodes what the pack did not bring.
func (it *Item) endPack() []Step {
	it.Pack, it.WakeAt = PackNone, time.Time{}
	it.blame("", "")
	it.derive()
	return it.tell(Uncovered{})
}

func (it *Item) tell(e Event) []Step { return []Step{{Kind: StepTell, Item: it.ID, Tell: e}} }

// packStep is the step that the pack waits for.
func (it *Item) packStep() []Step {
	switch it.Pack {
	case PackSearch:
		return it.step(StepScrape)
	case PackFetch:
		return it.step(StepDownload)
	}
	return nil
}

func (it *Item) showWaiting(e Waiting, now time.Time) []Step {
	if it.held() {
		return nil
	}
	return it.sleep(e.Until, now)
}

// groupFailed takes the end of a step that did not work: a pack is over, a show is looked at again.
func (it *Item) groupFailed(e Failed, now time.Time) []Step {
	if it.held() {
		return nil
	}
	if it.Kind == KindSeason {
		if e.Step == StepScrape && it.Pack == PackSearch || e.Step == StepDownload && it.Pack == PackFetch {
			return it.endPack()
		}
		return nil
	}
	if e.Step != StepIndex {
		return nil
	}
	steps := []Step(nil)
	if it.Counts.Total() == 0 {
		if it.State != StateFailed {
			steps = it.step(StepAcknowledge)
		}
		it.State, it.Back = StateFailed, StateRequested
	}
	it.blame(e.Kind, orElse(e.Text, e.Kind.Sentence()))
	return append(it.backOff(now), steps...)
}

// groupWake queues what the pack wants, or has a show looked at again.
func (it *Item) groupWake(now time.Time) []Step {
	switch {
	case it.held():
		return nil
	case it.WakeAt.After(now):
		return it.alarm()
	}
	it.WakeAt = time.Time{}
	if it.Kind == KindSeason {
		return it.packStep()
	}
	if it.State == StateCompleted && !it.More {
		return nil
	}
	return it.step(StepIndex)
}
