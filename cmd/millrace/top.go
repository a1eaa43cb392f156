package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/spf13/cobra"
)

// streamPage is what is being read.
type streamPage struct {
	Streams []stream `json:"streams"`
	Traffic struct {
		Memory  flow   `json:"memory"`
		Disk    flow   `json:"disk"`
		Network flow   `json:"network"`
		Fetched []flow `json:"fetched"`
	} `json:"traffic"`
	Cache cacheUse `json:"cache"`
}

type stream struct {
	ID     uint64 `json:"id"`
	Path   string `json:"path"`
	Reader struct {
		Kind    string `json:"kind"`
		Program string `json:"program"`
		Address string `json:"address"`
		PID     int    `json:"pid"`
	} `json:"reader"`
	Size     int64     `json:"size"`
	Opened   time.Time `json:"opened"`
	Offset   int64     `json:"offset"`
	Ahead    int64     `json:"ahead"`
	Rate     int64     `json:"rate"`
	Memory   int64     `json:"from_memory"`
	Disk     int64     `json:"from_disk"`
	Network  int64     `json:"from_network"`
	Provider string    `json:"provider"`
	Mode     string    `json:"mode"`
}

type flow struct {
	Name string `json:"name"`
	Rate int64  `json:"rate"`
}

type cacheUse struct {
	Memory    int64 `json:"memory"`
	MaxMemory int64 `json:"max_memory"`
	Disk      int64 `json:"disk"`
	MaxDisk   int64 `json:"max_disk"`
	Contents  int   `json:"contents"`
	Fetching  int   `json:"fetching"`
	Queued    int   `json:"queued"`
}

// passthrough is the mode of a file that the kernel reads by itself.
const passthrough = "passthrough"

// orders are how streams can be sorted.
func orders() map[string]func(a, b stream) int {
	return map[string]func(a, b stream) int{
		"rate":   func(a, b stream) int { return cmp.Compare(b.Rate, a.Rate) },
		"file":   func(a, b stream) int { return cmp.Compare(a.Path, b.Path) },
		"reader": func(a, b stream) int { return cmp.Compare(a.reader(), b.reader()) },
		"ahead":  func(a, b stream) int { return cmp.Compare(a.Ahead, b.Ahead) },
		"open":   func(a, b stream) int { return a.Opened.Compare(b.Opened) },
	}
}

func orderNames() []string { return slices.Sorted(maps.Keys(orders())) }

func (p *program) topCommand() *cobra.Command {
	var once bool
	var order string
	c := leaf("top", "Watch who reads what, at which rate and from where", 0, 0, func(ctx context.Context, _ []string) error {
		if orders()[order] == nil {
			return usagef("--sort is one of %s, not %q", strings.Join(orderNames(), ", "), order)
		}
		return p.top(ctx, order, once)
	})
	c.Long = `Shows each second what is being read: at which rate, by whom, how far it is, how much is ready ahead of it, where what it
read was (in memory, on disk, or waited for), and which provider sends it. A file that is wholly cached may be read by the
kernel itself ("passthrough"): of its reads nothing is seen then but how far it is and how fast that moves, and that not
of readers that read without a position.

Keys: r rate, f file, p reader, a ahead, o open since: sort by it, once more to turn it round; q ends. Where standard output is
no terminal it shows the state once.`
	c.Flags().BoolVar(&once, "once", false, "show the state once")
	c.Flags().StringVar(&order, "sort", "rate", "sort by `COLUMN`: "+strings.Join(orderNames(), ", "))
	return c
}

func (p *program) top(ctx context.Context, order string, once bool) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	first, err := ask[streamPage](ctx, c, request{path: "/streams"})
	switch {
	case err != nil:
		return err
	case p.json:
		return p.writeJSON(first.raw)
	case once || !p.screen:
		slices.SortStableFunc(first.value.Streams, orders()[order])
		return p.showStreams(first.value)
	}
	look := func() (streamPage, error) {
		a, err := ask[streamPage](ctx, c, request{path: "/streams"})
		return a.value, err
	}
	return runTop(ctx, p.in, p.out, topModel{page: first.value, order: order, look: look, now: p.now})
}

// runTop shows a model until somebody leaves.
func runTop(ctx context.Context, in io.Reader, out io.Writer, m topModel) error {
	_, err := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(), tea.WithoutSignalHandler()).Run()
	if ctx.Err() != nil || errors.Is(err, tea.ErrProgramKilled) {
		return nil
	}
	return err
}

// showStreams shows the state once, whole.
func (p *program) showStreams(page streamPage) error {
	for _, line := range page.totals(0) {
		fmt.Fprintln(p.out, line)
	}
	if len(page.Streams) == 0 {
		fmt.Fprintln(p.out, "\nNothing is being read.")
		return nil
	}
	fmt.Fprintln(p.out)
	t := newTable(topHeading()...)
	for _, s := range page.Streams {
		t.add(s.cells(s.Path, p.now())...)
	}
	return t.write(p.out)
}

// totals are the lines above the streams. Bars have a width, or are left out where it is 0.
func (s streamPage) totals(bar int) []string {
	var fetched []string
	for _, f := range s.Traffic.Fetched {
		fetched = append(fetched, f.Name+" "+speed(f.Rate))
	}
	t := s.Traffic
	lines := []string{
		fmt.Sprintf("Read     %s from memory, %s from disk, %s waited for", speed(t.Memory.Rate), speed(t.Disk.Rate), speed(t.Network.Rate)),
		fmt.Sprintf("Fetched  %s; %d under way, %d waiting", cmp.Or(clean(strings.Join(fetched, ", ")), "nothing yet"), s.Cache.Fetching, s.Cache.Queued),
	}
	if s.Cache.MaxDisk > 0 {
		lines = append(lines, fmt.Sprintf("Disk     %s%s, %s", drawn(s.Cache.Disk, s.Cache.MaxDisk, bar), of(s.Cache.Disk, s.Cache.MaxDisk), count(s.Cache.Contents, "file")))
	}
	return append(lines, fmt.Sprintf("Memory   %s%s", drawn(s.Cache.Memory, s.Cache.MaxMemory, bar), of(s.Cache.Memory, s.Cache.MaxMemory)))
}

// drawn is a bar.
func drawn(part, whole int64, width int) string {
	if width <= 0 || whole <= 0 {
		return ""
	}
	full := int(min(max(part, 0), whole) * int64(width) / whole)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", width-full) + "]  "
}

func speed(n int64) string { return amount(n) + "/s" }

func topHeading() []string {
	return []string{"RATE", "READER", "FILE", "AT", "AHEAD", "MEM/DISK/WAIT", "PROVIDER", "MODE", "OPEN"}
}

// cells are a stream's, with its file by a name.
func (s stream) cells(name string, now time.Time) []string {
	ahead := amount(s.Ahead)
	if s.Mode == passthrough {
		ahead = "all"
	}
	return []string{speed(s.Rate), s.reader(), name, share(s.Offset, s.Size), ahead, s.shares(), s.Provider, s.Mode, span(now.Sub(s.Opened))}
}

func (s stream) reader() string {
	who := cmp.Or(s.Reader.Program, s.Reader.Kind, "?")
	switch {
	case s.Reader.PID != 0:
		return fmt.Sprintf("%s %d", who, s.Reader.PID)
	case s.Reader.Address != "":
		return s.Reader.Address + " " + who
	}
	return who
}

// shares tells where what was read was, in percent.
func (s stream) shares() string {
	all := s.Memory + s.Disk + s.Network
	if all == 0 {
		return ""
	}
	memory, disk := (s.Memory*100+all/2)/all, (s.Disk*100+all/2)/all
	return fmt.Sprintf("%d/%d/%d %%", memory, disk, max(0, 100-memory-disk))
}
