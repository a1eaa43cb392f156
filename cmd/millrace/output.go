package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// writeJSON writes a value as indented JSON.
func (p *program) writeJSON(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// table is rows of cells under a heading, aligned when they are written.
type table struct {
	rows [][]string
}

func newTable(heading ...string) *table { return &table{rows: [][]string{heading}} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write leaves columns out in which no row has anything, and blanks at the end of a line.
func (t *table) write(w io.Writer) error {
	var aligned bytes.Buffer
	tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range t.rows {
		var cells []string
		for i := range t.rows[0] {
			switch {
			case !t.used(i):
			case i < len(row):
				cells = append(cells, clean(row[i]))
			default:
				cells = append(cells, "")
			}
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(aligned.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// writeTables writes those that have rows, an empty line between them.
func (p *program) writeTables(tables ...*table) error {
	for i, t := range tables {
		if len(t.rows) == 1 {
			continue
		}
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		if err := t.write(p.out); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) used(column int) bool {
	for _, row := range t.rows[1:] {
		if column < len(row) && row[column] != "" {
			return true
		}
	}
	return len(t.rows) == 1
}

// clean keeps a stranger's text, as the name of a release, from moving the cursor or breaking a row.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// size writes bytes for people.
func size(n int64) string {
	if n <= 0 {
		return ""
	}
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	v, i := float64(n), 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// span writes a length of time for people, in its two greatest units.
func span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// when writes a time for people, where now is, with how far from now it is.
func when(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	text := at.In(now.Location()).Format("2006-01-02 15:04")
	switch d := at.Sub(now); {
	case d.Abs() > far:
		return text
	case d > 0:
		return text + " (in " + span(d) + ")"
	case d > -time.Minute:
		return text + " (now)"
	}
	return text + " (" + span(now.Sub(at)) + " ago)"
}

// far is from when on the date alone says enough.
const far = 60 * 24 * time.Hour

// wrapped breaks text into lines of at most width runes, where its words allow.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
