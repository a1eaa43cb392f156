package file

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

const hash = "08ada5a7a6183aae1e09d831df6748d566095a10"

func TestParseLine(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		line string
		want sdk.Request
	}{
		"takes an IMDb id":                      {"tt0133093", sdk.Request{IDs: sdk.IDs{IMDb: "tt0133093"}}},
		"takes an IMDb id in capitals":          {"TT0133093", sdk.Request{IDs: sdk.IDs{IMDb: "tt0133093"}}},
		"takes a title":                         {"Sintel", sdk.Request{Name: "Sintel"}},
		"takes a title with its year":           {"Sintel (2010)", sdk.Request{Name: "Sintel", Year: 2010}},
		"takes a title in quotes":               {`"Sintel (2010)"`, sdk.Request{Name: "Sintel", Year: 2010}},
		"takes a title of many words":           {"  Tears   of Steel\t(2012) ", sdk.Request{Name: "Tears of Steel", Year: 2012}},
		"keeps a year that is the title":        {"2012 (2009)", sdk.Request{Name: "2012", Year: 2009}},
		"keeps letters of every script":         {"千と千尋の神隠し (2001)", sdk.Request{Name: "千と千尋の神隠し", Year: 2001}},
		"takes a quoted title that looks an id": {`"tt0133093"`, sdk.Request{Name: "tt0133093"}},
		"takes a quoted title with a hash":      {`"#Alive (2020)"`, sdk.Request{Name: "#Alive", Year: 2020}},
		"takes a quoted title with an equals":   {`"a=b (2009)"`, sdk.Request{Name: "a=b", Year: 2009}},
		"drops a comment":                       {"tt0133093 # the one with the pills", sdk.Request{IDs: sdk.IDs{IMDb: "tt0133093"}}},
		"takes a prefixed id":                   {"imdb:tt0133093", sdk.Request{IDs: sdk.IDs{IMDb: "tt0133093"}}},
		"takes a TMDB id of a film":             {"tmdb:movie:603", sdk.Request{IDs: sdk.IDs{TMDB: "603"}, Kind: sdk.Movie}},
		"takes a TMDB id of a show":             {"tmdb:tv:1399", sdk.Request{IDs: sdk.IDs{TMDB: "1399"}, Kind: sdk.Show}},
		"takes a TMDB id with a kind":           {"tmdb:603 kind=movie", sdk.Request{IDs: sdk.IDs{TMDB: "603"}, Kind: sdk.Movie}},
		"takes a TheTVDB id as a show":          {"tvdb:121361", sdk.Request{IDs: sdk.IDs{TVDB: "121361"}, Kind: sdk.Show}},
		"takes an anime id":                     {"kitsu:7442", sdk.Request{IDs: sdk.IDs{Kitsu: "7442"}}},
		"takes an IMDb link":                    {"https://www.imdb.com/title/tt0133093/?ref_=nv_sr_1", sdk.Request{IDs: sdk.IDs{IMDb: "tt0133093"}}},
		"takes an IMDb link in a language":      {"http://m.imdb.com/de/title/tt0133093", sdk.Request{IDs: sdk.IDs{IMDb: "tt0133093"}}},
		"takes a TMDB link":                     {"https://www.themoviedb.org/movie/603-the-matrix#main", sdk.Request{IDs: sdk.IDs{TMDB: "603"}, Kind: sdk.Movie}},
		"takes a TMDB link to a season":         {"https://www.themoviedb.org/tv/1399/season/2", sdk.Request{IDs: sdk.IDs{TMDB: "1399"}, Kind: sdk.Show, Seasons: []int{2}}},
		"takes a TheTVDB link by number":        {"https://thetvdb.com/dereferrer/series/121361", sdk.Request{IDs: sdk.IDs{TVDB: "121361"}, Kind: sdk.Show}},
		"takes an old TheTVDB link":             {"https://thetvdb.com/?tab=series&id=121361", sdk.Request{IDs: sdk.IDs{TVDB: "121361"}, Kind: sdk.Show}},
		"takes a TheTVDB link by name":          {"https://thetvdb.com/series/game-of-thrones", sdk.Request{Name: "game of thrones", Kind: sdk.Show}},
		"takes a Trakt link":                    {"https://trakt.tv/movies/the-matrix-1999", sdk.Request{Name: "the matrix", Year: 1999, Kind: sdk.Movie}},
		"takes a Trakt link by number":          {"https://trakt.tv/movies/481", sdk.Request{IDs: sdk.IDs{Trakt: "481"}, Kind: sdk.Movie}},
		"takes a Trakt link to a season":        {"https://app.trakt.tv/shows/dark/seasons/3", sdk.Request{Name: "dark", Kind: sdk.Show, Seasons: []int{3}}},
		"takes a magnet":                        {"magnet:?xt=urn:btih:" + hash + "&dn=Sintel&tr=http://x.example/announce", sdk.Request{Magnet: "magnet:?xt=urn:btih:" + hash + "&dn=Sintel&tr=http://x.example/announce", Name: "Sintel"}},
		"takes a magnet in base 32":             {"magnet:?xt=urn:btih:BCW2LJ5GDA5K4HQJ3AY562KI2VTASWQQ", sdk.Request{Magnet: "magnet:?xt=urn:btih:BCW2LJ5GDA5K4HQJ3AY562KI2VTASWQQ"}},
		"takes every option":                    {`tt0944947 seasons=1,3-5 profile="Best of all" person=Ann kind=show`, sdk.Request{IDs: sdk.IDs{IMDb: "tt0944947"}, Seasons: []int{1, 3, 4, 5}, Profile: "Best of all", Person: "Ann", Kind: sdk.Show}},
		"takes the specials":                    {"tvdb:1 seasons=0", sdk.Request{IDs: sdk.IDs{TVDB: "1"}, Kind: sdk.Show, Seasons: []int{0}}},
		"sorts seasons and drops doubles":       {"tt0944947 seasons=3,1,3", sdk.Request{IDs: sdk.IDs{IMDb: "tt0944947"}, Seasons: []int{1, 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok, err := ParseLine(tc.line)
			if err != nil || !ok {
				t.Fatalf("ParseLine(%q) = %v, %v", tc.line, ok, err)
			}
			if len(got.Ref) != 24 {
				t.Errorf("Ref = %q, want 24 digits", got.Ref)
			}
			got.Ref = ""
			if diff := cmp.Diff(got, tc.want); diff != "" {
				t.Errorf("ParseLine(%q) (-got +want):\n%s", tc.line, diff)
			}
		})
	}
}

func TestParseLineRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ line, want string }{
		"an unknown option":              {"tt0133093 profil=best", "is no option"},
		"an option without a value":      {"tt0133093 profile=", "has no value"},
		"options alone":                  {"profile=best", "no title"},
		"seasons that are no numbers":    {"tt0133093 seasons=one", "are no seasons"},
		"seasons that go backwards":      {"tt0133093 seasons=3-1", "are no seasons"},
		"seasons without end":            {"tt0133093 seasons=1-2000", "are no seasons"},
		"seasons of a film":              {"tmdb:movie:603 seasons=1", "a film has no seasons"},
		"an unknown kind":                {"tt0133093 kind=opera", "no kind of title"},
		"a TMDB id of no kind":           {"tmdb:603", "numbered apart"},
		"an id with letters":             {"tvdb:abc", "is not an id"},
		"an IMDb id that is too short":   {"imdb:tt12", "is not an id"},
		"a link to elsewhere":            {"https://example.org/title/tt0133093", "are not known"},
		"a link to a host that looks so": {"https://notimdb.com/title/tt0133093", "are not known"},
		"a link to a person":             {"https://www.imdb.com/name/nm0000206/", "is not the page of a title"},
		"a magnet without a hash":        {"magnet:?dn=Sintel", "no info-hash"},
		"a magnet with half a hash":      {"magnet:?xt=urn:btih:08ada5a7", "no info-hash"},
		"an open quote":                  {`"Sintel`, "a quote is not closed"},
		"punctuation":                    {"---", "is no title"},
		"bytes that are no text":         {"Sint\xffel", "not UTF-8"},
		"a control character":            {"Sint\x00el", "not UTF-8"},
		"a slug of nothing":              {"https://trakt.tv/movies/-", "names nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok, err := ParseLine(tc.line)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("ParseLine(%q) = %+v, %v, %v; want an error with %q", tc.line, got, ok, err, tc.want)
			}
		})
	}
}

func TestRefDependsOnTheMeaningOnly(t *testing.T) {
	t.Parallel()
	same := []string{"tt0133093 kind=movie profile=best", "  tt0133093   profile=best kind=film # comment", "https://www.imdb.com/title/tt0133093/ profile=best kind=movie"}
	var refs []string
	for _, line := range same {
		wish, _, err := ParseLine(line)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, wish.Ref)
	}
	if refs[0] != refs[1] || refs[0] != refs[2] {
		t.Errorf("refs differ: %v", refs)
	}
	other, _, err := ParseLine("tt0133093 kind=movie profile=4k")
	if err != nil || other.Ref == refs[0] {
		t.Errorf("another profile has the same ref (%v)", err)
	}
}

func FuzzParseLine(f *testing.F) {
	for _, seed := range []string{"tt0133093", `"#Alive (2020)" seasons=1-3`, "magnet:?xt=urn:btih:" + hash, "https://trakt.tv/shows/x/seasons/2", "tmdb:movie:1", "a=b", `x="`, "# c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		wish, ok, err := ParseLine(line)
		if err != nil {
			return
		}
		if !ok {
			if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
				t.Fatalf("%q was passed over", line)
			}
			return
		}
		if wish.Ref == "" || wish.IDs.IsZero() && wish.Name == "" && wish.Magnet == "" {
			t.Fatalf("%q gave the empty wish %+v", line, wish)
		}
		if !utf8.ValidString(wish.Name) || !utf8.ValidString(wish.Magnet) {
			t.Fatalf("%q gave text that is not UTF-8", line)
		}
		again, _, err := ParseLine("  " + line)
		if err != nil || again.Ref != wish.Ref {
			t.Fatalf("%q is another wish when indented: %v", line, err)
		}
	})
}
