package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// problem is a diagnostic before its line is looked up and its secrets are masked.
type problem struct {
	warning  bool
	summary  string
	detail   string
	at       *hcl.Range
	variable string
	within   *section // where a name was misspelt
	meant    string   // and what was probably meant
}

func (d *decoder) report(p problem) { d.problems = append(d.problems, p) }

func (d *decoder) fail(at hcl.Range, summary, detail string) {
	d.report(problem{summary: summary, detail: detail, at: &at})
}

func (d *decoder) reportAll(diags hcl.Diagnostics) {
	for _, diag := range diags {
		d.report(evalProblem(diag))
	}
}

// evalProblem is a mistake in an expression, in our words where they help more.
func evalProblem(diag *hcl.Diagnostic) problem {
	p := fromHCL(diag)
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](diag); ok {
		var call *callError
		if errors.As(extra.FunctionCallError(), &call) {
			p.summary, p.detail = call.summary, call.detail
			if diag.Context != nil {
				p.at = diag.Context
			}
		}
	}
	if diag.Summary == "Variables not allowed" {
		p.summary, p.detail = "There are no variables", "Write a text in quotes. The environment is read by env(\"NAME\")."
	}
	return p
}

func fromHCL(diag *hcl.Diagnostic) problem {
	return problem{warning: diag.Severity == hcl.DiagWarning, summary: diag.Summary, detail: diag.Detail, at: diag.Subject}
}

var bareUnit = regexp.MustCompile(`=\s*\d+(\.\d+)?\s*([a-zA-Z][a-zA-Z/]*)`)

// syntaxProblem is a mistake in the form of a file, with advice on those that are often made.
func syntaxProblem(diag *hcl.Diagnostic, src []byte) problem {
	p := fromHCL(diag)
	if diag.Summary == "Invalid single-argument block definition" {
		p.summary = "A block on one line holds one argument"
		p.detail = "Write each argument on a line of its own, and the closing brace too:\n" +
			"name \"label\" {\n  first  = 1\n  second = 2\n}"
	}
	if diag.Summary == unclosed {
		p.summary, p.detail = "This text is not closed", "Write a quote at its end, on the same line."
	}
	if diag.Subject != nil && bareUnit.Match(lineAt(src, diag.Subject.Start.Byte)) {
		p.detail += "\nA number with a unit is written in quotes, as \"30s\" or \"20GiB\"."
	}
	return p
}

func lineAt(src []byte, at int) []byte {
	start, end := lineBounds(src, at)
	return src[start:end]
}

func lineBounds(src []byte, at int) (start, end int) {
	at = min(max(at, 0), len(src))
	start = bytes.LastIndexByte(src[:at], '\n') + 1
	end = len(src)
	if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
		end = at + i
	}
	if end > start && src[end-1] == '\r' {
		end--
	}
	return start, end
}

// unsupported says of a name that a block does not have what was probably meant. Whatever was given to it may be a secret.
func (d *decoder) unsupported(s *section, diag *hcl.Diagnostic) problem {
	p := fromHCL(diag)
	if block, ok := strings.CutPrefix(diag.Summary, "Missing name for "); ok {
		p.summary, p.detail = fmt.Sprintf("This %s has no name", block), fmt.Sprintf("Write %s \"name\" { … }.", block)
	}
	kind, ok := map[string]string{
		"Unsupported argument": "argument", "Unsupported block type": "block", "Extraneous JSON object property": "argument or block",
	}[diag.Summary]
	if !ok || diag.Subject == nil {
		return p
	}
	src := d.source.files[diag.Subject.Filename].Bytes
	name := strings.Trim(string(diag.Subject.SliceBytes(src)), `"`)
	names := s.block.names(kind)
	p.within, p.meant = s, nearest(name, names)
	if s.block.mayBeSecret(name, p.meant) {
		d.source.mask.restOfLine(diag.Subject.Filename, src, diag.Subject.End.Byte)
	}
	switch all := s.block.names(""); {
	case s.block.elsewhere(name) != "":
		p.detail = fmt.Sprintf("%q can stand in a %s block only.", name, s.block.elsewhere(name))
	case kind == "block" && slices.Contains(all, name):
		p.detail = fmt.Sprintf("%q is an argument: write %s = …", name, name)
	case kind == "argument" && slices.Contains(all, name):
		p.detail = fmt.Sprintf("%q is a block: write %s { … }, without an equals sign.", name, name)
	default:
		p.detail = fmt.Sprintf("There is no %s called %q here.%s", kind, name, hint(name, names))
	}
	return p
}

// element is where an element of a list or map is written, or else the whole.
func element(expr hcl.Expression, key any) *hcl.Range {
	whole := expr.Range().Ptr()
	switch k := key.(type) {
	case int:
		if list, diags := hcl.ExprList(expr); !diags.HasErrors() && k >= 0 && k < len(list) {
			return list[k].Range().Ptr()
		}
	case string:
		pairs, diags := hcl.ExprMap(expr)
		if diags.HasErrors() {
			return whole
		}
		for _, p := range pairs {
			if v, diags := p.Key.Value(nil); !diags.HasErrors() && v.Type() == cty.String && !v.IsNull() && v.AsString() == k {
				return p.Value.Range().Ptr()
			}
		}
	}
	return whole
}

// diagnostics are all problems so far, in the order of the files, each once.
func (d *decoder) diagnostics() Diagnostics {
	var out Diagnostics
	for _, p := range d.problems {
		out = append(out, d.source.diagnostic(p))
	}
	slices.SortStableFunc(out, compare)
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return compare(a, b) == 0 && a.String() == b.String() })
}

func compare(a, b Diagnostic) int {
	switch {
	case a.Range == nil && b.Range == nil:
		return cmp.Compare(a.Variable, b.Variable)
	case a.Range == nil:
		return 1
	case b.Range == nil:
		return -1
	}
	return cmp.Or(cmp.Compare(a.Range.Filename, b.Range.Filename), cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte))
}

// diagnostic looks up the line and masks what is secret.
func (s *source) diagnostic(p problem) Diagnostic {
	out := Diagnostic{Severity: Error, Summary: s.mask.text(p.summary), Detail: s.mask.text(p.detail), Variable: p.variable}
	if p.warning {
		out.Severity = Warning
	}
	if p.at == nil || p.at.Filename == "" {
		return out
	}
	out.Range = &Range{Filename: p.at.Filename, Start: pos(p.at.Start), End: pos(p.at.End)}
	if f := s.files[p.at.Filename]; f != nil {
		out.Snippet = s.snippet(f, *p.at)
	}
	return out
}

func pos(p hcl.Pos) Pos { return Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }

func (s *source) snippet(f *hcl.File, r hcl.Range) *Snippet {
	start, end := lineBounds(f.Bytes, r.Start.Byte)
	line := strings.ToValidUTF8(string(f.Bytes[start:end]), "?")
	spans := s.mask.found(line)
	for _, sp := range s.mask.spans[r.Filename] {
		if sp.start < end && sp.end > start {
			spans = append(spans, span{max(sp.start, start) - start, min(sp.end, end) - start})
		}
	}
	spans = append(spans, guess(line, s.broken[r.Filename] && inHeredoc(f.Bytes[:start]))...)
	from := min(max(r.Start.Byte, start), end) - start
	to := min(max(r.End.Byte, r.Start.Byte), end) - start
	code, from, to := replace(line, spans, min(from, len(line)), min(max(from, to), len(line)))
	out := &Snippet{Code: code, Line: r.Start.Line, Start: from, End: max(from, to)}
	if nav, ok := f.Nav.(interface{ ContextString(int) string }); ok {
		out.Context = s.mask.text(nav.ContextString(r.Start.Byte))
	}
	return out
}

var heredocStart = regexp.MustCompile(`<<-?\s*([A-Za-z_][\w-]*)\s*$`)

// inHeredoc reports whether a text ends within a heredoc.
func inHeredoc(before []byte) bool {
	end := ""
	for line := range strings.Lines(string(before)) {
		line = strings.TrimSpace(line)
		if end != "" {
			if line == end {
				end = ""
			}
			continue
		}
		if m := heredocStart.FindStringSubmatch(line); m != nil {
			end = m[1]
		}
	}
	return end != ""
}

// place is a range for the middle of a sentence.
func place(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func join(path []string, names ...string) []string { return append(slices.Clone(path), names...) }
