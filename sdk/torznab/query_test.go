package torznab_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/torznab"
)

var full = torznab.Caps{
	Search: torznab.Function{Available: true, Params: []string{"q"}},
	TV:     torznab.Function{Available: true, Params: []string{"q", "season", "ep", "imdbid", "tvdbid"}},
	Movie:  torznab.Function{Available: true, Params: []string{"q", "imdbid", "tmdbid", "year"}},
	Categories: []torznab.Category{
		{ID: 2000, Subs: []torznab.Category{{ID: 2040}}}, {ID: 5000, Subs: []torznab.Category{{ID: 5040}, {ID: 5070}}}, {ID: 100001},
	},
}

func TestPlan(t *testing.T) {
	t.Parallel()
	film := sdk.Query{IDs: sdk.IDs{IMDb: "tt0012345", TMDB: "42"}, Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Film: A Tale", "FILM A TALE", "Le Film"}, Year: 2008}
	episode := sdk.Query{
		IDs: sdk.IDs{IMDb: "tt0054321", TVDB: "77"}, Kind: sdk.Show, Scope: sdk.ScopeEpisode, Names: []string{"Bob's Show"}, Season: 2, Episode: 3,
	}
	season := episode
	season.Scope, season.Episode = sdk.ScopeSeason, 0
	anime := episode
	anime.Anime, anime.Absolute = true, 7
	special := episode
	special.Season = 0
	words := torznab.DefaultCaps()
	words.TV.Available = false
	onlyFilms := full
	onlyFilms.Categories = []torznab.Category{{ID: 2040}}

	type sent struct{ Exact, Text []string }
	tests := map[string]struct {
		caps       torznab.Caps
		query      sdk.Query
		categories []int
		want       sent
	}{
		"asks for a film by id, then by each of its names": {full, film, nil, sent{
			[]string{"cat=2000&extended=1&imdbid=0012345&t=movie"},
			[]string{"cat=2000&extended=1&q=Film+A+Tale&t=movie&year=2008", "cat=2000&extended=1&q=Le+Film&t=movie&year=2008"},
		}},
		"adds the year to the words where it is no parameter": {torznab.DefaultCaps(), film, nil, sent{
			nil, []string{"cat=2000&extended=1&q=Film+A+Tale+2008&t=movie", "cat=2000&extended=1&q=Le+Film+2008&t=movie"},
		}},
		"asks for an episode and for the pack of its season": {full, episode, nil, sent{
			[]string{"cat=5000&ep=3&extended=1&season=2&t=tvsearch&tvdbid=77", "cat=5000&extended=1&season=2&t=tvsearch&tvdbid=77"},
			[]string{"cat=5000&ep=3&extended=1&q=Bobs+Show&season=2&t=tvsearch", "cat=5000&extended=1&q=Bobs+Show&season=2&t=tvsearch"},
		}},
		"asks for specials by season 0": {torznab.DefaultCaps(), special, nil, sent{
			nil, []string{"cat=5000&ep=3&extended=1&q=Bobs+Show&season=0&t=tvsearch", "cat=5000&extended=1&q=Bobs+Show&season=0&t=tvsearch"},
		}},
		"asks for a season alone": {full, season, nil, sent{
			[]string{"cat=5000&extended=1&season=2&t=tvsearch&tvdbid=77"}, []string{"cat=5000&extended=1&q=Bobs+Show&season=2&t=tvsearch"},
		}},
		"writes the numbers out where there is no tvsearch": {words, episode, nil, sent{
			nil, []string{"cat=5000&extended=1&q=Bobs+Show+S02E03&t=search", "cat=5000&extended=1&q=Bobs+Show+S02&t=search"},
		}},
		"asks for anime by absolute number too": {words, anime, nil, sent{
			nil, []string{
				"cat=5000&extended=1&q=Bobs+Show+S02E03&t=search", "cat=5000&extended=1&q=Bobs+Show+S02&t=search",
				"cat=5000&extended=1&q=Bobs+Show+07&t=search",
			},
		}},
		"keeps to the user's categories of the kind": {full, season, []int{2040, 5040, 100001}, sent{
			[]string{"cat=5040%2C100001&extended=1&season=2&t=tvsearch&tvdbid=77"}, []string{"cat=5040%2C100001&extended=1&q=Bobs+Show&season=2&t=tvsearch"},
		}},
		"asks nothing where the user wants nothing of the kind":  {full, season, []int{2000}, sent{}},
		"asks nothing where the indexer has nothing of the kind": {onlyFilms, season, nil, sent{}},
		"asks for the parts where the indexer has not the whole": {onlyFilms, sdk.Query{Kind: sdk.Movie, Names: []string{"X"}}, nil, sent{nil, []string{"cat=2040&extended=1&q=X&t=movie"}}},
		"asks nothing where there is neither id nor name":        {full, sdk.Query{Kind: sdk.Movie}, nil, sent{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := tt.caps.Plan(tt.query, tt.categories)
			if diff := cmp.Diff(sent{encode(p.Exact), encode(p.Text)}, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func encode(queries []torznab.Query) []string {
	var out []string
	for _, q := range queries {
		out = append(out, q.Values().Encode())
	}
	return out
}
