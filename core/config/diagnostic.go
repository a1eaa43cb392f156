package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Severity tells a mistake from a remark.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one complaint about the configuration. It is complete in itself and holds no secret.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Summary  string   `json:"summary"`            // one line
	Detail   string   `json:"detail"`             // what is wrong and what to do; may be empty
	Variable string   `json:"variable,omitempty"` // the variable of the environment that holds the value
	Range    *Range   `json:"range,omitempty"`    // where in the files; nil: nowhere
	Snippet  *Snippet `json:"snippet,omitempty"`  // the line at Range
}

// Range is a stretch of a file.
type Range struct {
	Filename string `json:"filename"`
	Start    Pos    `json:"start"`
	End      Pos    `json:"end"` // behind the last byte
}

// Pos is a place in a file. Line and Column count from 1, Byte from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Snippet is the line of a diagnostic, with secrets replaced by "***".
type Snippet struct {
	Context string `json:"context"` // the block around it, as `debrid "realdebrid"`; may be empty
	Code    string `json:"code"`
	Line    int    `json:"start_line"`
	Start   int    `json:"highlight_start_offset"` // bytes into Code
	End     int    `json:"highlight_end_offset"`
}

// Diagnostics are complaints in the order of the files.
type Diagnostics []Diagnostic

// HasErrors reports whether one of them is an error.
func (ds Diagnostics) HasErrors() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Err is the errors as one error, a line each, or nil where there is none.
func (ds Diagnostics) Err() error {
	var lines []string
	for _, d := range ds {
		if d.Severity == Error {
			lines = append(lines, d.String())
		}
	}
	if lines == nil {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

// String is one line for a log: "config.hcl:23,5-20: Unsupported argument; there is no …".
func (d Diagnostic) String() string {
	var b strings.Builder
	if where := d.where(); where != "" {
		b.WriteString(where + ": ")
	}
	b.WriteString(d.Summary)
	if d.Detail != "" {
		b.WriteString("; " + strings.Join(strings.Fields(d.Detail), " "))
	}
	return b.String()
}

func (d Diagnostic) where() string {
	switch {
	case d.Variable != "":
		return "variable " + d.Variable
	case d.Range == nil:
		return ""
	}
	return d.Range.String()
}

// String is "config.hcl:23,5-20".
func (r Range) String() string {
	if r.End.Line != r.Start.Line {
		return fmt.Sprintf("%s:%d,%d-%d,%d", r.Filename, r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
	}
	return fmt.Sprintf("%s:%d,%d-%d", r.Filename, r.Start.Line, r.Start.Column, r.End.Column)
}

// String is all of them as [Diagnostics.WriteText] writes them, without colour.
func (ds Diagnostics) String() string {
	var b strings.Builder
	// A strings.Builder never fails.
	_ = ds.WriteText(&b, false)
	return b.String()
}

// WriteText writes them for people, with the line of each and carets under the place.
func (ds Diagnostics) WriteText(w io.Writer, color bool) error {
	for i, d := range ds {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return fmt.Errorf("write diagnostics: %w", err)
			}
		}
		if _, err := io.WriteString(w, d.text(color)); err != nil {
			return fmt.Errorf("write diagnostics: %w", err)
		}
	}
	return nil
}

func (d Diagnostic) text(color bool) string {
	var b strings.Builder
	b.WriteString(heading(d.Severity, color) + ": " + d.Summary + "\n")
	if where := d.where(); where != "" {
		b.WriteString("  on " + where)
		if d.Snippet != nil && d.Snippet.Context != "" {
			b.WriteString(", in " + d.Snippet.Context)
		}
		b.WriteString("\n")
	}
	if d.Snippet != nil {
		b.WriteString(d.Snippet.text())
	}
	for line := range strings.SplitSeq(d.Detail, "\n") {
		if line != "" {
			b.WriteString("  " + line + "\n")
		}
	}
	return b.String()
}

func heading(s Severity, color bool) string {
	text, code := "Error", "\x1b[1;31m"
	if s == Warning {
		text, code = "Warning", "\x1b[1;33m"
	}
	if !color {
		return text
	}
	return code + text + "\x1b[0m"
}

// text is the line with carets below. Tabs are kept in front of the carets, so that they stand right in any terminal.
func (s Snippet) text() string {
	number := fmt.Sprintf("%4d", s.Line)
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, s.Code[:s.Start])
	carets := strings.Repeat("^", max(1, len([]rune(s.Code[s.Start:s.End]))))
	return fmt.Sprintf("%s | %s\n%s | %s%s\n", number, s.Code, strings.Repeat(" ", len(number)), indent, carets)
}

// JSON is the whole as Terraform's "validate -json" has it: format_version, valid, the counts and the diagnostics.
func (ds Diagnostics) JSON() ([]byte, error) {
	doc := struct {
		Format      string      `json:"format_version"`
		Valid       bool        `json:"valid"`
		Errors      int         `json:"error_count"`
		Warnings    int         `json:"warning_count"`
		Diagnostics Diagnostics `json:"diagnostics"`
	}{Format: "1.0", Valid: !ds.HasErrors(), Diagnostics: Diagnostics{}}
	for _, d := range ds {
		if d.Severity == Error {
			doc.Errors++
		} else {
			doc.Warnings++
		}
		doc.Diagnostics = append(doc.Diagnostics, d)
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write diagnostics as JSON: %w", err)
	}
	return append(out, '\n'), nil
}
