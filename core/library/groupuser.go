package library

import "time"

// groupUser takes what a user says of a show or a season. Its children hear the same.
func (it *Item) groupUser(e Event, now time.Time) ([]Step, error) {
	switch e := e.(type) {
	case Pause:
		return it.pauseGroup(e)
	case Blacklist:
		return it.blacklistGroup(e)
	case Resume:
		return it.freeGroup(StatePaused, e, now)
	case Unblacklist:
		return it.freeGroup(StateBlacklisted, e, now)
	case Retry:
		return it.retryGroup(e)
	case Reset:
		return it.resetGroup(e)
	}
	return nil, it.conflict(e)
}

func (it *Item) pauseGroup(e Event) ([]Step, error) {
	if it.State == StateBlacklisted {
		return nil, it.conflict(e)
	}
	if it.held() || it.State == StateCompleted {
		return nil, nil
	}
	it.holdGroup(StatePaused)
	return it.tell(e), nil
}

func (it *Item) blacklistGroup(e Event) ([]Step, error) {
	if it.held() && it.State == StateBlacklisted {
		return nil, nil
	}
	it.holdGroup(StateBlacklisted)
	return it.tell(e), nil
}

// holdGroup keeps the group in a state whatever its children do; Back is what tells it from the derived one.
func (it *Item) holdGroup(s State) {
	switch {
	case it.held(): // keeps where it was before
	case it.State == StateFailed && it.Back != "":
	case it.State == StatePaused || it.State == StateBlacklisted || it.State == StateFailed:
		it.Back = StateIndexed
	default:
		it.Back = it.State
	}
	it.State, it.WakeAt = s, time.Time{}
}

func (it *Item) freeGroup(from State, e Event, now time.Time) ([]Step, error) {
	if it.State != from {
		return nil, it.conflict(e)
	}
	if it.held() {
		it.State, it.Back = it.Back, ""
		it.derive()
	}
	it.Attempts = 0
	return append(hurry(it.groupWake(now)), it.tell(e)...), nil
}

func (it *Item) retryGroup(e Event) ([]Step, error) {
	if it.held() {
		return nil, it.conflict(e)
	}
	it.Attempts, it.WakeAt = 0, time.Time{}
	if it.Kind == KindShow {
		if it.State == StateFailed && it.Back == StateRequested {
			it.State, it.Back = StateRequested, ""
		}
		return append(hurry(it.step(StepIndex)), it.tell(e)...), nil
	}
	if it.Pack == PackNone && it.packable(StateIndexed, StateFailed) {
		return hurry(it.startPack()), nil
	}
	if it.Pack != PackNone {
		return hurry(it.packStep()), nil
	}
	return it.tell(e), nil
}

// packable reports whether a pack is worth a try: every one of several episodes is in one of the states.
func (it *Item) packable(states ...State) bool {
	return it.Counts.Total() > 1 && it.Counts.only(states...)
}

func (it *Item) resetGroup(e Reset) ([]Step, error) {
	if it.State == StateBlacklisted && it.held() {
		return nil, it.conflict(e)
	}
	it.forgive()
	if it.Kind == KindShow {
		it.State, it.Back = StateRequested, ""
		it.derive()
		return append(hurry(it.step(StepIndex)), it.tell(Reset{})...), nil
	}
	if it.held() {
		it.State, it.Back = it.Back, ""
	}
	if it.Counts.Total() > 1 && it.Counts[StateUnreleased] == 0 {
		steps := hurry(it.startPack())
		return append(steps, it.tell(Reset{Packed: true})...), nil
	}
	it.Pack = PackNone
	it.derive()
	return it.tell(Reset{}), nil
}
