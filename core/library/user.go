package library

import "time"

// applyUser takes what a user says of a film or an episode.
func (it *Item) applyUser(e Event, now time.Time) ([]Step, error) {
	switch e := e.(type) {
	case Pause:
		return it.pause(e)
	case Blacklist:
		if it.State != StateBlacklisted {
			it.hold(StateBlacklisted)
		}
		return nil, nil
	case Resume:
		return it.letGo(StatePaused, e, now)
	case Unblacklist:
		return it.letGo(StateBlacklisted, e, now)
	case Retry:
		return it.retry(e, now)
	case Reset:
		return it.reset(e, now)
	}
	return nil, it.conflict(e)
}

func (it *Item) pause(e Event) ([]Step, error) {
	switch it.State {
	case StateBlacklisted:
		return nil, it.conflict(e)
	case StatePaused, StateCompleted:
		return nil, nil
	}
	it.hold(StatePaused)
	return nil, nil
}

// hold remembers where the item was: a failed one goes on where it failed.
func (it *Item) hold(s State) {
	switch it.State {
	case StateFailed, StatePaused, StateBlacklisted:
	default:
		it.Back = it.State
	}
	it.State, it.WakeAt, it.Packed = s, time.Time{}, false
}

func (it *Item) letGo(from State, e Event, now time.Time) ([]Step, error) {
	if it.State != from {
		return nil, it.conflict(e)
	}
	it.Attempts = 0
	if it.Back == StateUnreleased {
		return hurry(it.rise(now)), nil
	}
	return hurry(it.enter(it.Back)), nil
}

func (it *Item) retry(e Event, now time.Time) ([]Step, error) {
	switch it.State {
	case StatePaused, StateBlacklisted:
		return nil, it.conflict(e)
	case StateCompleted:
		return nil, nil
	case StateUnreleased:
		return hurry(it.rise(now)), nil
	}
	it.Attempts = 0
	to := it.State
	if to == StateFailed {
		to = it.Back
	}
	return hurry(it.enter(to)), nil
}

func (it *Item) reset(e Reset, now time.Time) ([]Step, error) {
	if it.State == StateBlacklisted {
		return nil, it.conflict(e)
	}
	if it.Kind == KindEpisode {
		return hurry(it.release(Indexed{Released: it.Released, Packed: e.Packed}, now)), nil
	}
	it.forgive()
	return hurry(it.enter(StateRequested)), nil
}
