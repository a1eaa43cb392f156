package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/anacrolix/torrent"
	"golang.org/x/time/rate"
)

// ask sends a request for a range and gives the answer when its header is there.
func ask(ctx context.Context, t *testing.T, url, rng string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", rng)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestAnAnswerBeginsBeforeItsBytesAreThere(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 21, false, 40*pieceLength)
	cl := seed(t, tr, c, nil)
	w := setup(t, defaults(t))
	p := place(t, w, c.request(t, tr.url))
	cl.Close() // and nobody has the rest
	ctx, leave := context.WithCancel(t.Context())
	resp := ask(ctx, t, link(t, w, p, 0).URL, "bytes=2600000-2600099")
	if resp.StatusCode != http.StatusPartialContent || resp.ContentLength != 100 {
		t.Errorf("status %d, %d bytes", resp.StatusCode, resp.ContentLength)
	}
	leave()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("the body ends with %v", err)
	}
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	until(t, "its reader is gone", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.holds[c.hash].bodies) == 0
	})
}

func TestAReaderThatComesAgainFindsWhatHasComeMeanwhile(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 23, false, 8*pieceLength)
	seed(t, tr, c, func(cfg *torrent.ClientConfig) {
		cfg.UploadRateLimiter = rate.NewLimiter(32<<10, 16<<10) // a piece takes two seconds
	})
	w := setup(t, defaults(t))
	p := place(t, w, c.request(t, tr.url))
	url := link(t, w, p, 0).URL
	var got []byte
	from, to := 5*pieceLength, 6*pieceLength
	for tries := 0; len(got) < to-from; tries++ {
		if tries == 100 {
			t.Fatalf("%d bytes after many short looks", len(got))
		}
		ctx, leave := context.WithTimeout(t.Context(), 400*time.Millisecond) // less than a piece takes
		b, _ := read(ctx, url, from+len(got), to)                            // it gives up mostly
		leave()
		got = append(got, b...)
	}
	if !bytes.Equal(got, c.data[from:to]) {
		t.Error("they are other bytes")
	}
}

func TestAPieceIsFinishedThoughItsReaderHasLeft(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 24, false, 40*pieceLength)
	cl := seed(t, tr, c, nil)
	w := setup(t, defaults(t))
	p := place(t, w, c.request(t, tr.url))
	cl.Close()
	url := link(t, w, p, 0).URL
	ctx, leave := context.WithCancel(t.Context())
	ask(ctx, t, url, "bytes=2600000-2600099")
	leave()
	seed(t, tr, c, nil) // now somebody comes who has it
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := e.data.of(c.hash)
	until(t, "the piece is here", func() bool {
		b.mu.RLock()
		defer b.mu.RUnlock()
		return b.marks.all[2600000/pieceLength].here()
	})
}

func TestHowMuchIsFetchedAhead(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int64{
		"": readahead, "bytes=0-": readahead, "bytes=-5": readahead, "bytes=5-1": readahead, "bytes=0-1,5-6": readahead,
		"bytes=10-19": 10, "bytes=0-99999999": readahead, "bytes=0-99999999999999999999": readahead,
	} {
		if got := aheadOf(header); got != want {
			t.Errorf("%q: got %d, want %d", header, got, want)
		}
	}
}
