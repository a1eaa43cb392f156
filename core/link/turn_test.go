package link

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// claimant is one who wants a connection.
type claimant struct {
	urgent atomic.Bool
	leave  context.CancelFunc
	turn   *turn
	err    error
	over   atomic.Bool
}

func claim(t *testing.T, ts *turns, limit int, urgent bool) *claimant {
	t.Helper()
	c := &claimant{}
	c.urgent.Store(urgent)
	ctx, leave := context.WithCancel(t.Context())
	c.leave = leave
	go func() {
		c.turn, c.err = ts.take(ctx, "a", limit, c.urgent.Load)
		c.over.Store(true)
	}()
	synctest.Wait()
	return c
}

func (c *claimant) has() bool {
	time.Sleep(2 * lookEvery)
	return c.over.Load() && c.err == nil
}

func inTurns(t *testing.T, test func(t *testing.T, ts *turns)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, &turns{queues: map[string]*queue{}}) })
}

func TestConnectionsAreLimited(t *testing.T) {
	inTurns(t, func(t *testing.T, ts *turns) {
		one, two, three := claim(t, ts, 2, true), claim(t, ts, 2, true), claim(t, ts, 2, true)
		if !one.has() || !two.has() || three.has() {
			t.Error("they do not have two")
		}
		one.turn.end()
		one.turn.end()
		four := claim(t, ts, 2, true)
		if !three.has() || four.has() {
			t.Error("one that ended does not make room for one")
		}
		four.leave()
		synctest.Wait()
		two.turn.end()
		five := claim(t, ts, 2, true)
		if four.has() || !errors.Is(four.err, context.Canceled) || !five.has() {
			t.Errorf("one that left has a turn, or it is lost: %v", four.err)
		}
	})
}

func TestWhatSomebodyWaitsForGoesFirst(t *testing.T) {
	inTurns(t, func(t *testing.T, ts *turns) {
		var ahead []*claimant
		for range 4 {
			ahead = append(ahead, claim(t, ts, 4, false))
		}
		if !ahead[2].has() || ahead[3].has() {
			t.Fatal("what is read ahead does not have three of four connections")
		}
		urgent := claim(t, ts, 4, true)
		if !urgent.has() {
			t.Fatal("none is left for what somebody waits for")
		}
		late := claim(t, ts, 4, true)
		ahead[0].turn.end()
		if !late.has() || ahead[3].has() {
			t.Error("it does not go first")
		}
	})
}

func TestWhatBecomesUrgentMovesUp(t *testing.T) {
	inTurns(t, func(t *testing.T, ts *turns) {
		for range 3 {
			claim(t, ts, 4, false)
		}
		first, second := claim(t, ts, 4, false), claim(t, ts, 4, false)
		if first.has() || second.has() {
			t.Fatal("they had a turn")
		}
		second.urgent.Store(true)
		if !second.has() || first.has() {
			t.Error("it did not move up")
		}
	})
}

func TestAConnectionThatIsNotUsedIsGivenToAnother(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.a.conns = 2
		var bodies []io.ReadCloser
		for range 2 {
			b, err := w.Read(t.Context(), w.file.Content, 0, int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if _, err := io.ReadFull(b, make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, b)
			time.Sleep(time.Second)
		}
		w.want(t)
		if _, err := io.Copy(io.Discard, bodies[0]); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the one that was idle for longest: %v", err)
		}
		if n, err := io.Copy(io.Discard, bodies[1]); n != int64(len(content))-10 || err != nil {
			t.Errorf("the other: %d bytes, %v", n, err)
		}
	})
}

func TestAConnectionThatIsUsedIsNotTaken(t *testing.T) {
	t.Parallel()
	inTime(t, onlyA, func(t *testing.T, w *world, _ *network) {
		w.a.conns = 1
		carryOn := make(chan struct{})
		w.cdn.do("/a/1", part(4, func(*http.Request) { <-carryOn }))
		b, err := w.Read(t.Context(), w.file.Content, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		read := make(chan int, 1)
		go func() {
			got, _ := io.ReadAll(b)
			read <- len(got)
		}()
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Second)
		defer leave()
		if _, err := w.read(ctx, 0, 10); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("another got it: %v", err)
		}
		close(carryOn)
		if n := <-read; n != 4 {
			t.Errorf("it got %d bytes", n)
		}
	})
}
