package world

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestFaultsSpeakTheServicesLanguage(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	tests := []struct {
		service, url, mode string
		code               int
		want               string
	}{
		{"realdebrid", w.Endpoints.RealDebrid.URL + "/user", "429", 0, `429 {"error":"too_many_requests","error_code":34}`},
		{"realdebrid", w.Endpoints.RealDebrid.URL + "/user", "503", 19, `503 {"error":"hoster_unavailable","error_code":19}`},
		{"realdebrid", w.Endpoints.RealDebrid.URL + "/user", "500", 0, `500 {"error":"internal_error","error_code":-1}`},
		{"torznab", w.Endpoints.Torznab.URL, "429", 0, `429 <?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<error code="500" description="Too Many Requests"/>` + "\n"},
		{"torznab-plain", w.Endpoints.TorznabPlain.URL, "500", 0, `500 <?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<error code="900" description="Internal Server Error"/>` + "\n"},
		{"overseerr", w.Endpoints.Overseerr.URL + "/api/v1/status", "401", 0, `401 {"message":"Unauthorized","status":401}`},
		{"plex", w.Endpoints.Plex.URL + "/identity", "410", 0, "410 Gone\n"},
		{"archive", w.Endpoints.Archive.URL + "/metadata/x", "404", 0, "404 Not Found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.service+" "+tt.mode, func(t *testing.T) {
			body := fmt.Sprintf(`{"service":%q,"mode":%q,"code":%d,"times":1,"retryAfter":7}`, tt.service, tt.mode, tt.code)
			if a := call(t, "POST", w.Endpoints.Control.URL+"/fault", body); a.status != 200 {
				t.Fatalf("set: %d %s", a.status, a.body)
			}
			a := get(t, tt.url)
			if diff := cmp.Diff(fmt.Sprintf("%d %s", a.status, a.body), tt.want); diff != "" || a.header.Get("Retry-After") != "7" {
				t.Errorf("Retry-After %q, -got +want:\n%s", a.header.Get("Retry-After"), diff)
			}
			if again := get(t, tt.url); again.status == a.status && bytes.Equal(again.body, a.body) {
				t.Error("it fails a second time")
			}
		})
	}
}

// faulty makes a world with a file to read and one fault upon it.
func faulty(t *testing.T, f Fault) (w *World, url string, whole []byte) {
	t.Helper()
	w = setup(t, Options{})
	r := named(t, w, "Sintel.2010.720p.BluRay.x264-RACE")
	f.Service = "webseed"
	if _, err := w.SetFault(f); err != nil {
		t.Fatal(err)
	}
	return w, w.Endpoints.WebSeed.URL + "/" + r.Hash + "/" + r.Files[0].Path, original(t, w, r, 0)
}

func TestFaultsOfBytes(t *testing.T) {
	t.Parallel()
	const span = "Range: bytes=1000-1999"
	t.Run("truncate breaks off in the middle", func(t *testing.T) {
		t.Parallel()
		_, url, whole := faulty(t, Fault{Mode: "truncate"})
		a, err := try(t, "GET", url, "", span)
		if !errors.Is(err, io.ErrUnexpectedEOF) || a.status != 206 || !bytes.Equal(a.body, whole[1000:1500]) {
			t.Errorf("status %d, %d bytes, %v", a.status, len(a.body), err)
		}
	})
	t.Run("200instead206 ignores the range", func(t *testing.T) {
		t.Parallel()
		_, url, whole := faulty(t, Fault{Mode: "200instead206"})
		if a := get(t, url, span); a.status != 200 || !bytes.Equal(a.body, whole) {
			t.Errorf("status %d, %d bytes", a.status, len(a.body))
		}
	})
	t.Run("badrange says another range", func(t *testing.T) {
		t.Parallel()
		_, url, whole := faulty(t, Fault{Mode: "badrange"})
		a := get(t, url, span)
		if got, want := a.header.Get("Content-Range"), fmt.Sprintf("bytes 1001-2000/%d", len(whole)); got != want || !bytes.Equal(a.body, whole[1000:2000]) {
			t.Errorf("Content-Range %q, want %q", got, want)
		}
	})
	t.Run("garbage is something else", func(t *testing.T) {
		t.Parallel()
		_, url, whole := faulty(t, Fault{Mode: "garbage"})
		if a := get(t, url, span); a.status != 200 || bytes.Equal(a.body, whole[1000:2000]) || bytes.HasPrefix(a.body, []byte("{")) {
			t.Errorf("status %d, %q", a.status, a.body)
		}
	})
	t.Run("reset resets", func(t *testing.T) {
		t.Parallel()
		_, url, _ := faulty(t, Fault{Mode: "reset"})
		if _, err := try(t, "GET", url, ""); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want a reset", err)
		}
	})
	t.Run("hang answers nothing", func(t *testing.T) {
		t.Parallel()
		w, url, _ := faulty(t, Fault{Mode: "hang"})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err == nil {
				_, err = http.DefaultTransport.RoundTrip(req)
			}
			done <- err
		}()
		until(t, "the request hangs", func() bool { return w.Faults()[0].Hits == 1 })
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("hang does not outlive the world", func(t *testing.T) {
		t.Parallel()
		w, url, _ := faulty(t, Fault{Mode: "hang"})
		done := make(chan error)
		go func() {
			_, err := http.Get(url)
			done <- err
		}()
		until(t, "the request hangs", func() bool { return w.Faults()[0].Hits == 1 })
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err == nil {
			t.Error("it was answered")
		}
	})
	t.Run("slow is late and right", func(t *testing.T) {
		t.Parallel()
		_, url, whole := faulty(t, Fault{Mode: "slow", DelayMS: 50})
		start := time.Now()
		if a := get(t, url, span); !bytes.Equal(a.body, whole[1000:2000]) || time.Since(start) < 50*time.Millisecond {
			t.Errorf("%d bytes after %s", len(a.body), time.Since(start))
		}
	})
	t.Run("slow keeps to its speed", func(t *testing.T) {
		t.Parallel()
		_, url, whole := faulty(t, Fault{Mode: "slow", Speed: 2000})
		start := time.Now()
		if a := get(t, url, span); !bytes.Equal(a.body, whole[1000:2000]) || time.Since(start) < 300*time.Millisecond {
			t.Errorf("%d bytes after %s", len(a.body), time.Since(start))
		}
	})
}

func TestCallsAreRemembered(t *testing.T) {
	t.Parallel()
	w, url, _ := faulty(t, Fault{Mode: "404", Times: 1})
	get(t, url, "Range: bytes=0-9")
	get(t, url, "Range: bytes=10-29")
	get(t, w.Endpoints.Plex.URL+"/identity")
	until(t, "both calls are listed", func() bool { return len(w.Calls("webseed")) == 2 })
	var got []Call
	get(t, w.Endpoints.Control.URL+"/calls?service=webseed").json(t, &got)
	path := got[0].Path
	want := []Call{{Service: "webseed", Method: "GET", Path: path, Range: "bytes=0-9", Status: 404, Bytes: 10, Fault: "404"}, {Service: "webseed", Method: "GET", Path: path, Range: "bytes=10-29", Status: 206, Bytes: 20}}
	if diff := cmp.Diff(got, want, cmpopts.IgnoreFields(Call{}, "At")); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
	call(t, "DELETE", w.Endpoints.Control.URL+"/calls", "")
	if got := w.Calls("webseed"); len(got) != 0 {
		t.Errorf("not forgotten: %+v", got)
	}
}

func TestFaultsHitWhatTheyAreMeantFor(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	at := w.Endpoints.Cinemeta.URL
	statuses := func(n int, path string) []int {
		var out []int
		for range n {
			out = append(out, get(t, at+path).status)
		}
		return out
	}
	set := func(f Fault) int {
		id, err := w.SetFault(f)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := set(Fault{Service: "cinemeta", Match: "/meta/", Mode: "503", After: 1, Times: 2})
	if diff := cmp.Diff(statuses(4, "/meta/movie/tt1254207.json"), []int{200, 503, 503, 200}); diff != "" {
		t.Errorf("after one, twice: -got +want:\n%s", diff)
	}
	if diff := cmp.Diff(statuses(1, "/manifest.json"), []int{200}); diff != "" {
		t.Errorf("another path: -got +want:\n%s", diff)
	}
	set(Fault{Method: "POST", Mode: "500"})
	set(Fault{Service: "plex", Mode: "500"})
	if diff := cmp.Diff(statuses(1, "/manifest.json"), []int{200}); diff != "" {
		t.Errorf("another method or service: -got +want:\n%s", diff)
	}
	all := set(Fault{Service: "*", Mode: "418"})
	if diff := cmp.Diff(statuses(2, "/manifest.json"), []int{418, 418}); diff != "" {
		t.Errorf("every service: -got +want:\n%s", diff)
	}
	call(t, "DELETE", fmt.Sprintf("%s/fault/%d", w.Endpoints.Control.URL, all), "")
	if diff := cmp.Diff(statuses(1, "/manifest.json"), []int{200}); diff != "" {
		t.Errorf("cleared: -got +want:\n%s", diff)
	}
	if f := w.Faults()[0]; f.ID != first || f.Hits != 2 || len(w.Faults()) != 3 {
		t.Errorf("faults: %+v", w.Faults())
	}
	call(t, "DELETE", w.Endpoints.Control.URL+"/faults", "")
	if got := w.Faults(); len(got) != 0 {
		t.Errorf("not cleared: %+v", got)
	}
	for _, bad := range []string{`{"service":"nobody","mode":"500"}`, `{"service":"plex","mode":"dance"}`, `{"service":"plex","mode":"200"}`, `junk`} {
		if got := call(t, "POST", w.Endpoints.Control.URL+"/fault", bad).status; got != 400 {
			t.Errorf("%s: status %d, want 400", bad, got)
		}
	}
}
