package search

import (
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Wanted describes an item of a title to the matcher. Rivals are other titles that are called the same.
func Wanted(t sdk.Title, it library.Item, rivals ...sdk.Title) *rank.Wanted {
	w := &rank.Wanted{
		Kind: rank.Kind(it.Kind), Titles: unnamed(t), Names: named(t), Year: t.Year, YearEnd: t.EndYear, Country: t.Country,
		Runtime: int(t.Runtime.Minutes()), Anime: t.Anime, Language: t.Language, Rivals: Rivals(t, rivals),
	}
	if t.Kind == sdk.Movie {
		return w
	}
	w.Season, w.Episode = it.Season, it.Episode
	w.Parts = it.Kind == library.KindSeason
	for _, e := range t.Episodes {
		if e.Season < 0 || e.Season > lastSeason {
			continue
		}
		for len(w.SeasonLengths) <= e.Season {
			w.SeasonLengths = append(w.SeasonLengths, 0)
		}
		w.SeasonLengths[e.Season] = max(w.SeasonLengths[e.Season], e.Number)
		addEpisode(w, t, e, it)
	}
	return w
}

// Rivals describes to the matcher those of some titles of the same name that can be told from a title.
func Rivals(t sdk.Title, others []sdk.Title) []rank.Rival {
	var out []rank.Rival
	for _, o := range others {
		if distinct(t, o) {
			out = append(out, rank.Rival{
				Titles: names(o), Year: o.Year, YearEnd: o.EndYear, Country: o.Country, Movie: o.Kind == sdk.Movie,
			})
		}
	}
	return out
}

// lastSeason is the greatest number that a season has: shows that air daily count by year.
const lastSeason = 9999

func names(t sdk.Title) []string {
	ns := []string{t.Name}
	if t.Original != "" {
		ns = append(ns, t.Original)
	}
	for _, a := range t.Aliases {
		ns = append(ns, a.Name)
	}
	return ns
}

// distinct reports whether a title of the same name can be told from another. One of which nothing is known cannot, and one of
// the same year is most likely the same, known by other ids.
func distinct(t, o sdk.Title) bool {
	same := o.Kind == t.Kind && o.Year == t.Year && (o.Country == t.Country || o.Country == "" || t.Country == "")
	return o.Year != 0 && !same
}

// unnamed are the names of which the language is not told, the title's own first.
func unnamed(t sdk.Title) []string {
	ns := []string{t.Name}
	if t.Original != "" && t.Language == "" {
		ns = append(ns, t.Original)
	}
	for _, a := range t.Aliases {
		if a.Language == "" {
			ns = append(ns, a.Name)
		}
	}
	return ns
}

// named are the names of which the language is told.
func named(t sdk.Title) []rank.Name {
	var ns []rank.Name
	if t.Original != "" && t.Language != "" {
		ns = append(ns, rank.Name{Text: t.Original, Language: t.Language})
	}
	for _, a := range t.Aliases {
		if a.Language != "" {
			ns = append(ns, rank.Name{Text: a.Name, Language: a.Language})
		}
	}
	return ns
}

// addEpisode adds what is known of an episode that the item is, or holds.
func addEpisode(w *rank.Wanted, t sdk.Title, e sdk.Episode, it library.Item) {
	whole := it.Kind == library.KindShow || it.Kind == library.KindSeason && e.Season == it.Season
	if e.Name != "" && whole {
		w.EpisodeTitles = append(w.EpisodeTitles, e.Name)
	}
	if it.Kind != library.KindEpisode || e.Season != it.Season || e.Number != it.Episode {
		return
	}
	w.Absolute = e.Absolute
	if e.Runtime > 0 {
		w.Runtime = int(e.Runtime.Minutes())
	}
	if e.Name != "" {
		w.EpisodeTitles = []string{e.Name}
	}
	if !e.AirTime.IsZero() {
		w.AirDates, w.Daily = airDates(t, e), daily(t, e)
	}
}

// Query asks scrapers for an item of a title.
func Query(t sdk.Title, it library.Item) sdk.Query {
	q := sdk.Query{IDs: t.IDs, Kind: t.Kind, Scope: sdk.ScopeTitle, Names: searchNames(t), Year: t.Year, Anime: t.Anime}
	switch it.Kind {
	case library.KindSeason:
		q.Scope, q.Season = sdk.ScopeSeason, it.Season
	case library.KindEpisode:
		q.Scope, q.Season, q.Episode = sdk.ScopeEpisode, it.Season, it.Episode
		for _, e := range t.Episodes {
			if e.Season == it.Season && e.Number == it.Episode {
				q.Absolute, q.AirDate = e.Absolute, e.AirTime
			}
		}
	}
	return q
}

// maxNames is how many names of a title a scraper is asked for: each costs it a request.
const maxNames = 3

// searchNames are the names worth asking for: the title's own, then those that differ in more than spelling.
func searchNames(t sdk.Title) []string {
	seen := map[string]bool{}
	var ns []string
	for _, n := range names(t) {
		if k := release.Key(n); k != "" && !seen[k] && len(ns) < maxNames {
			seen[k] = true
			ns = append(ns, n)
		}
	}
	return ns
}

// Found reads and matches a release for storing: which parts of the title it covers, whichever of them is wanted.
func Found(t db.Title, r sdk.Release) db.Found {
	parsed := release.Parse(r.Name)
	return found(t.ID, Whole(t.Title, nil), r, &parsed)
}

// Whole prepares all of a title for many comparisons, with what is called the same.
func Whole(t sdk.Title, rivals []rank.Rival) *rank.Target {
	kind := library.KindMovie
	if t.Kind == sdk.Show {
		kind = library.KindShow
	}
	w := Wanted(t, library.Item{Kind: kind})
	w.Rivals = rivals
	return rank.NewTarget(*w)
}

// Covers tells which parts of a title a release holds, none if it is of another, and how it matches.
func Covers(all *rank.Target, parsed *release.Release) ([]db.Cover, string) {
	m := all.Match(parsed)
	if m.Code == rank.CodePartly || m.State == rank.No && len(m.Covers.Seasons) > 0 {
		m.State = rank.Yes // of the show: a part of it, which is too little for all of it
	}
	if m.State == rank.No {
		return nil, m.State.String()
	}
	return covers(m.Covers), m.State.String()
}

func found(title int64, all *rank.Target, r sdk.Release, parsed *release.Release) db.Found {
	f := db.Found{Release: r, Parsed: parsed.AppendBinary(nil), Parser: int(release.Version)}
	if f.Covers, f.Verdict = Covers(all, parsed); len(f.Covers) > 0 {
		f.Title = title
	}
	return f
}

// covers says which episodes a release holds. Numbers counted over all seasons are kept as the whole title: which
// episodes they are is settled against what is wanted.
func covers(c rank.Coverage) []db.Cover {
	if c.Movie || c.All || c.Absolute || len(c.Seasons) == 0 {
		return []db.Cover{{Season: db.WholeTitle}}
	}
	var cs []db.Cover
	for _, s := range c.Seasons {
		for n := int(s.Lo); n <= int(s.Hi); n++ {
			if len(c.Episodes) == 0 {
				cs = append(cs, db.Cover{Season: n})
			}
			for _, e := range c.Episodes {
				cs = append(cs, db.Cover{Season: n, First: int(e.Lo), Last: int(e.Hi)})
			}
		}
	}
	return cs
}
