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

// add adds a mark, or what it says to one that is there and holds it or is held by it. Of those that overlap otherwise the
// first stays.
func (m *marks) add(x Mark) {
	if x.Span.Empty() || int(x.Span.Hi) > m.bytes {
		return
	}
	others := 0
	var o *Mark
	for i := range m.list {
		if l := &m.list[i]; l.Span.Lo < x.Span.Hi && x.Span.Lo < l.Span.Hi {
			o = l
			others++
		}
	}
	switch {
	case others == 0:
		m.list = append(m.list, x)
	case others > 1:
	case within(x.Span, o.Span), within(o.Span, x.Span):
		o.Span = release.Span{Lo: min(o.Span.Lo, x.Span.Lo), Hi: max(o.Span.Hi, x.Span.Hi)}
		o.What += ", " + x.What
		o.Veto = o.Veto || x.Veto
	default:
		o.Veto = o.Veto || x.Veto
	}
}

// within reports whether one span lies in another.
func within(s, in release.Span) bool { return in.Lo <= s.Lo && s.Hi <= in.Hi }

// MarkOf is the mark that a part of the name belongs to; nil if none.
func MarkOf(list []Mark, s release.Span) *Mark {
	for i := range list {
		if m := &list[i]; !s.Empty() && within(s, m.Span) {
			return m
		}
	}
	return nil
}
