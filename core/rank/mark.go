package rank

import (
	"slices"
	"strconv"

	"github.com/millrace-media/millrace/core/release"
)

// Mark is a part of a name from which something was read, or that decided.
type Mark struct {
	Span  release.Span
	Label string // the number of what was read there, from 1 in the order of the facts; "!" of what was not read and yet decided
	What  string // was read there: "season 1, episode 2"
	Veto  bool   // it speaks against the name
}

// Marks are the parts of the name that mean something, from left to right. They do not overlap.
func (e *Explanation) Marks() []Mark {
	m := marks{bytes: len(e.Name)}
	for _, f := range e.Read {
		m.add(Mark{Span: f.Span, Label: strconv.Itoa(len(m.list) + 1), What: f.What + " " + f.Value})
	}
	for _, r := range e.Reports {
		for _, x := range r.Reasons {
			if x.Veto {
				m.add(Mark{Span: x.Span, Label: "!", What: x.Text, Veto: true})
			}
		}
	}
	slices.SortFunc(m.list, func(a, b Mark) int { return int(a.Span.Lo) - int(b.Span.Lo) })
	return m.list
}

type marks struct {
	bytes int
	list  []Mark
}

// add adds a mark, or what it says to the one that is there. Of those that overlap otherwise the first stays.
func (m *marks) add(x Mark) {
	if x.Span.Empty() || int(x.Span.Hi) > m.bytes {
		return
	}
	for i := range m.list {
		o := &m.list[i]
		switch {
		case o.Span == x.Span:
			o.What += ", " + x.What
			o.Veto = o.Veto || x.Veto
			return
		case o.Span.Lo < x.Span.Hi && x.Span.Lo < o.Span.Hi:
			o.Veto = o.Veto || x.Veto
			return
		}
	}
	m.list = append(m.list, x)
}

// MarkOf is the mark that a part of the name belongs to; nil if none.
func MarkOf(list []Mark, s release.Span) *Mark {
	for i := range list {
		if m := &list[i]; !s.Empty() && m.Span.Lo <= s.Lo && s.Hi <= m.Span.Hi {
			return m
		}
	}
	return nil
}
