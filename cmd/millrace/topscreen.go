package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// topModel is the screen of top.
type topModel struct {
	page   streamPage
	err    error // of the last look
	order  string
	turned bool // the order is
	width  int
	height int
	look   func() (streamPage, error)
	now    func() time.Time
}

// looked is what the daemon said.
type looked struct {
	page streamPage
	err  error
}

// again is when to look.
type again struct{}

const topEvery = time.Second

func pause() tea.Cmd { return tea.Tick(topEvery, func(time.Time) tea.Msg { return again{} }) }

// Init implements [tea.Model].
func (m topModel) Init() tea.Cmd { return pause() }

// Update implements [tea.Model].
func (m topModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case again:
		return m, func() tea.Msg {
			page, err := m.look()
			return looked{page, err}
		}
	case looked:
		if m.err = msg.err; msg.err == nil {
			m.page = msg.page
		}
		return m, pause()
	case tea.KeyMsg:
		return m.key(msg.String())
	}
	return m, nil
}

func (m topModel) key(name string) (tea.Model, tea.Cmd) {
	switch name {
	case "q", "esc", "ctrl+c":
		return m, tea.Quit
	}
	order, ok := map[string]string{"r": "rate", "f": "file", "p": "reader", "a": "ahead", "o": "open"}[name]
	if ok {
		m.turned = m.order == order && !m.turned
		m.order = order
	}
	return m, nil
}

var (
	topDim   = lipgloss.NewStyle().Faint(true)
	topBold  = lipgloss.NewStyle().Bold(true)
	topWrong = lipgloss.NewStyle().Foreground(lipgloss.Color("1"))
)

// View implements [tea.Model].
func (m topModel) View() string {
	lines := m.page.totals(20)
	if m.err != nil {
		lines = append(lines, topWrong.Render(clean(m.err.Error())))
	}
	lines = append(lines, "")
	rows := m.rows()
	foot := topDim.Render("sort: r rate  f file  p reader  a ahead  o open   q quit")
	if room := m.height - len(lines) - 2; m.height > 0 && len(rows) > room {
		rows = append(rows[:max(room-1, 1)], topDim.Render(fmt.Sprintf("and %d more", len(rows)-max(room-1, 1))))
	}
	lines = append(append(lines, rows...), "", foot)
	for i, l := range lines {
		if m.width > 0 {
			lines[i] = ansi.Truncate(l, m.width, "…")
		}
	}
	return strings.Join(lines, "\n")
}

// rows are the table of streams, in the order that was chosen.
func (m topModel) rows() []string {
	if len(m.page.Streams) == 0 {
		return []string{"Nothing is being read."}
	}
	streams := slices.Clone(m.page.Streams)
	slices.SortStableFunc(streams, orders()[m.order])
	if m.turned {
		slices.Reverse(streams)
	}
	t := newTable(topHeading()...)
	for _, s := range streams {
		cells := s.cells(cut(path.Base(s.Path), 40), m.now())
		cells[1] = cut(cells[1], 30)
		t.add(cells...)
	}
	var text strings.Builder
	_ = t.write(&text) // a builder takes everything
	rows := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	rows[0] = topBold.Render(rows[0])
	return rows
}
