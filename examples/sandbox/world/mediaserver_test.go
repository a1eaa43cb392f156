package world

import (
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMediaServersHear(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Library: "/mnt/films"})
	jelly, plex := w.Endpoints.Jellyfin, w.Endpoints.Plex
	update := `{"Updates":[{"Path":"/mnt/films/movies/a.mkv","UpdateType":"Created"},{"Path":"/mnt/films/movies/b.mkv","UpdateType":"Deleted"}]}`
	calls := []struct {
		method, url, body, header string
		want                      int
	}{
		{"POST", jelly.URL + "/Library/Media/Updated", update, `Authorization: MediaBrowser Client="x", Token="` + jelly.Key + `"`, 204},
		{"POST", jelly.URL + "/Library/Refresh", "", "X-Emby-Token: " + jelly.Key, 204},
		{"POST", jelly.URL + "/Library/Media/Updated", update, `Authorization: MediaBrowser Token="wrong"`, 401},
		{"POST", jelly.URL + "/Library/Media/Updated", "junk", "X-Emby-Token: " + jelly.Key, 400},
		{"GET", jelly.URL + "/System/Info", "", "", 401},
		{"GET", jelly.URL + "/System/Info", "", "X-Emby-Token: " + jelly.Key, 200},
		{"GET", jelly.URL + "/System/Info/Public", "", "", 200},
		{"GET", jelly.URL + "/Users/Me?api_key=" + jelly.Key, "", "", 200},
		{"GET", jelly.URL + "/Users", "", "X-MediaBrowser-Token: " + jelly.Key, 200},
		{"GET", plex.URL + "/identity", "", "", 200},
		{"GET", plex.URL + "/library/sections", "", "", 401},
		{"GET", plex.URL + "/", "", "X-Plex-Token: " + plex.Key, 200},
		{"GET", plex.URL + "/library/sections/1/refresh?path=%2Fmnt%2Ffilms%2Fmovies%2Fa", "", "X-Plex-Token: " + plex.Key, 200},
		{"POST", plex.URL + "/library/sections/2/refresh?X-Plex-Token=" + plex.Key, "", "", 200},
		{"POST", plex.URL + "/library/sections/9/refresh", "", "X-Plex-Token: " + plex.Key, 404},
	}
	for _, c := range calls {
		if got := call(t, c.method, c.url, c.body, c.header).status; got != c.want {
			t.Errorf("%s %s with %s: status %d, want %d", c.method, c.url, c.header, got, c.want)
		}
	}
	want := []Heard{
		{Server: "jellyfin", Kind: "updated", Paths: []Update{{"/mnt/films/movies/a.mkv", "Created"}, {"/mnt/films/movies/b.mkv", "Deleted"}}},
		{Server: "jellyfin", Kind: "scan", Paths: []Update{}},
		{Server: "plex", Kind: "refresh", Section: "1", Paths: []Update{{Path: "/mnt/films/movies/a"}}},
		{Server: "plex", Kind: "scan", Section: "2", Paths: []Update{}},
	}
	if diff := cmp.Diff(w.Heard(), want, cmpopts.IgnoreFields(Heard{}, "At")); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
	call(t, "DELETE", w.Endpoints.Control.URL+"/heard", "")
	if got := w.Heard(); len(got) != 0 {
		t.Errorf("not forgotten: %+v", got)
	}
}

func TestMediaServersTellTheirSections(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	call(t, "POST", w.Endpoints.Control.URL+"/library", `{"path":"/srv/library"}`)
	token := "X-Plex-Token: " + w.Endpoints.Plex.Key
	url := w.Endpoints.Plex.URL + "/library/sections"
	var fromXML plexContainer
	if err := xml.Unmarshal(get(t, url, token).body, &fromXML); err != nil {
		t.Fatal(err)
	}
	var fromJSON struct{ MediaContainer plexContainer }
	get(t, url, token, "Accept: application/json").json(t, &fromJSON)
	if diff := cmp.Diff(fromXML, fromJSON.MediaContainer, cmpopts.IgnoreTypes(xml.Name{})); diff != "" {
		t.Errorf("-xml +json:\n%s", diff)
	}
	var folders []struct {
		Locations      []string
		CollectionType string
	}
	get(t, w.Endpoints.Jellyfin.URL+"/Library/VirtualFolders", "X-Emby-Token: "+w.Endpoints.Jellyfin.Key).json(t, &folders)
	got := []string{fromXML.Directory[0].Location[0].Path, fromXML.Directory[1].Location[0].Path, folders[0].Locations[0], folders[1].Locations[0]}
	if diff := cmp.Diff(got, []string{"/srv/library/movies", "/srv/library/shows", "/srv/library/movies", "/srv/library/shows"}); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
}
