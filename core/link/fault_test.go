package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// dead are the ways in which a server does not answer.
var dead = map[string]func(w *world, n *network, name string){
	"refuses connections": func(_ *world, n *network, name string) { n.host(name, refuse) },
	"does not take connections": func(_ *world, n *network, name string) {
		n.host(name, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, dialTimeout) // as the real one
			defer cancel()
			return vanish(ctx)
		})
	},
	"hangs before the header": func(w *world, _ *network, name string) { w.cdn.all(name, hang) },
	"hangs up":                func(w *world, _ *network, name string) { w.cdn.all(name, bad["a hang-up"]) },
	"answers 500":             func(w *world, _ *network, name string) { w.cdn.all(name, status(500)) },
	"answers 502":             func(w *world, _ *network, name string) { w.cdn.all(name, status(502)) },
	"answers 503":             func(w *world, _ *network, name string) { w.cdn.all(name, status(503)) },
	"answers 504":             func(w *world, _ *network, name string) { w.cdn.all(name, status(504)) },
}

// all has every link of an instance lead to the same.
func (c *cdn) all(name string, h http.HandlerFunc) {
	for i := range 100 {
		c.do(fmt.Sprintf("/%s/%d", name, i), h)
	}
}

func TestADeadServerIsPassedOver(t *testing.T) {
	t.Parallel()
	for name, die := range dead {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTime(t, nil, func(t *testing.T, w *world, n *network) {
				w.want(t)
				w.http.CloseIdleConnections()
				die(w, n, "a")
				if d := after(func() { w.want(t) }); d > 15*time.Second {
					t.Errorf("the other gave the first range after %s", d)
				}
				for range 5 {
					time.Sleep(time.Second)
					if d := after(func() { w.want(t) }); d > time.Second {
						t.Errorf("a reader waits %s once it is known", d)
					}
				}
				n.host("a", nil)
				w.cdn.all("a", nil)
				w.http.CloseIdleConnections()
				time.Sleep(restMost)
				served := w.b.asked.Load() + int32(n.dialled("b"))
				w.want(t)
				w.want(t)
				if again := w.b.asked.Load() + int32(n.dialled("b")); again != served {
					t.Error("it is not asked first again when it is well")
				}
			})
		})
	}
}

func TestADeadServerThatNoOtherStandsInForIsAnError(t *testing.T) {
	t.Parallel()
	for name, die := range dead {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTime(t, onlyA, func(t *testing.T, w *world, n *network) {
				die(w, n, "a")
				var err error
				d := after(func() { _, err = w.read(t.Context(), 0, 10) })
				if sdk.KindOf(err) != sdk.Unavailable || d > 30*time.Second {
					t.Errorf("after %s: %v", d, err)
				}
				if text := err.Error() + w.log.String(); strings.Contains(text, "hunter2") {
					t.Errorf("a secret is told: %s", text)
				}
				n.host("a", nil)
				w.cdn.all("a", nil)
				time.Sleep(proveWithin)
				w.want(t)
			})
		})
	}
}

func TestAServerThatFailsForAMomentIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []int{500, 502, 504} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			inTime(t, nil, func(t *testing.T, w *world, _ *network) {
				w.cdn.do("/a/1", func(rw http.ResponseWriter, _ *http.Request) {
					w.cdn.do("/a/1", nil)
					rw.WriteHeader(code)
				})
				if d := after(func() { w.want(t) }); d < againFirst {
					t.Errorf("at once: after %s", d)
				}
				if w.a.asked.Load() != 1 || w.b.asked.Load() != 0 {
					t.Errorf("asked for %d links", w.a.asked.Load()+w.b.asked.Load())
				}
			})
		})
	}
}

func TestAnInstanceThatGivesNoLinkDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	inTime(t, nil, func(t *testing.T, w *world, _ *network) {
		w.a.wait = make(chan struct{})
		if d := after(func() { w.want(t) }); d > linkWithin+time.Second {
			t.Errorf("the first read took %s", d)
		}
		if d := after(func() { w.want(t) }); d > time.Second {
			t.Errorf("the second read took %s", d)
		}
		close(w.a.wait)
		synctest.Wait()
		b := w.cdn.asked("/b/1")
		w.want(t)
		if w.cdn.asked("/b/1") != b {
			t.Error("its link is not used when it has come")
		}
	})
}

func tooMany(after string, times int) func(c *cdn) http.HandlerFunc {
	return func(c *cdn) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if times--; times == 0 {
				c.all("a", nil)
			}
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(429)
		}
	}
}

func TestALimitPausesTheInstance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		h     func(c *cdn) http.HandlerFunc
		alone bool
		kind  sdk.Kind
		within,
		least time.Duration
	}{
		{"another is asked at once", tooMany("3600", 1), false, "", time.Second, 0},
		{"a short one is waited out where there is no other", tooMany("3", 1), true, "", 4 * time.Second, 3 * time.Second},
		{"one of unknown length is waited out", tooMany("", 1), true, "", 4 * time.Second, time.Second},
		{"a long one is not waited out", tooMany("60", 1), true, sdk.Limited, time.Second, 0},
		{"one that is repeated is an error in the end", tooMany("1", -1), true, sdk.Limited, 10 * time.Second, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			places := onlyA
			if !c.alone {
				places = nil
			}
			inTime(t, places, func(t *testing.T, w *world, _ *network) {
				w.cdn.all("a", c.h(w.cdn))
				var err error
				d := after(func() { _, err = w.read(t.Context(), 0, 10) })
				if sdk.KindOf(err) != c.kind || d > c.within || d < c.least {
					t.Errorf("%v after %s", err, d)
				}
				if w.a.asked.Load() != 1 {
					t.Errorf("%d links: another link is no cure", w.a.asked.Load())
				}
			})
		})
	}
}

func TestAnInstanceIsNotAskedWhileItWantsAPause(t *testing.T) {
	t.Parallel()
	inTime(t, nil, func(t *testing.T, w *world, _ *network) {
		w.cdn.all("a", tooMany("60", 1)(w.cdn))
		for range 50 {
			w.want(t)
			time.Sleep(time.Second)
		}
		if n := w.cdn.asked("/a/1"); n != 1 {
			t.Errorf("it was asked %d times meanwhile", n)
		}
		time.Sleep(10 * time.Second)
		w.want(t)
		if n := w.cdn.asked("/a/1"); n != 2 {
			t.Errorf("it was asked %d times afterwards", n)
		}
	})
}

// errHung is with what a reader gives up that got nothing for too long.
var errHung = errors.New("nothing came")

func TestABodyThatHangsLeadsToTheNextProvider(t *testing.T) {
	t.Parallel()
	inTime(t, nil, func(t *testing.T, w *world, _ *network) {
		w.cdn.all("a", part(4, func(r *http.Request) { <-r.Context().Done() }))
		ctx, leave := context.WithCancelCause(t.Context())
		body, err := w.Read(ctx, w.file.Content, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(8*time.Second, func() { leave(errHung) })
		got, err := io.ReadAll(body)
		if string(got) != "0123" || !errors.Is(err, errHung) {
			t.Errorf("got %q, %v", got, err)
		}
		body.Close()
		w.want(t)
		if w.b.asked.Load() != 1 {
			t.Error("the other was not asked")
		}
	})
}

func TestBodiesThatAreCutAgainAndAgainLeadToTheNextProvider(t *testing.T) {
	t.Parallel()
	inTime(t, nil, func(t *testing.T, w *world, _ *network) {
		w.cdn.all("a", part(4, func(*http.Request) {}))
		for i, want := range []string{"0123", "0123", "0123456789"} {
			got, err := w.read(t.Context(), 0, 10)
			if got != want || (err == nil) != (len(got) == 10) {
				t.Errorf("%d: got %q, %v", i, got, err)
			}
		}
	})
}

func TestAReaderThatLeavesIsNobodysFault(t *testing.T) {
	t.Parallel()
	inTime(t, nil, func(t *testing.T, w *world, _ *network) {
		w.cdn.do("/a/1", hang)
		for range 5 {
			ctx, leave := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, leave)
			if _, err := w.read(ctx, 0, 10); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		w.cdn.do("/a/1", nil)
		w.want(t)
		if w.b.asked.Load() != 0 {
			t.Error("another was asked")
		}
	})
}

func TestConnectionsAreKeptForTheNextRange(t *testing.T) {
	t.Parallel()
	all := int64(len(content))
	for _, c := range []struct {
		name   string
		do     func(t *testing.T, w *world)
		opened int
	}{
		{"of a body that was read whole", func(t *testing.T, w *world) { w.take(t, 100, 100) }, 1},
		{"of one of which little was left", func(t *testing.T, w *world) { w.take(t, drainBytes, 100) }, 1},
		{"not of one of which much was left", func(t *testing.T, w *world) { w.take(t, all, 100) }, 2},
		{"of one whose reader left first", func(t *testing.T, w *world) { w.abandon(t, 1000) }, 1},
		{"of a refusal", func(_ *testing.T, w *world) { w.cdn.do("/a/1", status(403)) }, 1},
		{"not of one whose rest does not come", func(t *testing.T, w *world) {
			w.cdn.do("/a/1", part(50, func(r *http.Request) { <-r.Context().Done() }))
			w.take(t, 100, 10)
			w.cdn.do("/a/1", nil)
		}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inTime(t, onlyA, func(t *testing.T, w *world, n *network) {
				c.do(t, w)
				time.Sleep(time.Second) // more than a drain takes
				w.want(t)
				if got := n.dialled("a"); got != c.opened {
					t.Errorf("%d connections, want %d", got, c.opened)
				}
				if opened, _ := w.opened(); opened != n.dialled("a") {
					t.Errorf("%d connections are told of", opened)
				}
			})
		})
	}
}

func TestAJumpTakesAConnectionThatIsOpen(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, n *network) {
		for range 3 {
			b, err := w.Read(t.Context(), w.file.Content, 0, int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			before := n.dialled("a")
			w.want(t) // while the body has its connection
			if got := n.dialled("a") - before; got != 0 {
				t.Errorf("a jump dials %d times", got)
			}
			b.Close()
			time.Sleep(warmEvery)
		}
	})
}

func TestNoConnectionIsOpenedAheadWhereFewAreAllowed(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, n *network) {
		w.a.conns = 2
		b, err := w.Read(t.Context(), w.file.Content, 0, int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		synctest.Wait()
		if got := n.dialled("a"); got != 1 {
			t.Errorf("%d connections", got)
		}
	})
}

// take asks for n bytes, reads some and closes.
func (w *world) take(t *testing.T, n int64, some int) {
	t.Helper()
	b, err := w.Read(t.Context(), w.file.Content, 0, n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(b, make([]byte, some)); err != nil {
		t.Fatal(err)
	}
	b.Close()
}

// abandon asks for n bytes and leaves before it closes.
func (w *world) abandon(t *testing.T, n int64) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	b, err := w.Read(ctx, w.file.Content, 0, n)
	if err != nil {
		t.Fatal(err)
	}
	leave()
	synctest.Wait()
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	b.Close()
}

func TestADrainedConnectionCountsUntilItIsFree(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, n *network) {
		w.a.conns = 1
		for range 20 {
			w.take(t, 1000, 10)
		}
		if got := n.dialled("a"); got != 1 {
			t.Errorf("%d connections where one is allowed", got)
		}
	})
}

func TestCloseWaitsForNothingThatHangs(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.cdn.do("/a/1", part(50, func(r *http.Request) { <-r.Context().Done() }))
		w.take(t, 100, 10)
		if d := after(w.Close); d > 2*drainTime {
			t.Errorf("it took %s", d)
		}
		w.cdn.do("/a/1", nil)
		w.take(t, 100, 10)
	})
}

func TestRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		away := func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Key") != "k" {
				t.Error("the link's header is missing")
			}
			rw.Header().Set("Location", "http://far.test/node?token=hunter2")
			rw.WriteHeader(http.StatusFound)
		}
		w.cdn.do("/a/1", away)
		w.cdn.do("/node", func(rw http.ResponseWriter, r *http.Request) {
			if r.Host != "far.test" || r.Header.Get("X-Key") != "" || r.Header.Get("Referer") != "" {
				t.Errorf("another host is told %v", r.Header)
			}
			http.ServeContent(rw, r, "", time.Time{}, strings.NewReader(string(content)))
		})
		for range 3 {
			w.want(t)
		}
		if n := w.cdn.asked("/a/1"); n != 1 {
			t.Errorf("where it leads was asked %d times", n)
		}
		time.Sleep(targetTTL)
		w.want(t)
		if n := w.cdn.asked("/a/1"); n != 2 {
			t.Errorf("after a while it was asked %d times", n)
		}
		w.cdn.do("/node", status(403))
		w.cdn.do("/a/1", nil)
		w.want(t)
		if n := w.a.asked.Load(); n != 1 {
			t.Errorf("%d links: the link itself is asked before it is renewed", n)
		}
	})
}

func TestRedirectsHaveAnEnd(t *testing.T) {
	t.Parallel()
	w := setup(t, onlyA...)
	circle := func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, r.URL.Path, http.StatusFound) }
	w.cdn.all("a", circle)
	if _, err := w.read(t.Context(), 0, 10); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
	if n := w.cdn.asked("/a/1"); n != maxRedirects+1 {
		t.Errorf("%d requests", n)
	}
}

func TestARedirectToAnOpenConnectionIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := setup(t, onlyA...)
	open := w.a.url
	s := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, open+"/open?secret=hunter2", http.StatusFound)
	}))
	t.Cleanup(s.Close)
	w.http.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	w.a.url = s.URL
	_, err := w.read(t.Context(), 0, 10)
	if sdk.KindOf(err) != sdk.Unavailable || strings.Contains(err.Error()+w.log.String(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if w.cdn.asked("/open") != 0 {
		t.Error("it was followed")
	}
}
