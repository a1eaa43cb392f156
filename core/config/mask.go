package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const masked = "***"

// span is a stretch of bytes.
type span struct{ start, end int }

// mask knows what must not be shown: where in the files, and which values wherever they turn up.
type mask struct {
	spans  map[string][]span // by file
	values []string
}

// minSecret is the length from which on a secret's value is looked for in every text. A shorter one would also stand in
// innocent words; its place in the file is masked all the same.
const minSecret = 4

// minCredential is the same for a value in a URL, most of which are no secrets: "type=movie".
const minCredential = 8

func (m *mask) value(v string) {
	for line := range strings.SplitSeq(v, "\n") {
		if line = strings.TrimSpace(line); len(line) >= minSecret && !slices.Contains(m.values, line) {
			m.values = append(m.values, line)
		}
	}
}

// expression hides the texts that are written out in an expression. The name of a variable or file is no secret.
func (m *mask) expression(expr hcl.Expression, how secrecy) {
	node, ok := expr.(hclsyntax.Node)
	if !ok {
		m.hideJSON(expr)
		return
	}
	var shown []hcl.Range
	// The visitor reports nothing.
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.FunctionCallExpr:
			if (n.Name == "env" || n.Name == "file") && len(n.Args) > 0 {
				shown = append(shown, n.Args[0].Range())
			}
		case *hclsyntax.LiteralValueExpr:
			if !slices.ContainsFunc(shown, func(r hcl.Range) bool { return r.Overlaps(n.SrcRange) }) {
				m.hide(n.SrcRange)
				if how == private && n.Val.Type() == cty.String && !n.Val.IsNull() {
					m.value(n.Val.AsString())
				}
			}
		}
		return nil
	})
}

// hideJSON hides a JSON value: of a text what is between the quotes, of anything else the whole.
func (m *mask) hideJSON(expr hcl.Expression) {
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range list {
			m.hideJSON(e)
		}
		return
	}
	r := expr.Range()
	if v, diags := expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String && r.End.Byte-r.Start.Byte >= 2 {
		r.Start.Byte++
		r.End.Byte--
	}
	m.hide(r)
}

func (m *mask) hide(r hcl.Range) {
	m.spans[r.Filename] = append(m.spans[r.Filename], span{r.Start.Byte, r.End.Byte})
}

// credentials takes the passwords and keys in a URL for secrets.
func (m *mask) credentials(s string) {
	for _, match := range credentials.FindAllStringSubmatch(s, -1) {
		_, password, _ := strings.Cut(match[1], ":")
		for _, v := range []string{match[1], password, match[2]} {
			if len(v) >= minCredential {
				m.value(v)
			}
		}
	}
}

// text hides the known values, and the credentials of any URL, in a text.
func (m *mask) text(s string) string {
	out, _, _ := replace(s, m.found(s), 0, 0)
	return out
}

// credentials are the user part and the query values of a URL.
var credentials = regexp.MustCompile(`://([^/\s"'@?#]+)@|[?&][\w.-]+=([^&\s"'#]+)`)

func (m *mask) found(s string) []span {
	var spans []span
	for _, at := range credentials.FindAllStringSubmatchIndex(s, -1) {
		for g := 2; g < len(at); g += 2 {
			if at[g] >= 0 {
				spans = append(spans, span{at[g], at[g+1]})
			}
		}
	}
	for _, v := range m.values {
		for from := 0; ; {
			i := strings.Index(s[from:], v)
			if i < 0 {
				break
			}
			spans = append(spans, span{from + i, from + i + len(v)})
			from += i + len(v)
		}
	}
	return spans
}

// replace puts "***" in the place of each span, and moves a stretch of the text along.
func replace(s string, spans []span, start, end int) (out string, from, to int) {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	var b strings.Builder
	from, to = start, end
	at := 0
	for _, sp := range spans {
		if sp.end <= at || sp.end <= sp.start {
			continue
		}
		sp.start = max(sp.start, at)
		b.WriteString(s[at:sp.start])
		switch {
		case start >= sp.end:
			from = b.Len() + len(masked) + start - sp.end
		case start > sp.start:
			from = b.Len()
		}
		b.WriteString(masked)
		if end > sp.start {
			to = b.Len() + max(0, end-sp.end)
		}
		at = sp.end
	}
	b.WriteString(s[at:])
	return b.String(), from, to
}

var (
	secretName = regexp.MustCompile(`(?i)[\w-]*(?:token|secret|pass|pwd|key|auth|cookie|credential)[\w-]*"?`)
	quoted     = regexp.MustCompile(`(\b(?:env|file)\(\s*)?"((?:[^"\\]|\\.)*)("|$)`)
)

// quotedSpans are the texts in quotes from an offset on, but for the names given to env and file.
func quotedSpans(line string, from int) []span {
	var spans []span
	for _, at := range quoted.FindAllStringSubmatchIndex(line[from:], -1) {
		if at[2] < 0 && at[4] < at[5] {
			spans = append(spans, span{from + at[4], from + at[5]})
		}
	}
	return spans
}

// restOfLine hides the texts in quotes behind a place in a file.
func (m *mask) restOfLine(filename string, src []byte, at int) {
	start, end := lineBounds(src, at)
	for _, sp := range quotedSpans(string(src[start:end]), at-start) {
		m.spans[filename] = append(m.spans[filename], span{start + sp.start, start + sp.end})
	}
}

// guess finds what may be a secret by its name: in a file that does not parse, and in a block that is not known.
func guess(line string, inHeredoc bool) []span {
	if inHeredoc {
		return []span{{0, len(line)}}
	}
	name := secretName.FindStringIndex(line)
	if name == nil {
		return nil
	}
	return quotedSpans(line, name[1])
}
