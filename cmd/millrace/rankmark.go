package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/millrace-media/millrace/core/rank"
	parsing "github.com/millrace-media/millrace/core/release"
)

// mark is a part of a name that something was read from.
type mark struct {
	span  parsing.Span
	label string // under a name without colours: its number in the list of what was read
	bad   bool   // a veto comes from it
}

// marksOf are the parts of a name from which something was read, or that decided, from left to right. Of what overlaps the
// first counts.
func marksOf(e rank.Explanation) []mark {
	var out []mark
	add := func(m mark) {
		if m.span.Empty() || int(m.span.Hi) > len(e.Name) {
			return
		}
		for i := range out {
			if out[i].span == m.span {
				out[i].bad = out[i].bad || m.bad
				return
			}
			if out[i].span.Lo < m.span.Hi && m.span.Lo < out[i].span.Hi {
				return
			}
		}
		out = append(out, m)
	}
	number := 0
	for _, f := range e.Read {
		if f.Span.Empty() {
			continue
		}
		before := len(out)
		add(mark{span: f.Span, label: strconv.Itoa(number + 1)})
		if len(out) > before {
			number++
		}
	}
	for _, r := range e.Reports {
		for _, reason := range r.Reasons {
			if reason.Veto {
				add(mark{span: reason.Span, label: "!", bad: true})
			}
		}
	}
	slices.SortFunc(out, func(a, b mark) int { return int(a.span.Lo) - int(b.span.Lo) })
	return out
}

// labelOf is the number under the part of the name that a fact was read from.
func labelOf(marks []mark, s parsing.Span) string {
	for _, m := range marks {
		if m.span.Lo <= s.Lo && s.Hi <= m.span.Hi && !s.Empty() {
			return m.label
		}
	}
	return ""
}

// Colours of marks, in turn, and of what rejects.
var colours = []string{"36", "33", "35", "32", "34"}

const red = "1;31"

// paint colours a text for a terminal.
func paint(colour, text string) string { return "\x1b[" + colour + "m" + text + "\x1b[0m" }

// coloured is a name with its marks in colours.
func coloured(name string, marks []mark) string {
	var b strings.Builder
	at := 0
	for i, m := range marks {
		b.WriteString(clean(name[at:m.span.Lo]))
		colour := colours[i%len(colours)]
		if m.bad {
			colour = red
		}
		b.WriteString(paint(colour, clean(name[m.span.Lo:m.span.Hi])))
		at = int(m.span.Hi)
	}
	b.WriteString(clean(name[at:]))
	return b.String()
}

// underlined is two lines for below a name: carets under its marks, and their labels.
func underlined(name string, marks []mark) (carets, labels string) {
	for _, m := range marks {
		from := ansi.StringWidth(clean(name[:m.span.Lo]))
		sign := "^"
		if m.bad {
			sign = "!"
		}
		carets += strings.Repeat(" ", max(from-len(carets), 0)) + strings.Repeat(sign, ansi.StringWidth(clean(name[m.span.Lo:m.span.Hi])))
		if from >= len(labels) {
			labels += strings.Repeat(" ", from-len(labels)) + m.label + " "
		}
	}
	return carets, strings.TrimRight(labels, " ")
}
