package cinemeta_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/plugins/cinemeta"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

// addon answers with the files of testdata.
func addon(w http.ResponseWriter, r *http.Request) {
	file, ok := map[string]string{
		"/manifest.json":                                "manifest.json",
		"/meta/movie/tt1254207.json":                    "movie.json",
		"/meta/series/tt7777777.json":                   "series.json",
		"/meta/series/kitsu:12.json":                    "series.json",
		"/catalog/movie/top.json":                       "search.json",
		"/catalog/movie/top/search=bunny & co.json":     "search.json",
		"/catalog/movie/top/search=bunny.json":          "search.json",
		"/catalog/movie/year/genre=2026.json":           "search.json",
		"/catalog/movie/top/genre=Action&skip=100.json": "search.json",
	}[strings.ReplaceAll(strings.ReplaceAll(r.URL.Path, "%26", "&"), "%20", " ")]
	switch {
	case ok:
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			panic(err)
		}
		w.Write(data)
	case strings.HasPrefix(r.URL.Path, "/catalog/series/"):
		io.WriteString(w, `{"metas":[]}`)
	case strings.HasSuffix(r.URL.Path, "/tt1.json"):
		io.WriteString(w, `{"meta":{}}`)
	case strings.HasSuffix(r.URL.Path, "/tt2.json"):
		io.WriteString(w, `{}`)
	case strings.HasSuffix(r.URL.Path, "/tt3.json"):
		io.WriteString(w, `null`)
	case strings.HasSuffix(r.URL.Path, "/tt4.json"):
		io.WriteString(w, `{"err":"not found"}`)
	default:
		http.NotFound(w, r)
	}
}

func setup(t *testing.T) (*cinemeta.Cinemeta, *sdktest.Upstream) {
	t.Helper()
	up := sdktest.NewUpstream(t, http.HandlerFunc(addon))
	c, err := cinemeta.New(t.Context(), sdktest.Env(t), cinemeta.Settings{URL: up.URL + "/manifest.json"})
	if err != nil {
		t.Fatal(err)
	}
	return c, up
}

var movie = sdk.Title{
	IDs: sdk.IDs{IMDb: "tt1254207", TMDB: "10378"}, Kind: sdk.Movie, Name: "Big Buck Bunny", Year: 2008, Country: "NL", Language: "en",
	Genres: []string{"Animation", "Short"}, Runtime: 10 * time.Minute, Released: time.Date(2008, 4, 10, 0, 0, 0, 0, time.UTC), Overview: "A giant rabbit.",
	Poster: "https://images.example/poster.jpg", Background: "https://images.example/background.jpg", Rating: 6.4,
}

var show = sdk.Title{
	IDs: sdk.IDs{IMDb: "tt7777777", TMDB: "55", TVDB: "777"}, Kind: sdk.Show, Name: "The Wheel", Year: 2021, EndYear: 2023,
	Genres: []string{"Drama"}, Runtime: 65 * time.Minute, Released: time.Date(2021, 1, 2, 0, 0, 0, 0, time.UTC), Status: sdk.StatusEnded,
	Episodes: []sdk.Episode{
		{Season: 0, Number: 1, Name: "Making of"},
		{IDs: sdk.IDs{TVDB: "1001"}, Season: 1, Number: 1, Name: "First", Overview: "It begins.", AirTime: time.Date(2021, 1, 2, 20, 0, 0, 0, time.UTC)},
		{
			IDs: sdk.IDs{TVDB: "1002"}, Season: 1, Number: 2, Name: "Second", Overview: "More.",
			AirTime: time.Date(2021, 1, 9, 19, 30, 0, 0, time.UTC), Still: "https://images.example/2.jpg",
		},
	},
}

func TestTitle(t *testing.T) {
	t.Parallel()
	byKitsu := show
	byKitsu.Kitsu = "12"
	tests := map[string]struct {
		query sdk.TitleQuery
		want  sdk.Title
		kind  sdk.Kind
	}{
		"gives a film":                       {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt1254207"}, Kind: sdk.Movie}, movie, ""},
		"gives a show with its episodes":     {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt7777777"}, Kind: sdk.Show}, show, ""},
		"finds out which of both it is":      {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt7777777"}}, show, ""},
		"asks by an id of another catalogue": {sdk.TitleQuery{IDs: sdk.IDs{Kitsu: "12"}, Kind: sdk.Show}, byKitsu, ""},
		"does not find an empty object":      {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt1"}}, sdk.Title{}, sdk.NotFound},
		"does not find an empty answer":      {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt2"}}, sdk.Title{}, sdk.NotFound},
		"does not find null":                 {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt3"}}, sdk.Title{}, sdk.NotFound},
		"does not find an error text":        {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt4"}}, sdk.Title{}, sdk.NotFound},
		"does not find a missing page":       {sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt5"}}, sdk.Title{}, sdk.NotFound},
		"does not find an id of no use":      {sdk.TitleQuery{IDs: sdk.IDs{Trakt: "5"}}, sdk.Title{}, sdk.NotFound},
		"does not find nothing":              {sdk.TitleQuery{}, sdk.Title{}, sdk.NotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := setup(t)
			got, err := c.Title(t.Context(), tt.query)
			if diff := cmp.Diff(got, tt.want); diff != "" || sdk.KindOf(err) != tt.kind {
				t.Errorf("%v, got -, want +:\n%s", err, diff)
			}
		})
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	bunny := sdk.Title{IDs: sdk.IDs{IMDb: "tt1254207"}, Kind: sdk.Movie, Name: "Big Buck Bunny", Year: 2008, Poster: "https://images.example/poster.jpg"}
	old := sdk.Title{IDs: sdk.IDs{IMDb: "tt0000001"}, Kind: sdk.Movie, Name: "Another Bunny", Year: 1999}
	yearless := sdk.Title{IDs: sdk.IDs{IMDb: "tt0000002"}, Kind: sdk.Movie, Name: "Bunny of No Year"}
	tests := map[string]struct {
		query sdk.SearchQuery
		want  []sdk.Title
	}{
		"finds films and shows":            {sdk.SearchQuery{Text: " bunny "}, []sdk.Title{bunny, old, yearless}},
		"escapes what is searched for":     {sdk.SearchQuery{Text: "bunny & co"}, []sdk.Title{bunny, old, yearless}},
		"leaves out those of another year": {sdk.SearchQuery{Text: "bunny", Year: 2009}, []sdk.Title{bunny, yearless}},
		"gives no more than asked for":     {sdk.SearchQuery{Text: "bunny", Limit: 1}, []sdk.Title{bunny}},
		"finds nothing of the other kind":  {sdk.SearchQuery{Text: "bunny", Kind: sdk.Show}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := setup(t)
			got, err := c.Search(t.Context(), tt.query)
			if diff := cmp.Diff(got, tt.want); diff != "" || err != nil {
				t.Errorf("%v, got -, want +:\n%s", err, diff)
			}
		})
	}
	c, up := setup(t)
	if _, err := c.Search(t.Context(), sdk.SearchQuery{Text: "bunny & co"}); err != nil || up.Count("GET", "/catalog/movie/top/search=bunny%20%26%20co.json") != 1 {
		t.Errorf("got %v after %v", err, up.Calls())
	}
	if _, err := c.Search(t.Context(), sdk.SearchQuery{Text: " "}); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("a search for nothing: got %v", err)
	}
}

func TestCatalogs(t *testing.T) {
	t.Parallel()
	c, up := setup(t)
	want := []sdk.Catalog{
		{ID: "top", Name: "Popular", Kind: sdk.Movie, Genres: []string{"Action", "Sci-Fi & Fantasy"}},
		{ID: "top", Name: "Popular", Kind: sdk.Show},
		{ID: "year", Name: "year", Kind: sdk.Movie, Genres: []string{"2026", "2025"}},
	}
	for range 2 {
		got, err := c.Catalogs(t.Context())
		if diff := cmp.Diff(got, want); diff != "" || err != nil {
			t.Errorf("%v, got -, want +:\n%s", err, diff)
		}
	}
	if n := up.Count("GET", "/manifest.json"); n != 1 {
		t.Errorf("the manifest was read %d times", n)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query sdk.CatalogQuery
		want  int
		kind  sdk.Kind
	}{
		"is read":                           {sdk.CatalogQuery{ID: "top", Kind: sdk.Movie}, 3, ""},
		"is read by genre and page":         {sdk.CatalogQuery{ID: "top", Kind: sdk.Movie, Genre: "Action", Skip: 100}, 3, ""},
		"is read with its first genre":      {sdk.CatalogQuery{ID: "year", Kind: sdk.Movie}, 3, ""},
		"is cut at the limit":               {sdk.CatalogQuery{ID: "top", Kind: sdk.Movie, Limit: 2}, 2, ""},
		"has one page where it cannot skip": {sdk.CatalogQuery{ID: "year", Kind: sdk.Movie, Skip: 50}, 0, ""},
		"has no genre where there are none": {sdk.CatalogQuery{ID: "top", Kind: sdk.Show, Genre: "Action"}, 0, sdk.Invalid},
		"is not found where there is none":  {sdk.CatalogQuery{ID: "year", Kind: sdk.Show}, 0, sdk.NotFound},
		"is not found where it wants more":  {sdk.CatalogQuery{ID: "last", Kind: sdk.Show}, 0, sdk.NotFound},
		"is read though it is empty":        {sdk.CatalogQuery{ID: "top", Kind: sdk.Show}, 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := setup(t)
			got, err := c.Catalog(t.Context(), tt.query)
			if len(got) != tt.want || sdk.KindOf(err) != tt.kind {
				t.Errorf("got %d titles, %v, want %d, %q", len(got), err, tt.want, tt.kind)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	got, err := c.Check(t.Context())
	if want := (sdk.Health{Message: "Cinemeta (test)", Version: "3.0.13"}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestMetadata(t *testing.T) {
	up := sdktest.NewUpstream(t, http.HandlerFunc(addon))
	c := sdktest.Case{Plugin: cinemeta.Plugin, Settings: map[string]any{"url": up.URL}, Upstream: up}
	sdktest.Metadata(t, sdktest.MetadataCase{
		Case: c, Query: sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt1254207"}, Kind: sdk.Movie}, Want: movie,
		Unknown: sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt1"}}, Search: sdk.SearchQuery{Text: "bunny"},
	})
}
