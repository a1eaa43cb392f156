package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
)

const (
	whyTried    = 20  // releases that were tried, at most
	whyMissing  = 100 // children that are missing, at most
	whyRejected = 50  // of the best that were rejected, looked through for one that a change of the profile would admit
)

// why tells from what is stored why an item is not here, and what happens next.
func (s *Server) why(ctx context.Context, id int64) (Why, error) {
	it, err := s.o.DB.Item(ctx, id)
	if err != nil {
		return Why{}, err
	}
	t, err := s.o.DB.Title(ctx, it.Title)
	if err != nil {
		return Why{}, err
	}
	w := Why{
		Item: shownOf(it, t), Rejected: []CodeCount{}, States: []StateCount{}, Tried: []ItemRelease{}, Missing: []Item{},
	}
	if err := s.weigh(ctx, it, &w); err != nil {
		return w, err
	}
	if it.Kind.Group() {
		if err := s.missing(ctx, it, t, &w); err != nil {
			return w, err
		}
	}
	if w.Next, err = s.next(ctx, it); err != nil {
		return w, err
	}
	w.Answer = answer(it, w)
	return w, nil
}

// weigh counts what became of the item's releases, and shows those that tell most.
func (s *Server) weigh(ctx context.Context, it library.Item, w *Why) error {
	counts, err := s.o.DB.CountCodes(ctx, it.ID)
	if err != nil {
		return err
	}
	if w.Open, err = s.o.DB.CountOpen(ctx, it.ID); err != nil {
		return err
	}
	states := map[db.CandidateState]int{}
	for _, c := range counts {
		w.Found += c.Count
		states[c.State] += c.Count
		if c.State == db.CandidateRejected && c.Code != "" {
			w.Rejected = append(w.Rejected, CodeCount{Code: c.Code, Count: c.Count, Text: rank.Code(c.Code).Text()})
		}
	}
	for state, n := range states {
		w.States = append(w.States, StateCount{State: string(state), Count: n})
	}
	slices.SortFunc(w.States, func(a, b StateCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.State, b.State)) })
	if w.Best, err = s.bestRejected(ctx, it); err != nil {
		return err
	}
	tried, err := s.o.DB.ChooseCandidates(ctx, db.Choice{
		Item: it.ID, States: []db.CandidateState{db.CandidateFailed, db.CandidateBlacklisted}, Recent: true, Limit: whyTried,
	})
	if err == nil {
		w.Tried, err = s.releases(ctx, it, tried)
	}
	return err
}

// bestRejected is the best of the rejected releases that a change of the profile would admit, or else the best of all; nil
// where none was rejected.
func (s *Server) bestRejected(ctx context.Context, it library.Item) (*ItemRelease, error) {
	list, err := s.o.DB.ChooseCandidates(ctx, db.Choice{
		Item: it.ID, States: []db.CandidateState{db.CandidateRejected}, Placed: true, Limit: whyRejected,
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	shown, err := s.releases(ctx, it, list)
	if err != nil {
		return nil, err
	}
	best := slices.IndexFunc(shown, func(r ItemRelease) bool { return len(r.Changes) > 0 })
	return &shown[max(best, 0)], nil
}

func (s *Server) missing(ctx context.Context, it library.Item, t db.Title, w *Why) error {
	list, err := s.o.DB.EpisodeItems(ctx, it.ID)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.State != library.StateCompleted && len(w.Missing) < whyMissing {
			w.Missing = append(w.Missing, shownOf(c, t))
		}
	}
	return nil
}

// next finds the item's step in the queue.
func (s *Server) next(ctx context.Context, it library.Item) (Next, error) {
	jobs, err := s.o.DB.Jobs(ctx, db.JobFilter{States: []db.JobState{db.JobWaiting, db.JobRunning}, Limit: 2000})
	if err != nil {
		return Next{}, err
	}
	var found *db.JobRow
	for i, j := range jobs {
		if j.Step.Item != it.ID || j.Step.Kind == library.StepUpdate || j.Step.Kind == library.StepAcknowledge {
			continue
		}
		if found == nil || j.State == db.JobRunning || found.State != db.JobRunning && j.Step.At.Before(found.Step.At) {
			found = &jobs[i]
		}
	}
	n := Next{At: it.WakeAt}
	if found != nil {
		n.Step, n.Running = string(found.Step.Kind), found.State == db.JobRunning
		if found.Step.At.After(n.At) {
			n.At = found.Step.At
		}
	}
	now := time.Now()
	switch {
	case n.Running:
		n.At = time.Time{}
		n.Text = "Under way now: " + doing(library.StepKind(n.Step)) + "."
	case n.At.After(now):
		n.Text = cmp.Or(waits[it.State], "It is looked at again") + " at " + n.At.Format(time.RFC3339) + " (in " + roughly(n.At.Sub(now)) + ")."
	case found != nil:
		n.At = time.Time{}
		n.Text = "Waiting for a free worker: " + doing(library.StepKind(n.Step)) + "."
	default:
		n.At = time.Time{}
		n.Text = cmp.Or(rests[it.State], "Nothing is queued for it.")
	}
	return n, nil
}

// waits says what an item in a state does at its time.
var waits = map[library.State]string{
	library.StateUnreleased: "It is not out yet; it is looked at again",
	library.StateRequested:  "Metadata is asked for again",
	library.StateIndexed:    "Releases are searched again",
	library.StateScraped:    "The next release is tried",
	library.StateDownloaded: "It gets its place in the library",
	library.StateFailed:     "It is tried again",
}

// rests says why nothing happens to an item in a state.
var rests = map[library.State]string{
	library.StateCompleted:   "Nothing: it is complete.",
	library.StateOngoing:     "Nothing until the next episode is out.",
	library.StatePaused:      "Nothing until it is resumed.",
	library.StateBlacklisted: "Nothing until it is taken off the blacklist.",
	library.StatePartial:     "See what is missing.",
}

// doings say what a step does.
var doings = map[library.StepKind]string{
	library.StepIndex: "metadata is asked for", library.StepScrape: "releases are searched", library.StepDownload: "a release is taken",
	library.StepRegister: "its files get their places", library.StepUpdate: "media servers are told", library.StepAcknowledge: "the source is told",
	library.StepWake: "it is woken", library.StepCollect: "a source is asked what is wanted", library.StepImport: "a release is imported",
	library.StepJudge: "what was found is judged again",
}

func doing(k library.StepKind) string { return cmp.Or(doings[k], string(k)) }

// states say what a state means to people.
var meanings = map[library.State]string{
	library.StateUnknown: "It was made this moment.", library.StateRequested: "It is wanted; its metadata is not known yet.",
	library.StateIndexed: "Its metadata is known; releases are searched.", library.StateScraped: "Releases were found; one is being taken.",
	library.StateDownloaded: "A release was taken; its files get their places.", library.StateCompleted: "It is here.",
	library.StateFailed: "It failed.", library.StateBlacklisted: "It is on the blacklist: you do not want it.",
	library.StatePartial: "Some of it is here.", library.StateUnreleased: "It is not out yet.",
	library.StateOngoing: "All that is out is here; more will come.", library.StatePaused: "It is paused.",
}

func answer(it library.Item, w Why) []string {
	lines := []string{meanings[it.State]}
	if it.Error != "" {
		lines = append(lines, "What went wrong last: "+it.Error)
	}
	if it.Packed {
		lines = append(lines, "It waits for a release of its whole season, which is tried first.")
	}
	switch {
	case w.Found > 0:
		lines = append(lines, tally(w))
	case !it.Kind.Group() && it.Attempts > 0 && (it.State == library.StateIndexed || it.State == library.StateFailed && it.Back == library.StateIndexed):
		lines = append(lines, fmt.Sprintf("No release was found in %d %s.", it.Attempts, plural(it.Attempts, "search", "searches")))
	}
	if n := len(w.Missing); n > 0 {
		lines = append(lines, fmt.Sprintf("%d %s missing.", n, plural(n, "episode is", "episodes are")))
	}
	if w.Best != nil && w.Open == 0 && it.State != library.StateCompleted {
		lines = append(lines, "The best of the rejected: "+w.Best.Name+because(w.Best.Reasons))
		if len(w.Best.Changes) > 0 {
			lines = append(lines, "It would be taken after this change of the profile: "+remedy(w.Best.Changes))
		}
	}
	if len(w.Tried) > 0 && w.Tried[0].Evidence != "" && it.State != library.StateCompleted {
		lines = append(lines, "Tried last: "+w.Tried[0].Name+": "+w.Tried[0].Evidence)
	}
	return lines
}

// tally is "812 found: 640 OTHER_TITLE, 100 TOO_BIG; 3 can be tried".
func tally(w Why) string {
	var parts []string
	for _, c := range w.Rejected {
		parts = append(parts, fmt.Sprintf("%d %s", c.Count, c.Code))
	}
	for _, st := range w.States {
		if st.State != string(db.CandidateRejected) && st.State != string(db.CandidateOpen) {
			parts = append(parts, fmt.Sprintf("%d %s", st.Count, st.State))
		}
	}
	text := fmt.Sprintf("%d found", w.Found)
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s; %d can be tried.", text, w.Open)
}

func because(list []rank.Reason) string {
	for _, r := range list {
		if !r.Veto {
			continue
		}
		text := " (" + string(r.Code)
		if r.Setting != "" {
			text += " by " + r.Setting
		}
		if r.Got != "" {
			text += ", got " + r.Got
		}
		if r.Want != "" {
			text += ", want " + r.Want
		}
		return text + ")"
	}
	return ""
}

// remedy is "Add 2160p to resolutions. Set max_size to 30 GB."
func remedy(list []rank.Change) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.Text
	}
	return strings.Join(texts, " ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// roughly is a time that has to pass, for people.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour).Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Round(24*time.Hour).Hours())/24)
}
