package rank

// Change is one change of a profile's settings.
type Change struct {
	Code    Code   `json:"code"`    // of the veto that it takes away
	Setting string `json:"setting"` // the setting to change: "resolutions", "reject.any[0]", "max_size"
	Value   string `json:"value"`   // what to add, take away or set
	Text    string `json:"text"`    // a sentence for people
}

// WhatIf gives the changes of settings that together would admit a rejected candidate, and without any one of which it
// would stay rejected. It gives none where the candidate is admitted as it is, or where no setting could do so: it is
// another title.
func (c *Compiled) WhatIf(t *Target, cand Candidate) []Change {
	var changes []Change
	for _, r := range c.Explain(t, cand).Reasons {
		switch {
		case !r.Veto:
		case r.Setting == "":
			return nil
		default:
			changes = append(changes, Change{Code: r.Code, Setting: r.Setting, Value: r.Got, Text: changeText(r)})
		}
	}
	return changes
}

func changeText(r Reason) string {
	switch r.Code {
	case CodeResolution, CodeLanguage:
		return "Add " + r.Got + " to " + r.Setting + "."
	case CodeTooBig, CodeTooSmall:
		return "Set " + r.Setting + " to " + r.Got + "."
	case CodeRequired:
		return "Ask for less in " + r.Setting + "."
	}
	return "Take " + r.Got + " off " + r.Setting + "."
}
