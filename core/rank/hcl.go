package rank

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// HCL is the profile as a block of a configuration file.
func (p Profile) HCL() string {
	w := &hclWriter{}
	w.open("profile", cmp.Or(p.Name, "default"))
	w.text("base", cmp.Or(p.Base, "none"))
	w.layer(p)
	for _, k := range []struct {
		name string
		of   *Profile
	}{{"movie", p.Movie}, {"show", p.Show}, {"anime", p.Anime}} {
		if k.of != nil {
			w.open(k.name)
			w.layer(*k.of)
			w.close()
		}
	}
	if p.Limits != (Limits{}) {
		w.open("limit")
		w.number("resolution", p.Limits.Resolution)
		w.number("source", p.Limits.Source)
		w.number("group", p.Limits.Group)
		w.number("total", p.Limits.Total)
		w.close()
	}
	w.close()
	return w.b.String()
}

// hclWriter writes blocks and arguments, each on a line.
type hclWriter struct {
	b     strings.Builder
	depth int
	begun bool // something stands in the block already
}

func (w *hclWriter) line(format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", w.depth))
	fmt.Fprintf(&w.b, format+"\n", args...)
	w.begun = true
}

func (w *hclWriter) open(name string, labels ...string) {
	if w.begun {
		w.b.WriteByte('\n')
	}
	for _, l := range labels {
		name += " " + quoteHCL(l)
	}
	w.line("%s {", name)
	w.depth++
	w.begun = false
}

func (w *hclWriter) close() {
	w.depth--
	w.line("}")
}

func (w *hclWriter) text(name, value string) {
	if value != "" {
		w.line("%s = %s", name, quoteHCL(value))
	}
}

// list writes a list that is said, also an empty one.
func (w *hclWriter) list(name string, values []string) {
	if values == nil {
		return
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quoteHCL(v)
	}
	w.line("%s = [%s]", name, strings.Join(quoted, ", "))
}

// size writes a bound: below 0 it is none.
func (w *hclWriter) size(name string, n int64) {
	switch {
	case n < 0:
		w.text(name, "0")
	case n > 0:
		w.text(name, exactSize(n))
	}
}

// exactSize writes a size by the greatest unit that divides it.
func exactSize(n int64) string {
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"TB", 1e12}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}} {
		if n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}

func (w *hclWriter) rate(name string, n float64) {
	if n != 0 {
		w.line("%s = %s", name, strconv.FormatFloat(max(n, 0), 'f', -1, 64))
	}
}

func (w *hclWriter) number(name string, n int) {
	if n != 0 {
		w.line("%s = %d", name, max(n, 0))
	}
}

// points writes a map, a line for each.
func (w *hclWriter) points(name string, points map[string]int) {
	if len(points) == 0 {
		return
	}
	w.line("%s = {", name)
	w.depth++
	for _, n := range sortedNames(points) {
		w.line("%s = %d", quoteHCL(n), points[n])
	}
	w.depth--
	w.line("}")
}

// layer writes what a profile and its parts have in common.
func (w *hclWriter) layer(p Profile) {
	w.list("resolutions", p.Resolutions)
	w.list("sources", p.Sources)
	w.list("codecs", p.Codecs)
	w.text("mode", p.Mode)
	w.list("languages", p.Languages)
	w.list("subtitles", p.Subtitles)
	w.bounds(p.MinSize, p.MaxSize, p.MinBitrate, p.MaxBitrate)
	w.text("prefer_size", p.PreferSize)
	w.rate("prefer_bitrate", p.PreferBitrate)
	w.number("size_score", p.SizeScore)
	w.points("score", p.Score)
	if p.MinScore != nil {
		w.line("min_score = %d", *p.MinScore)
	}
	w.list("allow", p.Allow)
	w.list("deny", p.Deny)
	for _, t := range p.Tiers {
		w.open("tier", t.Name)
		w.list("resolutions", t.Resolutions)
		w.list("sources", t.Sources)
		w.list("has", t.Has)
		w.bounds(t.MinSize, t.MaxSize, t.MinBitrate, t.MaxBitrate)
		w.close()
	}
	w.rules(p)
	w.condition("require", p.Require)
	w.condition("reject", p.Reject)
}

func (w *hclWriter) bounds(minSize, maxSize int64, minBitrate, maxBitrate float64) {
	w.size("min_size", minSize)
	w.size("max_size", maxSize)
	w.rate("min_bitrate", minBitrate)
	w.rate("max_bitrate", maxBitrate)
}

// rules writes what gives points in blocks of its own.
func (w *hclWriter) rules(p Profile) {
	for _, r := range p.Prefer {
		w.open("prefer", r.Name)
		w.line("score = %d", r.Score)
		w.text("match", r.Match)
		w.text("when", r.When)
		w.close()
	}
	for _, g := range p.Groups {
		w.open("group", g.Name)
		w.list("names", g.Names)
		if g.Score != 0 {
			w.line("score = %d", g.Score)
		}
		w.flag("deny", g.Deny)
		w.close()
	}
	for _, f := range p.Formats {
		w.open("format", f.Name)
		if f.ScoreSet == "" {
			w.line("score = %d", f.Score)
		}
		w.text("json", f.JSON)
		w.text("app", f.App)
		w.text("scores", f.ScoreSet)
		for i, c := range f.Conditions {
			w.open("condition", cmp.Or(c.Name, strconv.Itoa(i+1)))
			w.text("kind", c.Kind)
			w.text("value", c.Value)
			w.size("min_size", c.Min)
			w.size("max_size", c.Max)
			w.flag("negate", c.Negate)
			w.flag("required", c.Required)
			w.close()
		}
		w.close()
	}
}

func (w *hclWriter) flag(name string, v bool) {
	if v {
		w.line("%s = true", name)
	}
}

func (w *hclWriter) condition(name string, c Condition) {
	if c.Any == nil && c.All == nil && c.Match == nil && c.When == nil {
		return
	}
	w.open(name)
	w.list("any", c.Any)
	w.list("all", c.All)
	w.list("match", c.Match)
	w.list("when", c.When)
	w.close()
}

// quoteHCL writes a text in quotes, so that nothing in it is a template.
func quoteHCL(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
