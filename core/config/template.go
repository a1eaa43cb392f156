package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Template makes a path of the library from what is known of a title: "movies/{title} ({year})". A field stands in
// braces and may have a width, "{season:02}"; "{{" and "}}" are braces. Brackets of any kind around nothing but fields
// that are unknown are left out with them: without a year, "{title} ({year})" gives the title alone.
//
// The zero Template gives "".
type Template struct {
	source string
	parts  []templatePart
}

type templatePart struct {
	text  string // literal, where field is empty
	field string
	width int // of a number, filled with zeros
}

// TemplateError says what is wrong at which byte of a template.
type TemplateError struct {
	Offset int
	Length int
	Text   string
}

func (e *TemplateError) Error() string { return e.Text }

// maxComponent is the longest name that [Template.Execute] makes, in bytes. It leaves room for an extension and a
// number below the 255 that file systems take.
const maxComponent = 235

// ParseTemplate reads a template that may use the given fields.
func ParseTemplate(s string, fields []string) (Template, error) {
	t := Template{source: s}
	literal := strings.Builder{}
	flush := func() {
		if literal.Len() > 0 {
			t.parts = append(t.parts, templatePart{text: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			literal.WriteByte(s[i])
			i += 2
		case s[i] == '}':
			return Template{}, &TemplateError{i, 1, "This brace closes nothing. Write }} for a brace."}
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return Template{}, &TemplateError{i, 1, "This brace is not closed. Write {{ for a brace."}
			}
			part, err := parseField(s[i+1:i+end], i+1, fields)
			if err != nil {
				return Template{}, err
			}
			flush()
			t.parts = append(t.parts, part)
			i += end + 1
		default:
			literal.WriteByte(s[i])
			i++
		}
	}
	flush()
	return t, nil
}

// numeric are the fields that can have a width.
var numeric = []string{"year", "season", "episode", "absolute"}

func parseField(s string, at int, fields []string) (templatePart, error) {
	name, format, formatted := strings.Cut(s, ":")
	if !slices.Contains(fields, name) {
		return templatePart{}, &TemplateError{at, len(name), fmt.Sprintf("There is no field {%s} here.%s", name, hint(name, fields))}
	}
	part := templatePart{field: name}
	if !formatted {
		return part, nil
	}
	width, err := strconv.ParseUint(format, 10, 8)
	if err != nil || width < 1 || width > 9 || !slices.Contains(numeric, name) {
		return templatePart{}, &TemplateError{at + len(name) + 1, len(format),
			"A number can have a width from 1 to 9, filled with zeros as in {season:02}; nothing else can have one."}
	}
	part.width = int(width)
	return part, nil
}

// String is the template as it was written.
func (t Template) String() string { return t.source }

// IsZero reports whether there is no template.
func (t Template) IsZero() bool { return t.source == "" }

// MarshalText writes the template as it was written.
func (t Template) MarshalText() ([]byte, error) { return []byte(t.source), nil }

// Equal reports whether two templates are written alike.
func (t Template) Equal(o Template) bool { return t.source == o.source }

// Fields are the names that the template uses, in order.
func (t Template) Fields() []string {
	var names []string
	for _, p := range t.parts {
		if p.field != "" && !slices.Contains(names, p.field) {
			names = append(names, p.field)
		}
	}
	return names
}

// Execute fills the template in. Values are strings and ints; one that is missing, an empty string and the year 0 are
// unknown. Slashes of the template separate names; those of a value do not. Every name is one that a file system takes:
// never empty, no control or path character, no dot or space at an end, valid UTF-8, and at most 235 bytes long, for
// which the longest value in it is cut short.
func (t Template) Execute(values map[string]any) string {
	var out []string
	for _, parts := range t.components() {
		out = append(out, component(parts, values))
	}
	return strings.Join(out, "/")
}

// components splits the template at its slashes.
func (t Template) components() [][]templatePart {
	all := [][]templatePart{nil}
	for _, p := range t.parts {
		for i, text := range strings.Split(p.text, "/") {
			if i > 0 {
				all = append(all, nil)
			}
			if text != "" || p.field != "" {
				p.text = text
				all[len(all)-1] = append(all[len(all)-1], p)
			}
		}
	}
	return slices.DeleteFunc(all, func(parts []templatePart) bool { return len(parts) == 0 })
}

// component makes one name. While it is too long, the longest value gives way.
func component(parts []templatePart, values map[string]any) string {
	filled := map[string]string{}
	for _, p := range parts {
		if p.field != "" {
			filled[p.key()] = p.format(values[p.field])
		}
	}
	name := render(parts, filled)
	for len(name) > maxComponent {
		longest := ""
		for _, k := range sortedKeys(filled) {
			if longest == "" || len(filled[k]) > len(filled[longest]) {
				longest = k
			}
		}
		over := len(name) - maxComponent
		if longest == "" || len(filled[longest]) <= over {
			name = clip(name, maxComponent)
			break
		}
		filled[longest] = clip(filled[longest], len(filled[longest])-over)
		name = render(parts, filled)
	}
	if name = tidy(name); name == "" {
		return "_"
	}
	return name
}

func (p templatePart) key() string { return fmt.Sprintf("%s:%d", p.field, p.width) }

// format is a field's value, clean, or "" where it is unknown.
func (p templatePart) format(v any) string {
	switch v := v.(type) {
	case string:
		return clean(v)
	case int:
		if v == 0 && p.field == "year" {
			return ""
		}
		return fmt.Sprintf("%0*d", p.width, v)
	case nil:
		return ""
	default:
		return clean(fmt.Sprint(v))
	}
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// bracket is a bracket that has been opened: where, and what was seen in it.
type bracket struct {
	close         byte
	at            int
	fields, known int
}

// render puts the parts together and leaves out brackets whose fields are all unknown.
func render(parts []templatePart, filled map[string]string) string {
	var out []byte
	var open []bracket
	for _, p := range parts {
		if p.field != "" {
			v := filled[p.key()]
			for i := range open {
				open[i].fields++
				open[i].known += min(len(v), 1)
			}
			out = append(out, v...)
			continue
		}
		for i := range len(p.text) {
			out, open = literalByte(out, open, p.text[i])
		}
	}
	return tidy(string(out))
}

func literalByte(out []byte, open []bracket, c byte) ([]byte, []bracket) {
	if end, ok := closing[c]; ok {
		return append(out, c), append(open, bracket{close: end, at: len(out)})
	}
	if n := len(open) - 1; n >= 0 && open[n].close == c {
		if open[n].fields > 0 && open[n].known == 0 {
			return []byte(strings.TrimRight(string(out[:open[n].at]), " ")), open[:n]
		}
		open = open[:n]
	}
	return append(out, c), open
}

// clean makes a value fit for a name.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '/' || r == '\\' || r == '|':
			return '-'
		case r == ':':
			return '-'
		case r == '"':
			return '\''
		case strings.ContainsRune("*?<>", r), r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, ""), ": ", " - "))
	return strings.Join(strings.Fields(s), " ")
}

// tidy takes dots and spaces from the ends of a name: a leading dot would hide it, and other systems take no trailing one.
func tidy(s string) string { return strings.Trim(s, ". ") }

// clip cuts a text to at most n bytes, between two characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], ". ")
}
