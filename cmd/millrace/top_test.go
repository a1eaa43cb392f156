package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// topPage is what is read, as the daemon tells it.
func topPage(t *testing.T) (page streamPage) {
	t.Helper()
	w := setup(t)
	library(w)
	if err := json.Unmarshal([]byte(w.answers["GET /streams"][0]), &page); err != nil {
		t.Fatal(err)
	}
	return page
}

func topOf(t *testing.T) topModel {
	now := func() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }
	return topModel{page: topPage(t), order: "rate", width: 120, height: 20, now: now}
}

// press gives the model keys one after the other.
func press(m tea.Model, keys string) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	for _, k := range keys {
		m, cmd = m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{k}})
	}
	return m, cmd
}

func TestTopShowsWhatIsRead(t *testing.T) {
	t.Parallel()
	golden(t, "top-screen", ansi.Strip(topOf(t).View())+"\n")
	m := topOf(t)
	m.width, m.height = 60, 9
	m.err = errors.New("ask the daemon: it is away\x1b[2J")
	golden(t, "top-screen-small", ansi.Strip(m.View())+"\n")
	m = topOf(t)
	m.page.Streams = nil
	if got := m.View(); !strings.Contains(got, "Nothing is being read.") {
		t.Errorf("got %s", got)
	}
}

func TestTopIsSortedByItsKeys(t *testing.T) {
	t.Parallel()
	for keys, first := range map[string]string{"": "mpv", "r": "Kodi", "rr": "mpv", "f": "mpv", "ff": "Kodi", "p": "Kodi", "a": "Kodi", "aa": "mpv", "o": "mpv", "x": "mpv"} {
		m, _ := press(topOf(t), keys)
		if row := m.(topModel).rows()[1]; !strings.Contains(row, first) {
			t.Errorf("keys %q: first is %q, want %s", keys, row, first)
		}
	}
	if _, cmd := press(topOf(t), "q"); cmd == nil || cmd() != tea.Quit() {
		t.Error("q does not quit")
	}
}

func TestTopGoesOnWhileTheDaemonIsAway(t *testing.T) {
	t.Parallel()
	m := topOf(t)
	page := m.page
	m.look = func() (streamPage, error) { return streamPage{}, errors.New("away") }
	next, cmd := m.Update(again{})
	next, cmd = next.Update(cmd())
	if got := next.View(); cmd == nil || !strings.Contains(got, "away") || !strings.Contains(got, "mpv") {
		t.Errorf("while it is away: %s", got)
	}
	next, _ = next.Update(looked{page: page})
	if got := next.View(); strings.Contains(got, "away") {
		t.Errorf("once it is back: %s", got)
	}
}

func TestTopRunsUntilQ(t *testing.T) {
	t.Parallel()
	m := topOf(t)
	in, keys := io.Pipe()
	var looks atomic.Int64
	m.look = func() (streamPage, error) {
		if looks.Add(1) == 2 {
			go io.WriteString(keys, "q")
		}
		return m.page, nil
	}
	var out bytes.Buffer
	if err := runTop(t.Context(), in, &out, m); err != nil {
		t.Fatal(err)
	}
	if looks.Load() < 2 || !strings.Contains(ansi.Strip(out.String()), "mpv 4711") {
		t.Errorf("%d looks, and it showed %q", looks.Load(), out.String())
	}
}
