package world

import (
	"bytes"
	"image/png"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCinemetaDescribes(t *testing.T) {
	t.Parallel()
	airs := time.Date(2031, 5, 6, 7, 0, 0, 0, time.UTC)
	w := setup(t, Options{Airs: airs})
	var got struct {
		Meta struct {
			ID, Type, Name, Year, Released string
			MovieDB                        int `json:"moviedb_id"`
			Poster                         string
			Videos                         []struct {
				ID                      string
				Season, Episode, Number int
				Released                time.Time
			}
		}
	}
	t.Run("a film", func(t *testing.T) {
		get(t, w.Endpoints.Cinemeta.URL+"/meta/movie/tt1254207.json").json(t, &got)
		m := got.Meta
		if m.Name != "Big Buck Bunny" || m.Year != "2008" || m.MovieDB != 10378 || m.Released != "2008-05-30T00:00:00.000Z" || len(m.Videos) != 0 {
			t.Errorf("got %+v", m)
		}
		if _, err := png.Decode(bytes.NewReader(get(t, m.Poster).body)); err != nil {
			t.Errorf("poster: %v", err)
		}
	})
	t.Run("a show with its episodes", func(t *testing.T) {
		get(t, w.Endpoints.Cinemeta.URL+"/meta/series/tt9900001.json").json(t, &got)
		var ids []string
		for _, v := range got.Meta.Videos {
			ids = append(ids, v.ID)
		}
		want := []string{"tt9900001:1:1", "tt9900001:1:2", "tt9900001:1:3", "tt9900001:1:4", "tt9900001:2:1", "tt9900001:2:2", "tt9900001:2:3", "tt9900001:2:4"}
		if diff := cmp.Diff(ids, want); diff != "" {
			t.Fatalf("-got +want:\n%s", diff)
		}
		if v := got.Meta.Videos; !v[7].Released.Equal(airs) || v[6].Released.After(time.Now()) || v[6].Number != 3 {
			t.Errorf("got %+v", v)
		}
	})
	for _, path := range []string{"/meta/movie/tt0000001.json", "/meta/series/tt1254207.json", "/catalog/movie/worst.json"} {
		t.Run("not "+path, func(t *testing.T) {
			if got := get(t, w.Endpoints.Cinemeta.URL+path).status; got != 404 {
				t.Errorf("status %d, want 404", got)
			}
		})
	}
}

func TestCinemetaSearches(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	for path, want := range map[string][]string{
		"/catalog/movie/top.json":                        {BigBuckBunny, Sintel, TearsOfSteel, ElephantsDream},
		"/catalog/movie/top/search=big%20buck.json":      {BigBuckBunny},
		"/catalog/movie/top/skip=3.json":                 {ElephantsDream},
		"/catalog/series/top/search=the%20mill.json":     {MillOnTheRace},
		"/catalog/series/top/search=nothing%20like.json": nil,
	} {
		t.Run(path, func(t *testing.T) {
			var in struct{ Metas []struct{ ID string } }
			get(t, w.Endpoints.Cinemeta.URL+path).json(t, &in)
			var got []string
			for _, m := range in.Metas {
				got = append(got, m.ID)
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
		})
	}
}

func TestStreamAddonStreams(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	pack := named(t, w, "The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL")
	type stream struct {
		Name, Title, InfoHash string
		FileIdx               int
		BehaviorHints         struct{ Filename string }
	}
	for path, want := range map[string]int{
		"/stream/movie/tt1254207.json":             5,
		"/some=config/stream/movie/tt1254207.json": 5,
		"/stream/series/tt9900001%3A1%3A2.json":    4,
		"/stream/series/tt9900001:2:3.json":        2,
		"/stream/series/tt9900001:2:4.json":        0,
		"/stream/movie/tt0000001.json":             0,
		"/stream/series/tt9900001.json":            0,
		"/stream/movie/tt9900001:1:2.json":         0,
	} {
		t.Run(path, func(t *testing.T) {
			var got struct{ Streams []stream }
			get(t, w.Endpoints.Stremio.URL+path).json(t, &got)
			if len(got.Streams) != want {
				t.Fatalf("%d streams, want %d: %+v", len(got.Streams), want, got.Streams)
			}
			for _, s := range got.Streams {
				if s.InfoHash == pack.Hash && (s.FileIdx != 1 || s.BehaviorHints.Filename != pack.Files[1].Path || s.Name != "Torrentio\n1080p") {
					t.Errorf("of the pack: %+v", s)
				}
			}
		})
	}
	var m struct{ ID string }
	if get(t, w.Endpoints.Stremio.URL+"/some=config/manifest.json").json(t, &m); m.ID == "" {
		t.Error("the configured manifest has no id")
	}
}
