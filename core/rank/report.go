package rank

import "github.com/millrace-media/millrace/core/release"

// Report is a judgement told to people, or to programs.
type Report struct {
	Profile string   `json:"profile"`
	Verdict string   `json:"verdict" doc:"accept, unsure or reject"`
	Code    Code     `json:"code" doc:"What decided"`
	Text    string   `json:"text" doc:"The same as a sentence"`
	Tier    int      `json:"tier" doc:"1 is the best; the score never outweighs it"`
	Score   int      `json:"score" doc:"The sum of all deltas"`
	Reasons []Placed `json:"reasons"`
	Changes []Change `json:"changes" doc:"Of the profile, that together would admit what is rejected; none where nothing would"`
}

// Placed is a reason with the place of its setting.
type Placed struct {
	Reason
	Place string `json:"place,omitempty" doc:"Where the setting is written, as config.hcl:12"`
}

// Placer tells where a setting of a profile is written, as "config.hcl:12"; "" where it is written nowhere.
type Placer func(setting string) string

// Judge is a profile to judge by, with the places of its settings.
type Judge struct {
	*Compiled
	Place Placer // nil: nothing is known of places
}

// Report judges a candidate and tells all there is to tell. The target is [Itself] where nothing is wanted; then nothing is
// said of a match.
func (j Judge) Report(t *Target, cand Candidate) (Report, Verdict) {
	v := j.Explain(t, cand)
	r := Report{
		Profile: j.profile.Name, Verdict: v.State.String(), Code: v.Code, Text: v.Code.Text(), Tier: int(v.Tier), Score: v.Score,
		Reasons: []Placed{}, Changes: []Change{},
	}
	if t.itself && v.Code == CodeMatch {
		r.Text = "The profile takes it."
	}
	for _, reason := range v.Reasons {
		if t.itself && reason.Code == CodeMatch {
			continue
		}
		place := ""
		if j.Place != nil && reason.Setting != "" {
			place = j.Place(reason.Setting)
		}
		r.Reasons = append(r.Reasons, Placed{reason, place})
	}
	if v.State == Reject {
		r.Changes = append(r.Changes, j.WhatIf(t, cand)...)
	}
	return r, v
}

// Explanation is a name that was read and judged.
type Explanation struct {
	Name    string         `json:"name" doc:"As it was read; spans count its bytes"`
	Size    int64          `json:"size,omitempty"`
	For     string         `json:"for,omitempty" doc:"What was wanted; absent where nothing was"`
	Read    []release.Fact `json:"read" doc:"What the name says"`
	Reports []Report       `json:"reports" doc:"How each profile judges it"`
}

// Explain reads a name, has it judged, and gives the verdicts too. Without a target it is judged for itself.
func Explain(t *Target, cand Candidate, judges ...Judge) (Explanation, []Verdict) {
	if cand.Parsed == nil {
		r := release.Parse(cand.Release.Name)
		cand.Parsed = &r
	}
	if t == nil {
		t = Itself(cand.Parsed, false)
	}
	e := Explanation{Name: cand.Parsed.Raw, Size: cand.Release.Size, Read: cand.Parsed.Facts(), Reports: []Report{}}
	var vs []Verdict
	for _, j := range judges {
		r, v := j.Report(t, cand)
		e.Reports, vs = append(e.Reports, r), append(vs, v)
	}
	return e, vs
}

// Comparison is two names side by side.
type Comparison struct {
	A          Explanation `json:"a"`
	B          Explanation `json:"b"`
	First      string      `json:"first" doc:"Which comes first: a or b; empty where nothing tells them apart"`
	Difference Difference  `json:"difference" doc:"The first thing in which they differ, in the order in which things weigh"`
}

// NewComparison puts two explanations side by side that were made with one profile.
func NewComparison(a, b Explanation, va, vb Verdict) Comparison {
	c := Comparison{A: a, B: b, Difference: Compare(va, vb)}
	switch n := va.Key.Compare(vb.Key); {
	case n < 0:
		c.First = "a"
	case n > 0:
		c.First = "b"
	}
	return c
}

// Trial is a name judged before and after settings were changed.
type Trial struct {
	Before Explanation `json:"before"`
	After  Explanation `json:"after"`
}
