package main

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/millrace-media/millrace/core/rank"
)

// Colours of marks, in turn, and of what rejects.
var colours = []string{"36", "33", "35", "32", "34"}

const red = "1;31"

// paint colours a text for a terminal.
func paint(colour, text string) string { return "\x1b[" + colour + "m" + text + "\x1b[0m" }

// coloured is a name with its marks in colours.
func coloured(name string, marks []rank.Mark) string {
	var b strings.Builder
	at := 0
	for i, m := range marks {
		b.WriteString(clean(name[at:m.Span.Lo]))
		colour := colours[i%len(colours)]
		if m.Veto {
			colour = red
		}
		b.WriteString(paint(colour, clean(name[m.Span.Lo:m.Span.Hi])))
		at = int(m.Span.Hi)
	}
	b.WriteString(clean(name[at:]))
	return b.String()
}

// underlined is two lines for below a name: carets under its marks, and their labels.
func underlined(name string, marks []rank.Mark) (carets, labels string) {
	for _, m := range marks {
		from := ansi.StringWidth(clean(name[:m.Span.Lo]))
		sign := "^"
		if m.Veto {
			sign = "!"
		}
		carets += strings.Repeat(" ", max(from-len(carets), 0)) + strings.Repeat(sign, ansi.StringWidth(clean(name[m.Span.Lo:m.Span.Hi])))
		if from >= len(labels) {
			labels += strings.Repeat(" ", from-len(labels)) + m.Label + " "
		}
	}
	return carets, strings.TrimRight(labels, " ")
}
