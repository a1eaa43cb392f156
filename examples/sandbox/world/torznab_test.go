package world

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anacrolix/torrent/metainfo"
	"github.com/google/go-cmp/cmp"
)

// torznabFeed is what a reader takes from an answer: a feed or an error.
type torznabFeed struct {
	Code     int `xml:"code,attr"`
	Response struct {
		Offset int `xml:"offset,attr"`
		Total  int `xml:"total,attr"`
	} `xml:"channel>response"`
	Items []struct {
		Title string `xml:"title"`
		Link  string `xml:"link"`
		Size  int64  `xml:"size"`
		Attrs []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"attr"`
	} `xml:"channel>item"`
}

func (f torznabFeed) attr(i int, name string) string {
	for _, a := range f.Items[i].Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

func ask(t *testing.T, e Endpoint, query string) torznabFeed {
	t.Helper()
	a := get(t, e.URL+"?apikey="+e.Key+"&"+query)
	var f torznabFeed
	if err := xml.Unmarshal(a.body, &f); err != nil {
		t.Fatalf("%v in %.300s", err, a.body)
	}
	return f
}

func TestTorznabFinds(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	tests := []struct {
		name, query string
		want        []string // the groups of what is found, in order
	}{
		{"a film by words", "t=search&q=tears+of+steel", []string{"BROKEN", "MILL", "RACE", "SHAKY", "NEAR"}},
		{"a film by its id, the near miss with it", "t=movie&imdbid=tt1727587", []string{"LAWYER", "MILL", "RACE", "SHAKY", "NEAR"}},
		{"a film by an id without tt", "t=movie&imdbid=0807840", []string{"LAWYER", "MILL", "RACE", "SHAKY"}},
		{"a film by its TMDB id", "t=movie&tmdbid=9761&cat=2040", []string{"LAWYER", "MILL", "RACE"}},
		{"a title that needs escaping", "t=movie&q=friends", []string{"NEAR"}},
		{"packs and episodes of a season", "t=tvsearch&tvdbid=990001&season=1", []string{"DEADSEED", "MILL", "RACE", "RACE", "NEAR"}},
		{"one episode", "t=tvsearch&q=mill+race&season=2&ep=3", []string{"DEADSEED", "MILL"}},
		{"no episode that has not aired", "t=tvsearch&imdbid=tt9900001&season=2&ep=4", nil},
		{"no film among shows", "t=tvsearch&q=sintel", nil},
		{"nothing in an unknown category", "t=search&q=sintel&cat=3000", nil},
		{"a page", "t=search&q=sintel&limit=2&offset=1", []string{"MILL", "RACE"}},
		{"nothing beyond the end", "t=search&q=sintel&offset=99", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, it := range ask(t, w.Endpoints.Torznab, tt.query).Items {
				got = append(got, it.Title[strings.LastIndex(it.Title, "-")+1:])
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
		})
	}
}

func TestTorznabRefuses(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	full, plain := w.Endpoints.Torznab, w.Endpoints.TorznabPlain
	tests := []struct {
		name  string
		at    Endpoint
		query string
		want  int
	}{
		{"a wrong key", Endpoint{URL: full.URL, Key: "wrong"}, "t=search", 100},
		{"a call without a function", full, "q=sintel", 200},
		{"an unknown function", full, "t=dance", 202},
		{"a function that it lacks", full, "t=music", 203},
		{"ids where it knows none", plain, "t=movie&imdbid=tt1727587", 201},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ask(t, tt.at, tt.query).Code; got != tt.want {
				t.Errorf("code %d, want %d", got, tt.want)
			}
		})
	}
}

func TestTorznabTellsWhatItSupports(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	for e, want := range map[Endpoint]string{w.Endpoints.Torznab: "q,imdbid,tmdbid", w.Endpoints.TorznabPlain: "q"} {
		var caps struct {
			Movie struct {
				Params string `xml:"supportedParams,attr"`
			} `xml:"searching>movie-search"`
		}
		if err := xml.Unmarshal(get(t, e.URL+"?t=caps").body, &caps); err != nil {
			t.Fatal(err)
		}
		if caps.Movie.Params != want {
			t.Errorf("movie-search takes %q, want %q", caps.Movie.Params, want)
		}
	}
}

func TestTorznabItemLeadsToTheTorrent(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	want := named(t, w, "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL")
	t.Run("with hash, magnet and file", func(t *testing.T) {
		f := ask(t, w.Endpoints.Torznab, "t=movie&q=sintel+1080p+mill")
		if diff := cmp.Diff([]string{f.attr(0, "infohash"), f.attr(0, "magneturl"), f.attr(0, "imdb"), f.attr(0, "seeders")}, []string{want.Hash, want.Magnet, "1727587", "44"}); diff != "" {
			t.Errorf("-got +want:\n%s", diff)
		}
		m, err := metainfo.Load(bytes.NewReader(get(t, f.Items[0].Link).body))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.HashInfoBytes().HexString(); got != want.Hash || m.Announce != w.Endpoints.Tracker.URL || f.Items[0].Size != want.Size {
			t.Errorf("got %s at %s of %d bytes", got, m.Announce, f.Items[0].Size)
		}
	})
	t.Run("with the file alone", func(t *testing.T) {
		f := ask(t, w.Endpoints.TorznabPlain, "t=search&q=sintel+1080p+mill")
		if f.attr(0, "infohash")+f.attr(0, "magneturl") != "" || strings.Contains(f.Items[0].Link, want.Hash) {
			t.Errorf("the plain indexer gives the hash away: %+v", f.Items[0])
		}
		m, err := metainfo.Load(bytes.NewReader(get(t, f.Items[0].Link).body))
		if err != nil || m.HashInfoBytes().HexString() != want.Hash {
			t.Errorf("got %v, %v", m, err)
		}
	})
	t.Run("by a redirect to a magnet", func(t *testing.T) {
		a := get(t, ask(t, w.Endpoints.TorznabPlain, "t=search&q=sintel+720p").Items[0].Link)
		if got, want := a.header.Get("Location"), named(t, w, "Sintel.2010.720p.BluRay.x264-RACE").Magnet; a.status != http.StatusFound || got != want {
			t.Errorf("status %d to %q, want %q", a.status, got, want)
		}
	})
}

func TestLastEpisodeAppearsWhenItHasAired(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	const query = "t=tvsearch&imdbid=tt9900001&season=2&ep=4"
	if got := ask(t, w.Endpoints.Torznab, query).Response.Total; got != 0 {
		t.Fatalf("%d releases before", got)
	}
	body := `{"at":"` + time.Now().Add(-time.Minute).Format(time.RFC3339) + `"}`
	if got := call(t, "POST", w.Endpoints.Control.URL+"/airs", body).status; got != 204 {
		t.Fatalf("status %d", got)
	}
	if got := ask(t, w.Endpoints.Torznab, query).Response.Total; got != 1 {
		t.Errorf("%d releases after, want 1", got)
	}
}
