package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

// rankPage is the page that explains names: one, or two side by side, or one before and after other settings. Everything
// that it shows hangs on its address.
type rankPage struct {
	Name, With, For, Size, WithSize, Set string // as they were typed
	Profile                              string
	Profiles                             []string // to choose from
	Item                                 int64    // what is wanted, rather than For
	Shown                                []explained
	First                                string // of two: the first thing that tells them apart
	Mistake                              string
	Session                              bool
	Version                              string
}

// explained is one name as the page shows it.
type explained struct {
	rank.Explanation
	rank.Report
	Title  string // "As it is"; empty for one alone
	Pieces []piece
	Facts  []fact
}

// piece is a part of a name, marked or not.
type piece struct {
	Text, What string
	Class      string // "": nothing was read there
}

// fact is something that was read, with the class of its mark.
type fact struct {
	What, Value, Class string
}

// markClasses is how many colours there are for marks.
const markClasses = 6

func (s *Server) rankPage(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), callWithin)
	defer cancel()
	q := r.URL.Query()
	p := rankPage{
		Name: strings.TrimSpace(q.Get("name")), With: strings.TrimSpace(q.Get("with")), For: strings.TrimSpace(q.Get("for")),
		Size: q.Get("size"), WithSize: q.Get("withsize"), Set: q.Get("set"), Profile: q.Get("profile"),
		Profiles: profileNames(s.o.Config()), Version: s.o.Version, Session: r.Context().Value(keyWho) == bySession,
	}
	status := http.StatusOK
	if err := p.load(ctx, s, q); err != nil {
		told := s.problem(ctx, err)
		status, p.Mistake = told.Status, cmp.Or(told.Detail, told.Title)
	}
	s.page(w, r, status, "rank.html", p)
}

func (p *rankPage) load(ctx context.Context, s *Server, q url.Values) error {
	target, err := wantedBy(q)
	if err != nil || p.Name == "" {
		return err
	}
	if target != nil {
		p.Item = target.Item
	}
	name, err := typed(p.Name, p.Size)
	if err != nil {
		return err
	}
	settings, err := typedSettings(p.Set)
	switch {
	case err != nil:
		return err
	case p.With != "":
		return p.compare(ctx, s, name, target)
	case len(settings) > 0:
		return p.try(ctx, s, name, target, settings)
	}
	order := ExplainOrder{RankName: name, For: target}
	if p.Profile != "" {
		order.Profiles = []string{p.Profile}
	}
	e, err := s.explainName(ctx, &explainInput{order})
	if err == nil {
		p.show("", e)
	}
	return err
}

func (p *rankPage) compare(ctx context.Context, s *Server, name RankName, target *RankTarget) error {
	with, err := typed(p.With, p.WithSize)
	if err != nil {
		return err
	}
	c, err := s.compareNames(ctx, &compareInput{CompareOrder{A: name, B: with, For: target, Profile: p.Profile}})
	if err != nil {
		return err
	}
	first := map[string]string{"a": "The first comes first. ", "b": "The second comes first. "}[c.First]
	p.First = first + c.Difference.Text
	p.show("The first", c.A)
	p.show("The second", c.B)
	return nil
}

func (p *rankPage) try(ctx context.Context, s *Server, name RankName, target *RankTarget, settings map[string]string) error {
	t, err := s.trySettings(ctx, &whatIfInput{WhatIfOrder{RankName: name, For: target, Profile: p.Profile, Settings: settings}})
	if err == nil {
		p.show("As it is", t.Before)
		p.show("With what is tried", t.After)
	}
	return err
}

func (p *rankPage) show(title string, e rank.Explanation) {
	x := explained{Explanation: e, Report: e.Reports[0], Title: title}
	marks, at := e.Marks(), 0
	for i, m := range marks {
		x.plain(e.Name[at:m.Span.Lo])
		x.Pieces = append(x.Pieces, piece{e.Name[m.Span.Lo:m.Span.Hi], m.What, markClass(i, m)})
		at = int(m.Span.Hi)
	}
	x.plain(e.Name[at:])
	for _, f := range e.Read {
		shown := fact{What: f.What, Value: f.Value}
		if m := rank.MarkOf(marks, f.Span); m != nil {
			shown.Class = markClass(slices.IndexFunc(marks, func(o rank.Mark) bool { return o.Span == m.Span }), *m)
		}
		x.Facts = append(x.Facts, shown)
	}
	p.Shown = append(p.Shown, x)
	p.Profile = cmp.Or(p.Profile, x.Profile)
}

func (x *explained) plain(text string) {
	if text != "" {
		x.Pieces = append(x.Pieces, piece{Text: text})
	}
}

func markClass(i int, m rank.Mark) string {
	if m.Veto {
		return "veto"
	}
	return "m" + strconv.Itoa(i%markClasses)
}

// worth reports whether a reason is points for what it names, about which its sentence says nothing more.
func worth(r rank.Placed) bool {
	return !r.Veto && r.Delta != 0 && (r.Code == rank.CodeQuality || r.Code == rank.CodePrefer)
}

// typed reads a name and its size, which may be unknown.
func typed(name, size string) (RankName, error) {
	n := RankName{Name: name}
	if len(name) > 1000 {
		return n, invalid("the name has more than 1000 bytes")
	}
	if size = strings.TrimSpace(size); size == "" {
		return n, nil
	}
	bytes, err := sdk.ParseSize(size)
	if err != nil {
		return n, &sdk.Error{Kind: sdk.Invalid, Attribute: "size", Message: err.Error()}
	}
	n.Size = int64(bytes)
	return n, nil
}

// typedSettings reads settings to try, one a line, as "max_size = 4GiB".
func typedSettings(text string) (map[string]string, error) {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		path, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "settings", Message: quote(line) + " is no setting: write it as max_size = 4GiB"}
		}
		out[strings.TrimSpace(path)] = strings.TrimSpace(value)
	}
	if len(out) > 32 {
		return nil, invalid("there are more than 32 settings to try")
	}
	return out, nil
}

var (
	typedEpisode = regexp.MustCompile(`(?i)^(.+?)\s+S(\d{1,4})(?:E(\d{1,5}))?$`)
	typedYear    = regexp.MustCompile(`^(.+?)\s*\(((?:18|19|20|21)\d\d)\)$`)
)

// wantedBy reads what is wanted: an item, an id, or a name with its year and the numbers of season and episode.
func wantedBy(q url.Values) (*RankTarget, error) {
	text := strings.TrimSpace(q.Get("for"))
	if item := q.Get("item"); item != "" && text == "" {
		text = item
	}
	if text == "" {
		return nil, nil // nothing is wanted
	}
	if len(text) > 300 {
		return nil, invalid("what is wanted has more than 300 bytes")
	}
	t := &RankTarget{}
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		t.Item = id
		return t, nil
	}
	if m := typedEpisode.FindStringSubmatch(text); m != nil {
		text = m[1]
		t.Season = digitsOf(m[2])
		t.Episode = digitsOf(m[3])
	}
	if _, err := parseID(text); err == nil {
		t.ID = text
		return t, nil
	}
	t.Name = text
	if m := typedYear.FindStringSubmatch(text); m != nil {
		year := digitsOf(m[2])
		if year == nil {
			return nil, errors.New("a year of digits is no number")
		}
		t.Name, t.Year = m[1], *year
	}
	return t, nil
}

// digitsOf is the number that digits stand for, nil where there are none.
func digitsOf(s string) *int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return nil
	}
	return &n
}
