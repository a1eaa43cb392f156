package rank

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// jsonFormat is a custom format as Sonarr and Radarr export it, as their API gives it and as collections have it.
type jsonFormat struct {
	Name           string                `json:"name"`
	TrashScore     lenient               `json:"trash_score"`
	TrashScores    map[string]lenient    `json:"trash_scores"`
	Specifications []jsonFormatCondition `json:"specifications"`
}

type jsonFormatCondition struct {
	Name           string     `json:"name"`
	Implementation string     `json:"implementation"`
	InfoLink       string     `json:"infoLink"`
	Negate         bool       `json:"negate"`
	Required       bool       `json:"required"`
	Fields         jsonFields `json:"fields"`
}

// lenient is a value that may come in quotes.
type lenient struct{ text string }

// UnmarshalJSON takes any scalar.
func (l *lenient) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.HasPrefix(b, []byte(`"`)):
		return json.Unmarshal(b, &l.text)
	case bytes.HasPrefix(b, []byte("{")) || bytes.HasPrefix(b, []byte("[")):
		return fmt.Errorf("a text or a number is expected, not %.20s", b)
	case string(b) != "null":
		l.text = string(b)
	}
	return nil
}

// jsonFields are an object, or a list of names and values.
type jsonFields map[string]lenient

// UnmarshalJSON takes either.
func (f *jsonFields) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, (*map[string]lenient)(f))
	}
	var list []struct {
		Name  string  `json:"name"`
		Value lenient `json:"value"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*f = jsonFields{}
	for _, x := range list {
		(*f)[x.Name] = x.Value
	}
	return nil
}

// formatJSON reads the conditions, and the score where it is asked for, out of the JSON of a format.
func (k *compiler) formatJSON(at string, f Format) Format {
	if f.JSON == "" {
		k.fault(at, "A format needs a score.", `Write score = 10.`)
		return f
	}
	if len(f.Conditions) > 0 {
		k.fault(at+".json", "A format has conditions of its own or JSON, not both.", "")
		return f
	}
	if f.App != "" && f.App != appSonarr && f.App != appRadarr {
		k.unknown(at+".app", "app", f.App, []string{appSonarr, appRadarr})
		return f
	}
	var in jsonFormat
	if err := json.Unmarshal([]byte(f.JSON), &in); err != nil {
		k.fault(at+".json", "This is not a custom format of Sonarr or Radarr.", jsonFault([]byte(f.JSON), err))
		return f
	}
	if len(in.Specifications) == 0 {
		k.fault(at+".json", "This is not a custom format of Sonarr or Radarr.", `It has no "specifications".`)
		return f
	}
	_, conditions, err := readConditions(f.App, in.Specifications)
	if err != nil {
		k.fault(at+".json", "A condition cannot be read.", err.Error())
		return f
	}
	f.Conditions = conditions
	if f.ScoreSet != "" {
		var ok bool
		if f.Score, ok = in.score(f.ScoreSet); !ok {
			k.fault(at, "Neither the format nor its JSON tells a score.", "Write score = 10.")
		}
	}
	return f
}

// score is that of a set, else of the set "default".
func (in *jsonFormat) score(set string) (int, bool) {
	for _, s := range []lenient{in.TrashScores[set], in.TrashScores["default"], in.TrashScore} {
		if n, err := strconv.Atoi(s.text); err == nil {
			return n, true
		}
	}
	return 0, false
}

// jsonFault says what is wrong with JSON, and in which line.
func jsonFault(src []byte, err error) string {
	offset := int64(-1)
	text := err.Error()
	switch e := err.(type) {
	case *json.SyntaxError:
		offset = e.Offset
	case *json.UnmarshalTypeError:
		offset, text = e.Offset, fmt.Sprintf("%s is a %s", e.Field, e.Value)
	}
	if offset < 0 || offset > int64(len(src)) {
		return text + "."
	}
	return fmt.Sprintf("Line %d: %s.", 1+bytes.Count(src[:offset], []byte("\n")), text)
}

// conditionError says which condition cannot be read.
type conditionError struct {
	index      int
	name, text string
}

func (e *conditionError) Error() string {
	return fmt.Sprintf("specifications[%d] (%q): %s", e.index, e.name, e.text)
}

// reading of conditions in a dialect.
type conditionReading struct {
	app        string
	conditions []FormatCondition
	err        *conditionError
	hits       int // conditions that are called what their number stands for
}

// readConditions reads conditions as the app has them, which it finds out where it is not told: from kinds of condition that
// only one has, from numbers that only one has, and from the names of conditions.
func readConditions(app string, in []jsonFormatCondition) (string, []FormatCondition, error) {
	if app == "" {
		app = linkedApp(in)
	}
	var rs []conditionReading
	for _, d := range dialects() {
		if app == "" || app == d.app {
			rs = append(rs, d.read(in))
		}
	}
	best := &rs[0]
	for i := range rs[1:] {
		r := &rs[i+1]
		switch {
		case best.err != nil && r.err == nil, best.err == nil && r.err == nil && r.hits > best.hits:
			best = r
		case r.err != nil || r.hits < best.hits:
		default:
			if i := firstDifference(best.conditions, r.conditions); i >= 0 {
				return "", nil, &conditionError{i, in[i].Name, fmt.Sprintf(
					"This is %q to Sonarr and %q to Radarr. Tell which of them it is from: app = %q or %q.",
					best.conditions[i].Value, r.conditions[i].Value, appSonarr, appRadarr)}
			}
		}
	}
	if best.err != nil {
		return "", nil, best.err
	}
	return best.app, best.conditions, nil
}

// linkedApp is that whose documentation the API links to.
func linkedApp(in []jsonFormatCondition) string {
	for _, c := range in {
		for _, app := range []string{appSonarr, appRadarr} {
			if strings.Contains(strings.ToLower(c.InfoLink), "/"+app) {
				return app
			}
		}
	}
	return ""
}

func firstDifference(a, b []FormatCondition) int {
	for i := range a {
		if !reflect.DeepEqual(a[i], b[i]) {
			return i
		}
	}
	return -1
}

func (d *dialect) read(in []jsonFormatCondition) conditionReading {
	out := conditionReading{app: d.app}
	for i, c := range in {
		x, w, err := d.condition(c)
		if err != nil {
			out.err = &conditionError{i, c.Name, err.Error()}
			return out
		}
		if w.calls(c.Name) {
			out.hits++
		}
		x.Name, x.Negate, x.Required = c.Name, c.Negate, c.Required
		out.conditions = append(out.conditions, x)
	}
	return out
}

// calls reports whether somebody who gives a condition this name means the term.
func (w term) calls(name string) bool {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	for n := range strings.FieldsSeq(w.names) {
		if strings.TrimPrefix(plain, "not") == n {
			return true
		}
	}
	return false
}

// condition reads one condition, with the term that its number stands for.
func (d *dialect) condition(c jsonFormatCondition) (FormatCondition, term, error) {
	switch c.Implementation {
	case "ReleaseTitleSpecification":
		return FormatCondition{Kind: "name", Value: c.Fields["value"].text}, term{}, c.patterned()
	case "ReleaseGroupSpecification":
		return FormatCondition{Kind: "group", Value: c.Fields["value"].text}, term{}, c.patterned()
	case "EditionSpecification":
		if d.app != appRadarr {
			break
		}
		return FormatCondition{Kind: "edition", Value: c.Fields["value"].text}, term{}, c.patterned()
	case "ResolutionSpecification":
		return c.numbered("resolution", resolutionTerms())
	case "SourceSpecification":
		return c.numbered("source", d.sources)
	case "IndexerFlagSpecification":
		return c.numbered("indexer", d.flags)
	case "LanguageSpecification":
		x, w, err := c.numbered("language", d.languages)
		if c.Fields["exceptLanguage"].text == "true" {
			x.Value = languageOther + x.Value
		}
		return x, w, err
	case "QualityModifierSpecification":
		if d.modifiers != nil {
			return c.numbered("modifier", d.modifiers)
		}
	case "ReleaseTypeSpecification":
		if d.types != nil {
			return c.numbered("type", d.types)
		}
	case "SizeSpecification":
		return c.sized()
	case "YearSpecification":
		if d.app == appRadarr {
			return FormatCondition{Kind: "year", Value: c.Fields["min"].text + "-" + c.Fields["max"].text}, term{}, nil
		}
	}
	return FormatCondition{}, term{}, fmt.Errorf("there is no condition %q", c.Implementation)
}

// patterned checks that a condition has a pattern.
func (c *jsonFormatCondition) patterned() error {
	if c.Fields["value"].text == "" {
		return fmt.Errorf("it has no pattern")
	}
	return nil
}

func (c *jsonFormatCondition) numbered(kind string, terms map[int]term) (FormatCondition, term, error) {
	text := c.Fields["value"].text
	n, err := strconv.Atoi(text)
	w, ok := terms[n]
	if err != nil || !ok {
		return FormatCondition{}, term{}, fmt.Errorf("%q is not the number of a %s", text, kind)
	}
	return FormatCondition{Kind: kind, Value: w.ours}, w, nil
}

// sized reads bounds in GiB.
func (c *jsonFormatCondition) sized() (FormatCondition, term, error) {
	out := FormatCondition{Kind: "size"}
	for name, to := range map[string]*int64{"min": &out.Min, "max": &out.Max} {
		text := c.Fields[name].text
		if text == "" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n >= 0 && n < 1e6) {
			return out, term{}, fmt.Errorf("%q is not a size", text)
		}
		*to = int64(n * (1 << 30))
	}
	return out, term{}, nil
}
