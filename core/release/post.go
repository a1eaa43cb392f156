package release

import "strings"

// subject finds the part of raw that is the name: what a post quotes, [01/20] - "name.part01.rar" yEnc (1/50), and what a
// bracket holds that is around everything, "[Title (2010) 1080p]". It is the whole of anything else.
func (p *parser) subject() (from, to int) {
	from, to = 0, len(p.raw)
	if lo, hi, ok := posted(p.raw); ok {
		p.posted = true
		from, to = lo, hi
	}
	if wrapped(p.raw[from:to]) {
		p.wrapped = true
		return from + 1, to - 1
	}
	return from, to
}

// posted finds the name in the subject of a post: what stands in a bracket of its own, "[ name ]", else in quotes, else
// before the count of the post's parts.
func posted(raw string) (lo, hi int, ok bool) {
	quote := strings.IndexByte(raw, '"')
	chained := strings.Contains(raw, "]-[")
	if quote < 0 && !chained && !strings.HasSuffix(strings.TrimRight(raw, " 0123456789/()"), "yEnc") {
		return 0, 0, false
	}
	if lo, hi, ok = boxedName(raw); ok && (chained || (quote < 0 || hi < quote) && strings.Contains(raw[hi:], "yEnc")) {
		return lo, hi, true
	}
	if quote >= 0 {
		return quoted(raw, quote)
	}
	end := strings.LastIndex(raw, "yEnc")
	if end < 0 {
		return 0, 0, false
	}
	if open := strings.LastIndexAny(raw[:end], "[("); open > 0 {
		end = open
	}
	end = len(strings.TrimRight(raw[:end], " -<>"))
	return 0, end, end > 8
}

// boxedName finds "[ name ]", with spaces inside the brackets.
func boxedName(raw string) (lo, hi int, ok bool) {
	for at := 0; ; {
		i := strings.Index(raw[at:], "[ ")
		if i < 0 {
			return 0, 0, false
		}
		lo = at + i + 2
		n := strings.Index(raw[lo:], " ]")
		if n < 0 {
			return 0, 0, false
		}
		if n > 12 && strings.ContainsAny(raw[lo:lo+n], "0123456789") && !strings.Contains(raw[lo:lo+n], "www.") {
			return lo, lo + n, true
		}
		at = lo + n
	}
}

// quoted finds what stands in the quotes of which the first is at lo.
func quoted(raw string, lo int) (from, to int, ok bool) {
	n := strings.IndexByte(raw[lo+1:], '"')
	if n < 8 {
		return 0, 0, false
	}
	if from, to, ok := beforeQuote(raw, lo, n); ok {
		return from, to, true
	}
	hi := lo + 1 + n
	after, before := raw[hi+1:], strings.TrimRight(raw[:lo], " ")
	return lo + 1, hi, strings.Contains(after, "yEnc") || strings.HasSuffix(before, "-") && strings.IndexByte(raw[lo:hi], '.') > 0
}

// beforeQuote finds a name in front of the quotes, [12/40] name "abc123.part01.rar" yEnc, where what they hold, n bytes after lo,
// has no words.
func beforeQuote(raw string, lo, n int) (from, to int, ok bool) {
	to = len(strings.TrimRight(raw[:lo], " -"))
	if strings.HasPrefix(raw, "[") || strings.HasPrefix(raw, "(") {
		from = strings.IndexAny(raw[:to], "])") + 1
	}
	for from < to && (raw[from] == ' ' || raw[from] == '-') {
		from++
	}
	return from, to, to-from > 12 && strings.Count(raw[from:to], ".") > 3 && strings.Count(raw[lo:lo+n], ".") < 3
}

// wrapped reports whether the bracket that a name begins with closes where it ends.
func wrapped(raw string) bool {
	last := len(raw) - 1
	if last < 8 || raw[0] != '[' || raw[last] != ']' {
		return false
	}
	depth := 0
	for i := range last {
		switch raw[i] {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth == 0 {
			return false
		}
	}
	return true
}

// volume takes what numbers the pieces of an archive off the end: ".part01", ".vol003+04", ".7z" before ".001".
func (p *parser) volume() {
	if p.rel.Container == ContainerTorrent && p.n > 2 && p.toks[p.n-1].gap == gapDot && extensions[string(p.word(p.n-1))] != ContainerUnknown { // ".mkv.torrent"
		p.drop(1)
	}
	if p.rel.Container != ContainerArchive && p.rel.Container != ContainerOther {
		return
	}
	for last := p.n - 1; last > 0; last = p.n - 1 {
		w := p.word(last)
		switch {
		case p.toks[last].gap == gapPlus && p.toks[last].digits && last > 1 && prefixed(p.word(last-1), "vol"):
			p.drop(2)
		case p.toks[last].gap == gapDot && (prefixed(w, "part") || prefixed(w, "vol") || extensions[string(w)] == ContainerArchive):
			p.drop(1)
		default:
			return
		}
	}
}

// prefixed reports whether w is prefix and a number.
func prefixed(w []byte, prefix string) bool {
	if len(w) <= len(prefix) || string(w[:len(prefix)]) != prefix {
		return false
	}
	_, ok := atoi(w[len(prefix):])
	return ok
}

// drop takes n tokens off the end.
func (p *parser) drop(n int) {
	for range n {
		p.n--
		p.tail = p.toks[p.n].gap & gapClose
		p.toks[p.n] = token{}
	}
}

// reposted takes off the end what re-posters hang on: "-GROUP-Obfuscated".
func (p *parser) reposted() {
	for p.n > 2 {
		t := &p.toks[p.n-1]
		if t.gap&^(gapDash|gapUnder) != 0 || t.gap == 0 || t.bracket != 0 {
			return
		}
		w := p.word(p.n - 1)
		if p.rel.Ext && string(w) == "sample" {
			p.apply(p.n-1, 1, words.entries["sample"])
			p.drop(1)
			continue
		}
		if !reposters[string(w)] && !(len(w) >= 5 && string(w[:5]) == "rakuv") {
			return
		}
		p.drop(1)
	}
}

// reposters are what bots that post releases anew add to names, never who made them.
var reposters = wordSet("obfuscated obfuscation scrambled xpost postbot whiterev buymore asrequested alternativetorequested gerov z0ids3n chamele0n 4p 4planet " +
	"altezachen repackpost nzbgeek sickbeard wrapped nzbcave")
