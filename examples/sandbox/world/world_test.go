package world

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// setup starts a world of the test's own.
func setup(t *testing.T, opts Options) *World {
	t.Helper()
	w, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// json decodes the body.
func (a answered) json(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("status %d, body %.300q: %v", a.status, a.body, err)
	}
}

// call makes a request: headers as "Name: value". Redirects are followed, and kept-alive connections are not used.
func call(t *testing.T, method, url, body string, headers ...string) answered {
	t.Helper()
	a, err := try(t, method, url, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// try is call for those who expect it to fail.
func try(t *testing.T, method, url, body string, headers ...string) (answered, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return answered{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answered{status: resp.StatusCode, header: resp.Header, body: b}, err
}

// get is call with GET.
func get(t *testing.T, url string, headers ...string) answered {
	t.Helper()
	return call(t, http.MethodGet, url, "", headers...)
}

// until polls for up to a minute, which only a test that fails takes.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// named finds a release of the catalog.
func named(t *testing.T, w *World, name string) Release {
	t.Helper()
	for _, r := range w.Catalog() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no release %s", name)
	return Release{}
}

// original is the bytes of a release's file.
func original(t *testing.T, w *World, r Release, i int) []byte {
	t.Helper()
	f, err := w.Open(r.Hash, r.Files[i].Path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTwoWorldsLiveSideBySide(t *testing.T) {
	t.Parallel()
	a, b := setup(t, Options{}), setup(t, Options{Empty: true})
	if _, err := a.SetFault(Fault{Service: "cinemeta", Mode: "500"}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, a.Endpoints.Cinemeta.URL+"/manifest.json").status; got != 500 {
		t.Errorf("the faulty world answers %d, want 500", got)
	}
	if got := get(t, b.Endpoints.Cinemeta.URL+"/manifest.json").status; got != 200 {
		t.Errorf("the other world answers %d, want 200", got)
	}
	if got := []int{len(a.Requests()), len(b.Requests())}; got[0] != 3 || got[1] != 0 {
		t.Errorf("the worlds have %v requests, want 3 and 0", got)
	}
}

func TestWorldIsFoundWhereItWas(t *testing.T) {
	t.Parallel()
	opts := Options{State: t.TempDir()}
	first, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	again := setup(t, opts)
	if first.Endpoints != again.Endpoints {
		t.Errorf("got %+v, want %+v", again.Endpoints, first.Endpoints)
	}
}

func TestServicesStopAndStart(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	url := w.Endpoints.Jellyfin.URL + "/System/Info/Public"
	control := w.Endpoints.Control.URL + "/services/"
	if got := call(t, "POST", control+"jellyfin/stop", "").status; got != 204 {
		t.Fatalf("stop: status %d", got)
	}
	if _, err := try(t, "GET", url, ""); err == nil {
		t.Error("a stopped service answers")
	}
	if got := call(t, "POST", control+"jellyfin/start", "").status; got != 204 {
		t.Fatalf("start: status %d", got)
	}
	if got := get(t, url).status; got != 200 {
		t.Errorf("a started service answers %d", got)
	}
	for _, bad := range []string{"control/stop", "nobody/stop", "plex/kick"} {
		if got := call(t, "POST", control+bad, "").status; got != 400 {
			t.Errorf("%s: status %d, want 400", bad, got)
		}
	}
}

func TestRequestsAreLoggedWithoutKeys(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w, err := Start(t.Context(), Options{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	get(t, w.Endpoints.Torznab.URL+"?t=search&apikey="+w.Endpoints.Torznab.Key)
	if err := w.Close(); err != nil { // and with it, whoever writes to the log
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "torznab       GET /api 200 ") || strings.Contains(got, w.Endpoints.Torznab.Key) {
		t.Errorf("log: %q", got)
	}
}

func TestControlShowsTheWorld(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	for path, want := range map[string]string{
		"endpoints": `"torznab":{"url":"http://127.0.0.1:`, "catalog": "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL", "originals": `"sha256":"`, "heard": "[]", "requests": BigBuckBunny,
		"requests/changes": "[]", "faults": "[]", "seeder": `"uploadedBytes":0`, "tracker": `"announces":0`, "realdebrid": `"slots":10`, "services": `"running":true`,
	} {
		t.Run(path, func(t *testing.T) {
			a := get(t, w.Endpoints.Control.URL+"/"+path)
			if a.status != 200 || !strings.Contains(string(a.body), want) {
				t.Errorf("status %d, want %s in %.200s", a.status, want, a.body)
			}
		})
	}
}
