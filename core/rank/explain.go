package rank

import "github.com/millrace-media/millrace/core/release"

// Reason is one thing that counted for or against a candidate.
type Reason struct {
	Code    Code         `json:"code"`
	Text    string       `json:"text"`              // a sentence for people
	Setting string       `json:"setting,omitempty"` // the setting that decided: "reject.any[0]"
	Span    release.Span `json:"span,omitzero"`     // the bytes of the name that caused it; empty where it is not in the name
	Want    string       `json:"want,omitempty"`
	Got     string       `json:"got,omitempty"`
	Delta   int          `json:"delta,omitempty"` // added to the score
	Veto    bool         `json:"veto,omitempty"`  // this alone rejects
}

// Explain judges as [Compiled.Judge] does and gives every reason.
func (c *Compiled) Explain(t *Target, cand Candidate) Verdict {
	j := judging{plan: c.plan(t), target: t, cand: cand, explain: true}
	j.Reasons = make([]Reason, 0, 8)
	j.run()
	return j.Verdict
}
