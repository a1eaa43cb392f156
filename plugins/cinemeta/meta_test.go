package cinemeta

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

func TestRuntime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "45": 45 * time.Minute, "136 min": 136 * time.Minute, "1h30min": 90 * time.Minute, "2 h": 2 * time.Hour, "1 hr 5 mins": 65 * time.Minute,
		"unknown": 0, "min": 0, "90 minutes": 90 * time.Minute,
	} {
		if got := runtime(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestYears(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		"": {}, "2008": {2008, 0}, "2008–": {2008, 0}, "2008-2013": {2008, 2013}, "2008–2013": {2008, 2013}, "12345": {}, "May 2010": {2010, 0},
	} {
		if from, to := years(text); from != want[0] || to != want[1] {
			t.Errorf("%q: got %d, %d, want %v", text, from, to, want)
		}
	}
}

func TestEpisodesOfAnimeAreCounted(t *testing.T) {
	t.Parallel()
	m := meta{ID: "tt1", Name: "X", Country: "Japan", Genres: []string{"Animation"}}
	text := `[{"season":2,"episode":1},{"season":0,"episode":1},{"season":1,"episode":2},{"season":1,"episode":1},{"episode":3}]`
	if err := json.Unmarshal([]byte(text), &m.Videos); err != nil {
		t.Fatal(err)
	}
	var got [][3]int
	for _, e := range m.title(sdk.Show).Episodes {
		got = append(got, [3]int{e.Season, e.Number, e.Absolute})
	}
	if diff := cmp.Diff(got, [][3]int{{0, 1, 0}, {1, 1, 1}, {1, 2, 2}, {1, 3, 3}, {2, 1, 4}}); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
}

func TestAddonURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example":                   "https://a.example",
		" https://a.example/x/manifest.json ": "https://a.example/x",
		"stremio://a.example/manifest.json":   "https://a.example",
		"https://a.example/x/":                "https://a.example/x",
	} {
		if got := addonURL(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzMeta(f *testing.F) {
	f.Add([]byte(`{"id":"tt1","name":"X","videos":[{"season":1,"episode":1,"released":"2020-01-01"}]}`))
	f.Add([]byte(`{"id":"kitsu:1","runtime":"1h","year":2008,"imdbRating":11}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m meta
		if json.Unmarshal(data, &m) != nil {
			return
		}
		title := m.title(sdk.Show)
		if title.Runtime < 0 || title.Rating < 0 || title.Rating > 10 {
			t.Errorf("an insane title: %+v", title)
		}
		for i, e := range title.Episodes {
			if e.Number < 1 || e.Season < 0 || i > 0 && title.Episodes[i-1].Season == e.Season && title.Episodes[i-1].Number == e.Number {
				t.Errorf("an insane episode: %+v", e)
			}
		}
	})
}
