package rank

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Note says what an imported setting does not become here, or becomes otherwise than it was.
type Note struct {
	Code    NoteCode `json:"code"`
	Setting string   `json:"setting,omitempty"` // in the imported JSON: "options.title_similarity"
	Text    string   `json:"text"`              // a sentence for people
}

// NoteCode names a kind of note. Codes are stable.
type NoteCode string

// Import turns settings of another program into a profile of ours, as it stands in a configuration file. It takes the
// settings of RTN (also inside those of riven), and custom formats of Sonarr and Radarr, one or a list. What it gives compiles.
func Import(src []byte) (hcl string, notes []Note, err error) {
	p, notes, err := importProfile(src)
	if err != nil {
		return "", nil, err
	}
	if _, err := p.Compile(); err != nil {
		return "", nil, fmt.Errorf("the settings do not make a profile: %w", err)
	}
	return p.HCL(), notes, nil
}

// maxImport bounds what is imported, in bytes.
const maxImport = 4 << 20

func importProfile(src []byte) (Profile, []Note, error) {
	if len(src) > maxImport {
		return Profile{}, nil, fmt.Errorf("this is larger than %d bytes", maxImport)
	}
	src = bytes.TrimSpace(bytes.TrimPrefix(src, []byte("\ufeff")))
	if bytes.HasPrefix(src, []byte("[")) {
		var list []jsonFormat
		if err := json.Unmarshal(src, &list); err != nil {
			return Profile{}, nil, errors.New(jsonFault(src, err))
		}
		return importFormats(list)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(src, &keys); err != nil {
		return Profile{}, nil, errors.New(jsonFault(src, err))
	}
	switch {
	case keys["specifications"] != nil:
		var f jsonFormat
		if err := json.Unmarshal(src, &f); err != nil {
			return Profile{}, nil, errors.New(jsonFault(src, err))
		}
		return importFormats([]jsonFormat{f})
	case keys["ranking"] != nil && keys["custom_ranks"] == nil:
		return importProfile(keys["ranking"])
	case keys["custom_ranks"] != nil || keys["resolutions"] != nil && keys["options"] != nil:
		return importRTN(src)
	case keys["formatItems"] != nil:
		return Profile{}, nil, errors.New("a quality profile names its formats without their conditions: import the formats, as the list that the program exports")
	}
	return Profile{}, nil, errors.New("these are neither settings of RTN nor custom formats of Sonarr or Radarr")
}

// Codes of notes about custom formats.
const (
	NoteNoScore   NoteCode = "FORMAT_NO_SCORE"
	NoteNeverTrue NoteCode = "FORMAT_NEVER_TRUE"
)

// importFormats makes a profile of formats, which are all from one program.
func importFormats(list []jsonFormat) (Profile, []Note, error) {
	p := Profile{Name: "imported", Base: "balanced"}
	var notes []Note
	var all []jsonFormatCondition
	for _, f := range list {
		if len(f.Specifications) == 0 {
			return p, nil, fmt.Errorf("%q is not a custom format: it has no specifications", f.Name)
		}
		all = append(all, f.Specifications...)
	}
	_, conditions, err := readConditions("", all)
	if err != nil {
		return p, nil, err
	}
	names := labels{}
	for _, f := range list {
		out := Format{Name: names.label(f.Name), Conditions: conditions[:len(f.Specifications)]}
		conditions = conditions[len(f.Specifications):]
		inner := labels{}
		for i := range out.Conditions {
			c := &out.Conditions[i]
			if property, ok := indexerFlags()[c.Value]; c.Kind == "indexer" && ok && property == "" {
				notes = append(notes, Note{NoteNeverTrue, f.Name + ": " + c.Name, fmt.Sprintf("No scraper tells here whether a release is %q, so the condition never holds.", c.Value)})
			}
			c.Name = inner.label(c.Name)
		}
		var ok bool
		if out.Score, ok = f.score("default"); !ok {
			notes = append(notes, Note{NoteNoScore, f.Name, "The format tells no score: it has 0 until you write one."})
		}
		p.Formats = append(p.Formats, out)
	}
	return p, notes, nil
}

// labels makes names of blocks, each of which it gives once.
type labels map[string]bool

// label is a name in small letters, digits and single dashes.
func (l labels) label(name string) string {
	const most = 56 // leaves room for a number
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case b.Len() >= most:
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	base := strings.Trim(b.String(), "-")
	if base == "" {
		base = "x"
	}
	out := base
	for n := 2; l[out]; n++ {
		out = fmt.Sprintf("%s-%d", base, n)
	}
	l[out] = true
	return out
}
