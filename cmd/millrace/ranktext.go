package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

func (p *program) showExplanation(e rank.Explanation) error {
	if err := p.showName("", e); err != nil {
		return err
	}
	for _, r := range e.Reports {
		fmt.Fprintln(p.out)
		if err := p.showReport(e, r); err != nil {
			return err
		}
	}
	return nil
}

// showName shows a name with what was read from it.
func (p *program) showName(heading string, e rank.Explanation) error {
	marks := e.Marks()
	if p.colour {
		fmt.Fprintln(p.out, heading+coloured(e.Name, marks))
	} else {
		pad := strings.Repeat(" ", len(heading))
		carets, labels := underlined(e.Name, marks)
		fmt.Fprintf(p.out, "%s%s\n%s%s\n%s%s\n", heading, clean(e.Name), pad, carets, pad, labels)
	}
	t := newTable("", "READ", "VALUE", "FROM")
	for _, f := range e.Read {
		label := ""
		if m := rank.MarkOf(marks, f.Span); m != nil && !p.colour {
			label = m.Label
		}
		t.add(label, f.What, f.Value, e.Name[f.Span.Lo:f.Span.Hi])
	}
	fmt.Fprintln(p.out)
	if err := t.write(p.out); err != nil {
		return err
	}
	about := []string{}
	if e.For != "" {
		about = append(about, "wanted: "+clean(e.For))
	}
	if e.Size > 0 {
		about = append(about, "size: "+sdk.Size(e.Size).String())
	}
	if len(about) > 0 {
		fmt.Fprintf(p.out, "\n%s\n", strings.Join(about, ", "))
	}
	return nil
}

// verdicts say what becomes of a name.
var verdicts = map[string]string{"accept": "taken", "unsure": "taken if its files bear it out", "reject": "rejected"}

// judged is a report in a line.
func (p *program) judged(r rank.Report) string {
	text := cmp.Or(verdicts[r.Verdict], r.Verdict)
	if p.colour {
		colour := "1;32"
		if r.Verdict == "reject" {
			colour = red
		}
		text = paint(colour, text)
	}
	if r.Tier > 0 {
		text += fmt.Sprintf(", tier %d", r.Tier)
	}
	return fmt.Sprintf("%s, %s. %s", text, count(r.Score, "point"), r.Text)
}

func (p *program) showReport(e rank.Explanation, r rank.Report) error {
	fmt.Fprintf(p.out, "Profile %s: %s\n\n", clean(r.Profile), p.judged(r))
	t := newTable("POINTS", "WHY", "WHAT", "FROM", "SETTING", "WRITTEN AT")
	for _, x := range r.Reasons {
		t.add(pointsOf(x.Reason), reasonText(x), whatText(x.Reason), e.Name[x.Span.Lo:x.Span.Hi], x.Setting, p.shortPlace(x.Place))
	}
	if len(r.Reasons) == 0 {
		fmt.Fprintln(p.out, "Nothing speaks for it or against it.")
	} else if err := t.write(p.out); err != nil {
		return err
	}
	if r.Verdict != "reject" {
		return nil
	}
	fmt.Fprintln(p.out)
	if len(r.Changes) == 0 {
		fmt.Fprintln(p.out, "No change of the profile would admit it.")
		return nil
	}
	fmt.Fprintln(p.out, "It would be admitted by:")
	for _, ch := range r.Changes {
		fmt.Fprintf(p.out, "  %s\n", clean(ch.Text))
	}
	return nil
}

func pointsOf(r rank.Reason) string {
	switch {
	case r.Veto:
		return "veto"
	case r.Delta != 0:
		return fmt.Sprintf("%+d", r.Delta)
	}
	return "ok"
}

// reasonText is why a reason is one. The sentence of points says nothing that their setting does not.
func reasonText(r rank.Placed) string {
	if r.Delta != 0 && !r.Veto && (r.Code == rank.CodeQuality || r.Code == rank.CodePrefer) {
		return ""
	}
	return r.Text
}

func whatText(r rank.Reason) string {
	switch {
	case r.Want != "" && r.Got != "":
		return fmt.Sprintf("%s (wanted: %s)", r.Got, r.Want)
	case r.Want != "":
		return "wanted: " + r.Want
	}
	return r.Got
}

// shortPlace leaves out the folder of the configuration that the command line names.
func (p *program) shortPlace(place string) string {
	if i := strings.LastIndexByte(place, '/'); i >= 0 && strings.Contains(place[i:], ":") {
		return place[i+1:]
	}
	return place
}

func (p *program) showComparison(c rank.Comparison) error {
	if err := p.showName("A: ", c.A); err != nil {
		return err
	}
	fmt.Fprintln(p.out)
	if err := p.showName("B: ", c.B); err != nil {
		return err
	}
	a, b := c.A.Reports[0], c.B.Reports[0]
	fmt.Fprintf(p.out, "\nProfile %s\n  A: %s\n  B: %s\n\n", clean(a.Profile), p.judged(a), p.judged(b))
	t := newTable("A", "B", "WHAT", "SETTING", "WRITTEN AT")
	type key struct {
		code          rank.Code
		setting, what string
	}
	rows := map[key][2]string{}
	var order []key
	places := map[string]string{}
	for side, r := range []rank.Report{a, b} {
		for _, x := range r.Reasons {
			k := key{x.Code, x.Setting, cmp.Or(whatText(x.Reason), x.Text)}
			if _, ok := rows[k]; !ok {
				order = append(order, k)
			}
			row := rows[k]
			row[side] = pointsOf(x.Reason)
			rows[k], places[x.Setting] = row, x.Place
		}
	}
	slices.SortStableFunc(order, func(x, y key) int { return cmp.Compare(rowWeight(rows[x]), rowWeight(rows[y])) })
	for _, k := range order {
		t.add(rows[k][0], rows[k][1], k.what, k.setting, p.shortPlace(places[k.setting]))
	}
	if err := t.write(p.out); err != nil {
		return err
	}
	first := map[string]string{"a": "A comes first. ", "b": "B comes first. "}[c.First]
	fmt.Fprintf(p.out, "\n%s%s\n", first, clean(c.Difference.Text))
	return nil
}

// rowWeight puts what both have in common behind what tells them apart.
func rowWeight(row [2]string) int {
	if row[0] == row[1] {
		return 1
	}
	return 0
}

func (p *program) showTrial(t rank.Trial) error {
	if err := p.showName("", t.Before); err != nil {
		return err
	}
	for _, x := range []struct {
		when string
		of   rank.Explanation
	}{{"As it is", t.Before}, {"With what is tried", t.After}} {
		fmt.Fprintf(p.out, "\n%s. ", x.when)
		if err := p.showReport(x.of, x.of.Reports[0]); err != nil {
			return err
		}
	}
	return nil
}
