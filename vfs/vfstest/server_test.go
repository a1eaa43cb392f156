package vfstest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
)

func TestMain(m *testing.M) { Main(m) }

// get asks a server for 1000 bytes from 5000 on.
func get(t *testing.T, s *Server) (*http.Response, []byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL("film", 1<<20, "first"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Range", "bytes=5000-5999")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, body, err
}

func TestServerAnswersAsScripted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		reply     Reply
		status    int
		span      string
		id        string
		off       int64
		n         int
		wantError bool
	}{
		{"well", Reply{}, 206, "bytes 5000-5999/1048576", "film", 5000, 1000, false},
		{"with a status", Reply{Status: 503, RetryAfter: "3"}, 503, "", "", 0, 0, false},
		{"with a redirect", Reply{Redirect: "http://x/"}, 302, "", "", 0, 0, false},
		{"with the whole file", Reply{Whole: true}, 200, "", "film", 0, 1 << 20, false},
		{"with a false range", Reply{ContentRange: "bytes 0-999/5"}, 206, "bytes 0-999/5", "film", 5000, 1000, false},
		{"with another range", Reply{Shift: 7}, 206, "bytes 5007-6006/1048576", "film", 5007, 1000, false},
		{"with another file", Reply{As: "other", Size: 5500}, 206, "bytes 5000-5499/5500", "other", 5000, 500, false},
		{"with a body that ends early", Reply{Cut: true, After: 10}, 206, "bytes 5000-5999/1048576", "film", 5000, 10, false},
		{"with a reset", Reply{Reset: true, After: 10}, 206, "bytes 5000-5999/1048576", "film", 5000, 10, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := NewServer(t)
			s.Script(func(Ask) Reply { return tt.reply })
			resp, body, err := get(t, s)
			if resp == nil || (err != nil) != tt.wantError {
				t.Fatalf("got %v, %v", resp, err)
			}
			want := make([]byte, tt.n)
			Bytes(tt.id, tt.off, want)
			if resp.StatusCode != tt.status || resp.Header.Get("Content-Range") != tt.span || !tt.wantError && !bytes.Equal(body, want) {
				t.Errorf("got %d %q and %d bytes", resp.StatusCode, resp.Header.Get("Content-Range"), len(body))
			}
			if got := s.Asks(); len(got) != 1 || got[0] != (Ask{N: 1, ContentID: "film", Link: "first", Size: 1 << 20, Off: 5000, Len: 1000}) {
				t.Errorf("it was asked %+v", got)
			}
		})
	}
}

func TestServerHangsUntilTheClientLeaves(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]Reply{"before the headers": {Hang: true}, "in the body": {Stall: true, After: 100}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewServer(t)
			s.Script(func(Ask) Reply { return reply })
			ctx, leave := context.WithCancel(t.Context())
			src := Links{"film": s.URL("film", 1<<20, "")}
			done := make(chan error, 1)
			go func() {
				body, err := src.ReadRange(ctx, "film", 0, 1000)
				if err == nil {
					defer body.Close()
					_, err = io.ReadAll(body)
				}
				done <- err
			}()
			Eventually(t, "the request is being answered", func() bool { return s.Open() == 1 })
			leave()
			if err := <-done; err == nil {
				t.Error("the body was whole")
			}
			Eventually(t, "the server has let go", func() bool { return s.Open() == 0 })
		})
	}
}

func TestLinksRefuseWhatWasNotAskedFor(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]Reply{
		"the whole file": {Whole: true}, "another range": {Shift: 1}, "no range": {ContentRange: "-"}, "an error": {Status: 403},
	} {
		s := NewServer(t)
		s.Script(func(Ask) Reply { return reply })
		if body, err := (Links{"film": s.URL("film", 1<<20, "")}).ReadRange(t.Context(), "film", 10, 1000); err == nil {
			body.Close()
			t.Errorf("%s was taken", name)
		}
	}
}
