package archive

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

func TestLicense(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://creativecommons.org/licenses/by-nc/3.0/":       "by-nc",
		" HTTP://www.creativecommons.org/licenses/BY/4.0 ":      "by",
		"http://creativecommons.org/licenses/by-nd-nc/1.0/":     "by-nc-nd",
		"http://creativecommons.org/publicdomain/zero/1.0/":     "zero",
		"http://creativecommons.org/licenses/publicdomain/":     "publicdomain",
		"https://creativecommons.org/":                          "",
		"https://creativecommons.org/about/by/":                 "",
		"https://creativecommons.org.evil.example/licenses/by/": "",
		"https://evil.example/creativecommons.org/licenses/by/": "",
		"creativecommons.org/licenses/by/3.0/":                  "",
		"https://user@creativecommons.org:443/licenses/by/1/":   "by",
		"": "",
	} {
		if got := license(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestYearOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		title string
		names []string
		dates []string
		want  int
	}{
		"is in the title":                     {"Nosferatu (1922)", []string{"Nosferatu"}, []string{"2011"}, 1922},
		"is in the date":                      {"Nosferatu", []string{"Nosferatu"}, []string{"1922-03-04T00:00:00Z"}, 1922},
		"is not the film's name":              {"1984", []string{"1984"}, []string{"1956"}, 1956},
		"is beside the film's name":           {"1984 [1956]", []string{"1984"}, []string{"2011"}, 1956},
		"is not within a word of the name":    {"2001: A Space Odyssey", []string{"2001: A Space Odyssey"}, nil, 0},
		"is unknown where there is no number": {"Nosferatu", nil, []string{"", "n.d."}, 0},
		"is no resolution":                    {"Nosferatu 1080p", []string{"Nosferatu"}, nil, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := yearOf(tt.title, tt.names, tt.dates); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for size, want := range map[[2]int]int{
		{0, 0}: 0, {3840, 1600}: 2160, {1920, 800}: 1080, {1280, 536}: 720, {960, 720}: 720, {720, 576}: 576, {640, 480}: 480, {320, 240}: 360,
	} {
		if got := lines(size[0], size[1]); got != want {
			t.Errorf("%v: got %d, want %d", size, got, want)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if ds := validate(Settings{Licenses: codes()}); len(ds) != 0 {
		t.Errorf("good settings: %v", ds)
	}
	if ds := validate(Settings{Licenses: []string{"by", "gpl"}}); len(ds) != 1 || ds[0].Attribute != "licenses[1]" || ds[0].Warning {
		t.Errorf("an unknown licence: %v", ds)
	}
	if ds := validate(Settings{Collections: []string{"nasa", "a) OR (b"}}); len(ds) != 1 || ds[0].Attribute != "collections[1]" || ds[0].Warning {
		t.Errorf("no identifier: %v", ds)
	}
	if ds := validate(Settings{}); len(ds) != 1 || !ds[0].Warning {
		t.Errorf("nothing free: %v", ds)
	}
}

func TestMagnetOfTheArchiveNamesItsTrackers(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]int{"https://archive.org": 2, "https://www.archive.org": 2, "http://127.0.0.1:8000": 0} {
		c, err := newClient(sdk.Env{HTTP: http.DefaultClient}, address)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(magnet(sdk.Release{}, "x", c.trackers()), "&tr="); got != want {
			t.Errorf("%s: got %d trackers, want %d", address, got, want)
		}
	}
}

func FuzzRelease(f *testing.F) {
	for _, name := range []string{"night-1968", "night-restored"} {
		data, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	c, err := newClient(sdk.Env{HTTP: http.DefaultClient}, "https://archive.example")
	if err != nil {
		f.Fatal(err)
	}
	a := &Archive{client: c}
	f.Fuzz(func(t *testing.T, data []byte) {
		var it item
		if httpclient.DecodeJSON(data, &it) != nil {
			return
		}
		r, ok := a.release(it, []string{"Night of the Living Dead"})
		if ok && (len(r.Hash) != 40 || r.Size < 0 || len(r.Files) == 0 || !strings.HasPrefix(r.Torrent, "https://archive.example/download/")) {
			t.Errorf("an insane release: %+v", r)
		}
	})
}
