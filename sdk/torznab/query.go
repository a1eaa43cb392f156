package torznab

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// maxNames bounds how many names of a title are searched for.
const maxNames = 3

// Query is one question to an indexer. A field that is empty, or negative for Season and Episode, is not sent.
type Query struct {
	Function   string
	Text       string
	IMDb       string // with or without its prefix; sent without
	TMDB       string
	TVDB       string
	Season     int
	Episode    int
	Year       int
	Categories []int
	Offset     int
	Limit      int
}

// Values are the parameters of the request, the key aside.
func (q Query) Values() url.Values {
	v := url.Values{"t": {q.Function}, "extended": {"1"}}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	positive := func(name string, n int) {
		if n > 0 {
			v.Set(name, strconv.Itoa(n))
		}
	}
	set("q", q.Text)
	set("imdbid", strings.TrimPrefix(q.IMDb, "tt"))
	set("tmdbid", q.TMDB)
	set("tvdbid", q.TVDB)
	if q.Season >= 0 {
		v.Set("season", strconv.Itoa(q.Season))
	}
	if q.Episode >= 0 {
		v.Set("ep", strconv.Itoa(q.Episode))
	}
	positive("year", q.Year)
	var cats []string
	for _, c := range q.Categories {
		cats = append(cats, strconv.Itoa(c))
	}
	set("cat", strings.Join(cats, ","))
	positive("offset", q.Offset)
	positive("limit", q.Limit)
	return v
}

// Plan is what to ask for a title: Exact by an id, Text by name where ids are unknown to the indexer or lead nowhere.
// Queries of one list go together, as an episode and the pack of its season do.
type Plan struct {
	Exact []Query
	Text  []Query
}

// Plan decides how an indexer with these abilities is asked for a title, within categories (nil: all of the title's kind).
// An indexer that has nothing of the kind is not asked.
func (c Caps) Plan(q sdk.Query, categories []int) Plan {
	top, f, function := CategoryMovies, c.Movie, FunctionMovie
	if q.Kind == sdk.Show {
		top, f, function = CategoryTV, c.TV, FunctionTV
	}
	cats := c.choose(top, categories)
	if cats != nil && len(cats) == 0 {
		return Plan{}
	}
	p := planner{q: q, caps: c, f: f, template: Query{Function: function, Season: -1, Episode: -1, Categories: cats}}
	return Plan{Exact: p.exact(), Text: p.text()}
}

// choose is the categories to search: those of the user that are of the kind or the indexer's own, else what it has.
func (c Caps) choose(top int, users []int) []int {
	if len(users) == 0 {
		return c.Within(top)
	}
	chosen := []int{}
	for _, id := range users {
		if id >= top && id < top+1000 || id >= CategoryCustom {
			chosen = append(chosen, id)
		}
	}
	return chosen
}

type planner struct {
	q        sdk.Query
	caps     Caps
	f        Function
	template Query
}

// exact asks by the first id that both sides know.
func (p planner) exact() []Query {
	query := p.template
	order := []string{"imdb", "tmdb", "tvdb"}
	if p.q.Kind == sdk.Show {
		order = []string{"tvdb", "imdb", "tmdb"}
	}
	i := slices.IndexFunc(order, func(ns string) bool { return p.q.Value(ns) != "" && p.f.Supports(ns+"id") })
	if i < 0 || p.numbered() && !p.f.Supports("season") {
		return nil // without a season every episode of a long show would be an answer
	}
	id := p.q.Value(order[i])
	switch order[i] {
	case "imdb":
		query.IMDb = id
	case "tmdb":
		query.TMDB = id
	case "tvdb":
		query.TVDB = id
	}
	return append(p.numbers(query), p.absolute()...)
}

func (p planner) numbered() bool { return p.q.Kind == sdk.Show && p.q.Scope != sdk.ScopeTitle }

// numbers adds season and episode: an episode is asked for by itself and as part of its season.
func (p planner) numbers(query Query) []Query {
	if !p.numbered() {
		return []Query{query}
	}
	season := query
	season.Season = p.q.Season
	if p.q.Scope != sdk.ScopeEpisode || !p.f.Supports("ep") {
		return []Query{season}
	}
	episode := season
	episode.Episode = p.q.Episode
	return []Query{episode, season}
}

// text asks by name, with numbers as parameters where the indexer takes them, else as words.
func (p planner) text() []Query {
	var out []Query
	if !p.f.Supports("q") {
		p.f, p.template.Function = p.caps.Search, FunctionSearch
	}
	if !p.f.Supports("q") {
		return nil
	}
	for _, name := range p.names() {
		query := p.template
		query.Text = name
		switch {
		case p.numbered() && p.f.Supports("season"):
			out = append(out, p.numbers(query)...)
		case p.numbered():
			out = append(out, p.worded(query)...)
		case p.q.Kind == sdk.Movie && p.q.Year > 0 && p.f.Supports("year"):
			query.Year = p.q.Year
			out = append(out, query)
		case p.q.Kind == sdk.Movie && p.q.Year > 0:
			query.Text = fmt.Sprintf("%s %d", name, p.q.Year)
			out = append(out, query)
		default:
			out = append(out, query)
		}
	}
	return append(out, p.absolute()...)
}

func (p planner) worded(query Query) []Query {
	season := query
	season.Text = fmt.Sprintf("%s S%02d", query.Text, p.q.Season)
	if p.q.Scope != sdk.ScopeEpisode {
		return []Query{season}
	}
	episode := query
	episode.Text = fmt.Sprintf("%sE%02d", season.Text, p.q.Episode)
	return []Query{episode, season}
}

// absolute asks for an episode of anime by the number that its releases bear.
func (p planner) absolute() []Query {
	if !p.q.Anime || p.q.Absolute <= 0 || p.q.Scope != sdk.ScopeEpisode || !p.caps.Search.Supports("q") {
		return nil
	}
	var out []Query
	for _, name := range p.names() {
		query := p.template
		query.Function = FunctionSearch
		query.Text = fmt.Sprintf("%s %02d", name, p.q.Absolute)
		out = append(out, query)
	}
	return out
}

// names are the title's names as indexers match them: without punctuation, each once, the first few.
func (p planner) names() []string {
	var out []string
	for _, n := range p.q.Names {
		n = searchable(n)
		if n != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, n) }) {
			out = append(out, n)
		}
	}
	return out[:min(len(out), maxNames)]
}

// searchable drops what release names leave out: an apostrophe joins, other punctuation separates.
func searchable(name string) string {
	return clean(strings.Map(func(r rune) rune {
		switch r {
		case '\'', '’', '‘', '`', '´':
			return -1
		case ':', ';', ',', '.', '!', '?', '"', '“', '”', '(', ')', '[', ']', '{', '}', '/', '\\', '|', '*', '~', '–', '—', '…', '_':
			return ' '
		}
		return r
	}, strings.ReplaceAll(name, "&", "and")))
}
