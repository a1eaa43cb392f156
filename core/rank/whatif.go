package rank

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// Change is one change of a profile's settings.
type Change struct {
	Code    Code   `json:"code"`            // of the veto that it takes away
	Setting string `json:"setting"`         // the setting to change: "anime.resolutions", "allow", "max_size", "reject.match[0]"
	Action  Action `json:"action"`          // what to do with it
	Value   string `json:"value,omitempty"` // what to add or to set
	Text    string `json:"text"`            // a sentence for people
}

// Action is what is done to a setting.
type Action string

// The actions.
const (
	Add    Action = "add"    // Value to a list
	Remove Action = "remove" // the element of a list, or all that the block says
	Set    Action = "set"    // to Value
)

// WhatIf gives the changes of settings that together would admit a rejected candidate, and without any one of which it
// would stay rejected. It gives none where the candidate is admitted as it is, or where no setting could do so: it is
// another title.
func (c *Compiled) WhatIf(t *Target, cand Candidate) []Change {
	j := judging{plan: c.plan(t), target: t, cand: cand, explain: true}
	j.run()
	var changes []Change
	for _, r := range j.Reasons {
		switch {
		case !r.Veto:
		case r.Setting == "":
			return nil
		default:
			changes = append(changes, j.change(r))
		}
	}
	return changes
}

// change is what would take a veto away. What the base says is changed by saying otherwise in the profile.
func (j *judging) change(r Reason) Change {
	ch := Change{Code: r.Code, Setting: strings.TrimPrefix(r.Setting, "base."), Action: Set}
	layer, _ := splitLayer(ch.Setting)
	switch r.Code {
	case CodeResolution, CodeSourceList, CodeCodec, CodeTier:
		ch.Action, ch.Value = Add, r.Got
	case CodeLanguage:
		ch.Action, ch.Value = Add, j.firstSpoken()
	case CodeTooSmall:
		ch.Value = roundSize(j.each, math.Floor)
	case CodeTooBig:
		ch.Value = roundSize(j.each, math.Ceil)
	case CodeBitrateLow:
		ch.Value = roundRate(j.bitrate, math.Floor)
	case CodeBitrateHigh:
		ch.Value = roundRate(j.bitrate, math.Ceil)
	case CodeScore:
		ch.Value = itoa(j.Score)
	case CodeRejected, CodeSource:
		if strings.HasSuffix(ch.Setting, "reject.all") {
			ch.Action = Remove
			break
		}
		ch.Setting, ch.Action, ch.Value = layer+"allow", Add, r.Got
	default:
		ch.Action = Remove
	}
	ch.Text = ch.sentence()
	return ch
}

func (ch Change) sentence() string {
	switch ch.Action {
	case Add:
		return fmt.Sprintf("Add %q to %s.", ch.Value, ch.Setting)
	case Set:
		return fmt.Sprintf("Set %s to %s.", ch.Setting, ch.Value)
	}
	return fmt.Sprintf("Remove %s.", ch.Setting)
}

// firstSpoken is a language that the candidate is told to be in.
func (j *judging) firstSpoken() string {
	codes := append(j.cand.Parsed.Languages.Codes(), j.cand.Release.Languages...)
	for _, code := range codes {
		if _, ok := release.Language(code); ok {
			return code
		}
	}
	return ""
}

// roundSize writes a size as people do, rounded to what is not less exact than a hundredth.
func roundSize(n int64, round func(float64) float64) string {
	unit, name := float64(1<<20), "MiB"
	if n >= 1<<30 {
		unit, name = 1<<30, "GiB"
	}
	return strconv.FormatFloat(round(float64(n)/unit*100)/100, 'f', -1, 64) + name
}

func roundRate(n float64, round func(float64) float64) string {
	return strconv.FormatFloat(round(n*100)/100, 'f', -1, 64)
}

// splitLayer parts the path of a setting from that of its layer: "anime." and "reject.any[0]".
func splitLayer(path string) (layer, rest string) {
	for _, l := range []string{"movie.", "show.", "anime."} {
		if rest, ok := strings.CutPrefix(path, l); ok {
			return l, rest
		}
	}
	return "", path
}
