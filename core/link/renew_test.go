package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// lapsing serves each link for so long from its first use, and then refuses it.
func (c *cdn) lapsing(life time.Duration, refusal int) http.HandlerFunc {
	var mu sync.Mutex
	first := map[string]time.Time{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if first[r.URL.Path].IsZero() {
			first[r.URL.Path] = time.Now()
		}
		if time.Since(first[r.URL.Path]) > life {
			w.WriteHeader(refusal)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(content)))
	}
}

func TestAReaderDoesNotNoticeThatLinksEnd(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404, 410, 416, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
				h := w.cdn.lapsing(time.Minute, status)
				for i := range 100 {
					w.cdn.do(fmt.Sprintf("/a/%d", i), h)
				}
				for off := int64(0); off < 100; off++ {
					if got, err := w.read(t.Context(), off*10, 10); err != nil || got != "0123456789" {
						t.Fatalf("at %d: %q, %v", off, got, err)
					}
					time.Sleep(7 * time.Second)
				}
				if n := w.a.asked.Load(); n < 10 || n > 13 {
					t.Errorf("%d links for 700 seconds", n)
				}
				if len(w.told) > 0 {
					t.Errorf("told %v", w.told)
				}
			})
		})
	}
}

func TestALinkIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.a.expires = 10 * time.Minute
		for range 60 {
			w.a.wait = nil
			w.want(t)
			synctest.Wait()
			w.a.wait = make(chan struct{}) // a reader that asked for a link now would wait for it
			close(w.a.wait)
			time.Sleep(30 * time.Second)
		}
		if n := w.a.asked.Load(); n < 3 || n > 5 {
			t.Errorf("%d links for 30 minutes", n)
		}
	})
}

func TestARenewalAheadOfTimeDelaysNobody(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.a.expires = 10 * time.Minute
		w.want(t)
		time.Sleep(9 * time.Minute)
		w.a.wait = make(chan struct{})
		if d := after(func() { w.want(t) }); d > time.Second {
			t.Errorf("a reader waited %s", d)
		}
		synctest.Wait()
		if n := w.a.asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
		close(w.a.wait)
		synctest.Wait()
		w.want(t)
		if n := w.a.asked.Load(); n != 2 || w.cdn.asked("/a/2") != 1 {
			t.Errorf("asked %d times, the new link served %d", n, w.cdn.asked("/a/2"))
		}
	})
}

func TestARenewalAheadOfTimeThatFailsHarmsNobody(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.a.expires = 10 * time.Minute
		w.want(t)
		time.Sleep(8 * time.Minute)
		w.a.err = errors.New("odd")
		for range 3 {
			w.want(t)
			synctest.Wait()
		}
		if n := w.a.asked.Load(); n != 2 {
			t.Errorf("asked %d times within a moment", n)
		}
	})
}

func TestADeadLinkIsNotRenewedAgainAndAgain(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		for i := range 100 {
			w.cdn.do(fmt.Sprintf("/a/%d", i), status(403))
		}
		for range 30 {
			if _, err := w.read(t.Context(), 0, 10); sdk.KindOf(err) != sdk.Denied {
				t.Fatalf("got %v", err)
			}
			time.Sleep(time.Second)
		}
		if n := w.a.asked.Load(); n > 5 {
			t.Errorf("asked %d times in half a minute", n)
		}
		w.cdn.do(fmt.Sprintf("/a/%d", w.a.asked.Load()+1), nil)
		time.Sleep(proveWithin)
		w.want(t)
	})
}

func TestAFileThatChangesUnderItsLinkIsNotRead(t *testing.T) {
	t.Parallel()
	tagged := func(tag, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader(strings.Repeat(text, len(content)/len(text))))
		}
	}
	right, wrong := tagged(`"1"`, "0123456789"), tagged(`"2"`, "abcdefghij")
	t.Run("another link has the right one", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		w.cdn.do("/a/1", right)
		w.want(t)
		w.cdn.do("/a/1", wrong)
		w.cdn.do("/a/2", right)
		w.want(t)
		if n := w.a.asked.Load(); n != 2 || w.b.asked.Load() != 0 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("only another provider has", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		w.cdn.do("/a/1", right)
		w.want(t)
		for i := range 20 {
			w.cdn.do(fmt.Sprintf("/a/%d", i), wrong)
		}
		for range 5 {
			w.want(t)
		}
		if n := w.a.asked.Load(); n != 2 || w.b.asked.Load() != 1 {
			t.Errorf("asked a %d times and b %d times", n, w.b.asked.Load())
		}
	})
	t.Run("nobody has", func(t *testing.T) {
		t.Parallel()
		w := setup(t, onlyA...)
		w.cdn.do("/a/1", right)
		w.want(t)
		w.cdn.do("/a/1", wrong)
		w.cdn.do("/a/2", wrong)
		for range 3 {
			if got, err := w.read(t.Context(), 0, 10); sdk.KindOf(err) != sdk.Unavailable {
				t.Errorf("got %q, %v", got, err)
			}
		}
	})
	t.Run("but a weak tag, or that of another link, tells nothing", func(t *testing.T) {
		t.Parallel()
		w := setup(t, onlyA...)
		w.cdn.do("/a/1", tagged(`W/"1"`, "0123456789"))
		w.want(t)
		w.cdn.do("/a/1", tagged(`W/"2"`, "0123456789"))
		w.want(t)
		w.cdn.do("/a/1", status(403))
		w.cdn.do("/a/2", tagged(`"other machine"`, "0123456789"))
		w.want(t)
		if n := w.a.asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestAnEncodedBodyIsNotRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.cdn.do("/a/1", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Encoding", "br")
		http.ServeContent(rw, r, "", time.Time{}, strings.NewReader(string(content)))
	})
	w.want(t)
	if n := w.a.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestAServerWithoutRangesGivesItsFileFromTheBeginning(t *testing.T) {
	t.Parallel()
	w := setup(t, onlyA...)
	w.a.noRange = true
	w.cdn.do("/a/1", func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			t.Error("it was asked for a range")
		}
		rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
		rw.Write(content)
	})
	if got, err := w.read(t.Context(), 0, 15); err != nil || got != "012345678901234" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := w.read(t.Context(), 15, 10); sdk.KindOf(err) != sdk.Unavailable || !strings.Contains(err.Error(), "serves no ranges") {
		t.Errorf("got %v", err)
	}
	w.cdn.do("/a/1", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(content[1:]) })
	w.cdn.do("/a/2", func(rw http.ResponseWriter, _ *http.Request) { rw.Write(content[1:]) })
	if got, err := w.read(t.Context(), 0, 10); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("of a file of another size: %q, %v", got, err)
	}
}

func TestWhatTheLibrarySaysIsBelievedForAMoment(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.want(t)
		lose := func(p db.Placement) {
			if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.SavePlacement(t.Context(), p)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		ps, err := w.db.PlacementsFor(t.Context(), w.file.ID)
		if err != nil {
			t.Fatal(err)
		}
		ps[0].State = sdk.PlacementFailed
		lose(ps[0])
		time.Sleep(lookupTTL)
		if _, err := w.read(t.Context(), 0, 10); sdk.KindOf(err) != sdk.Unavailable || !strings.Contains(err.Error(), "no provider") {
			t.Errorf("a placement that is gone: %v", err)
		}
		ps[0].State = sdk.PlacementReady
		lose(ps[0])
		time.Sleep(lookupTTL)
		w.want(t)
		b := ps[0]
		b.ID, b.Instance, b.Provider = 0, "b", "p-b"
		lose(b)
		w.cdn.do("/a/1", status(403))
		w.cdn.do("/a/2", status(403))
		w.want(t) // from b, of whom it was not told yet
		if n := w.b.asked.Load(); n != 1 {
			t.Errorf("b was asked %d times", n)
		}
	})
}

func TestAFilmGoesOnThoughTheLibraryDoesNotTellOfIt(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, w *world) error{
		"for it cannot be asked": func(_ *testing.T, w *world) error { return w.db.Close() },
		"for the file has left it": func(t *testing.T, w *world) error {
			return w.db.Tx(t.Context(), func(tx *db.Tx) error { return tx.RemoveFile(t.Context(), w.file.ID) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
				w.want(t)
				if err := lose(t, w); err != nil {
					t.Fatal(err)
				}
				for range 10 {
					time.Sleep(orphanTTL / 2)
					w.want(t)
				}
				time.Sleep(orphanTTL + time.Second)
				if _, err := w.read(t.Context(), 0, 10); err == nil {
					t.Error("it may be read for ever")
				}
			})
		})
	}
}

func TestABodyTellsWhoGivesIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.cdn.do("/a/1", status(403))
	w.cdn.do("/a/2", status(403))
	b, err := w.Read(context.Background(), w.file.Content, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if from := b.(interface{ From() string }).From(); from != "b" {
		t.Errorf("from %q", from)
	}
	if _, err := io.ReadFull(b, make([]byte, 30)); err != nil {
		t.Fatal(err)
	}
	b.Close()
	b.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	want := []over{{"a", 0, sdk.Denied}, {"a", 0, sdk.Denied}, {"b", 30, ""}}
	if fmt.Sprint(w.over) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", w.over, want)
	}
}
