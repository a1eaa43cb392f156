package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsWantedIsReadAs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       newItem
	}{
		{"an IMDb id", "tt1727587", newItem{IDs: &ids{IMDb: "tt1727587"}}},
		{"an IMDb id in capitals", " TT1727587 ", newItem{IDs: &ids{IMDb: "tt1727587"}}},
		{"an id with its catalogue", "tvdb:121361", newItem{IDs: &ids{TVDB: "121361"}}},
		{"an id with its catalogue and kind", "tmdb:tv:1399", newItem{IDs: &ids{TMDB: "1399"}, Kind: "show"}},
		{"a link to IMDb", "https://www.imdb.com/title/tt1727587/?ref_=x", newItem{IDs: &ids{IMDb: "tt1727587"}}},
		{"a link to a film of TMDB", "https://www.themoviedb.org/movie/45745-sintel?language=en", newItem{IDs: &ids{TMDB: "45745"}, Kind: "movie"}},
		{"a link to a show of TMDB", "https://www.themoviedb.org/tv/1399", newItem{IDs: &ids{TMDB: "1399"}, Kind: "show"}},
		{"a link to TheTVDB by number", "https://thetvdb.com/dereferrer/series/121361", newItem{IDs: &ids{TVDB: "121361"}, Kind: "show"}},
		{"a link to AniList", "https://anilist.co/anime/21/ONE-PIECE/", newItem{IDs: &ids{AniList: "21"}}},
		{"a magnet link as it is", "magnet:?xt=urn:btih:AA&dn=X", newItem{Magnet: "magnet:?xt=urn:btih:AA&dn=X"}},
		{"a name with its year", "Sintel (2010)", newItem{Name: "Sintel", Year: 2010}},
		{"a name of several words", "Big Buck Bunny", newItem{Name: "Big Buck Bunny"}},
		{"a name with a colon", "Alien: Romulus (2024)", newItem{Name: "Alien: Romulus", Year: 2024}},
		{"a name that is a number", "1917", newItem{Name: "1917"}},
		{"a name whose brackets hold no year", "Once (Again)", newItem{Name: "Once (Again)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseWant(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tc.text, diff)
			}
		})
	}
}

func TestWhatCannotBeWantedIsRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, kind, seasons string }{
		{"nothing", " ", "", ""},
		{"an id that is none", "tmdb:movie:x", "", ""},
		{"a kind that there is not", "tmdb:song:1", "", ""},
		{"two ids at once", "tt1727587 tt1254207", "", ""},
		{"a page without an id", "https://example.org/title/sintel", "", ""},
		{"a number that films and shows share", "tmdb:603", "", ""},
		{"a kind that its link contradicts", "https://www.themoviedb.org/tv/1399", "movie", ""},
		{"seasons of a movie", "Sintel (2010)", "movie", "1"},
		{"seasons that are none", "tt9900001", "", "one"},
		{"seasons that go backwards", "tt9900001", "", "3-1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want, err := parseWant(tc.text)
			if err == nil {
				err = want.settle(tc.kind, tc.seasons, nil)
			}
			if !errors.As(err, new(usageError)) {
				t.Errorf("got %v, want a usage error", err)
			}
		})
	}
}

func FuzzParseWant(f *testing.F) {
	for _, s := range []string{"tt1727587", "tmdb:movie:45745", "https://www.imdb.com/title/tt1727587/", "Sintel (2010)", "magnet:?xt=urn:btih:aa", "a:b:c:d", "http://[::1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := parseWant(s)
		if err == nil && w.Magnet == "" && w.IDs == nil && w.Name == "" {
			t.Errorf("%q is taken and names nothing", s)
		}
	})
}
