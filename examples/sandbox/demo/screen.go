package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
)

// row is how far something that was asked for is.
type row struct {
	Name  string
	State string
	Notes []string // what happened on the way
}

// screen is where the show is seen.
type screen interface {
	// print shows text that stays.
	print(text string)
	// rows shows how far everything is. It may be called with what was shown before.
	rows(rows []row)
	// close leaves the screen as it is. It may be called more than once.
	close()
}

// steps are the states that an item passes through, in order, and how each is called here.
var steps = []string{"requested", "indexed", "scraped", "downloaded", "completed"}

// plain is a screen of lines, for a pipe or a log.
type plain struct {
	out   io.Writer
	begin time.Time
	last  []row
}

func (p *plain) print(text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		p.line(line)
	}
}

func (p *plain) line(text string) {
	fmt.Fprintf(p.out, "%5.1fs  %s\n", time.Since(p.begin).Seconds(), text)
}

// rows writes what is new since the last time.
func (p *plain) rows(rows []row) {
	for _, r := range rows {
		i := slices.IndexFunc(p.last, func(o row) bool { return o.Name == r.Name })
		var old row
		if i >= 0 {
			old = p.last[i]
		}
		for _, n := range r.Notes[min(len(old.Notes), len(r.Notes)):] {
			p.line(r.Name + ": " + n)
		}
		if r.State != old.State {
			p.line(r.Name + " → " + r.State)
		}
	}
	p.last = slices.Clone(rows)
}

func (p *plain) close() {}

// live is a screen that moves: rows stand below what stays, and change in place.
type live struct {
	program *tea.Program
	done    chan struct{}
}

func newLive() *live {
	l := &live{done: make(chan struct{})}
	l.program = tea.NewProgram(model{begin: time.Now()}, tea.WithInput(nil), tea.WithoutSignalHandler())
	go func() {
		defer close(l.done)
		_, _ = l.program.Run() // a screen that breaks is no reason to end the show
	}()
	return l
}

func (l *live) print(text string) { l.program.Println(strings.TrimRight(text, "\n")) }
func (l *live) rows(rows []row)   { l.program.Send(slices.Clone(rows)) }

func (l *live) close() {
	l.program.Quit()
	<-l.done
}

// model is what moves.
type model struct {
	begin time.Time
	rows  []row
}

type tick struct{}

func again() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(time.Time) tea.Msg { return tick{} })
}

func (m model) Init() tea.Cmd { return again() }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tick:
		return m, again()
	case []row:
		m.rows = msg
	}
	return m, nil
}

var (
	bold  = lipgloss.NewStyle().Bold(true)
	faint = lipgloss.NewStyle().Faint(true)
	good  = lipgloss.NewStyle().Foreground(lipgloss.Color("2"))
	bad   = lipgloss.NewStyle().Foreground(lipgloss.Color("1"))
)

func (m model) View() string {
	var b strings.Builder
	for _, r := range m.rows {
		fmt.Fprintf(&b, "%s %s\n", bold.Render(fmt.Sprintf("%-36s", r.Name)), trail(r.State))
		for _, n := range r.Notes {
			style := faint
			if strings.HasPrefix(n, "✗") {
				style = bad
			}
			fmt.Fprintf(&b, "    %s\n", style.Render(n))
		}
	}
	if len(m.rows) > 0 {
		fmt.Fprintf(&b, "%s\n", faint.Render(fmt.Sprintf("%.1f s", time.Since(m.begin).Seconds())))
	}
	return b.String()
}

// trail draws the states that lie behind, and the one that is.
func trail(state string) string {
	at := slices.Index(steps, state)
	if at < 0 {
		return faint.Render(state)
	}
	var parts []string
	for _, s := range steps[:at] {
		parts = append(parts, faint.Render(s))
	}
	style := bold
	if state == "completed" {
		style = good
	}
	return strings.Join(append(parts, style.Render(state)), faint.Render(" → "))
}
