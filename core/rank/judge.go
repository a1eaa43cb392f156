package rank

import (
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Candidate is a release to be judged.
type Candidate struct {
	Release sdk.Release
	Parsed  *release.Release // of Release.Name
	Cached  bool             // a debrid provider has it ready; such ones come first
}

// Decision is what becomes of a candidate.
type Decision uint8

// The decisions, from the worst.
const (
	Reject Decision = iota
	Open            // acceptable, but the name does not tell surely that it is the wanted title: its files must
	Accept
)

// String is "reject", "unsure" or "accept".
func (d Decision) String() string {
	switch d {
	case Accept:
		return "accept"
	case Open:
		return "unsure"
	}
	return "reject"
}

// Verdict is the judgement of one candidate.
type Verdict struct {
	State   Decision
	Code    Code // what decided: of the first veto, else of the match
	Match   MatchResult
	Tier    uint8 // 1 is the best; the score never outweighs it
	Score   int
	Key     Key
	Reasons []Reason // of Explain only: State is Reject exactly if one of them is a veto, and Score is the sum of their Deltas
}

// Judge says what a candidate is worth to a target under a profile. [Compiled.Explain] comes to the same verdict and says why.
func (c *Compiled) Judge(t *Target, cand Candidate) Verdict {
	j := judging{plan: c.plan(t), target: t, cand: cand}
	j.run()
	return j.Verdict
}

// judging is a judgement under way.
type judging struct {
	Verdict
	plan    *plan
	target  *Target
	cand    Candidate
	explain bool

	tier    *tier   // that the release belongs to; nil if none or the last
	each    int64   // bytes of a film or of one episode, 0 if unknown
	bitrate float64 // Mbit/s, 0 if unknown
	index   int     // of the best of the wanted languages
	machine *machine
}

func (j *judging) run() {
	j.match()
	j.Tier, j.tier = j.plan.tierOf(j.cand.Parsed)
	j.measure()
	j.gates()
	j.score()
	j.Key = j.key()
	if j.machine != nil {
		j.machine.unload()
	}
}

func (j *judging) match() {
	j.Match = j.target.Match(j.cand.Parsed)
	j.Code = j.Match.Code
	switch j.Match.State {
	case Yes:
		j.State = Accept
	case Unsure:
		j.State = Open
	}
	if j.explain {
		m := &j.Match
		j.tell(Reason{Code: m.Code, Want: m.Want, Got: m.Got, Span: m.Span, Veto: m.State == No})
	}
}

// veto rejects the candidate and reports whether the reason is to be told.
func (j *judging) veto(code Code) bool {
	if j.State != Reject {
		j.State, j.Code = Reject, code
	}
	return j.explain
}

// points adds to the score and reports whether the reason is to be told.
func (j *judging) points(n int) bool {
	j.Score += n
	return j.explain
}

func (j *judging) tell(r Reason) {
	r.Text = r.Code.Text()
	j.Reasons = append(j.Reasons, r)
}
