package rank

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
	"github.com/millrace-media/millrace/core/release"
)

// Bounds of patterns. One with look-around can take very long on a name that is made for it: it is stopped, and then has
// not matched.
const (
	maxPattern  = 20_000 // bytes
	lookTimeout = 50 * time.Millisecond
)

// pattern is a pattern over a release's name: RE2, which takes time linear in the name, or one with look-around; one that has
// both is .NET's.
type pattern struct {
	re   *regexp.Regexp
	look *regexp2.Regexp
}

func (k *compiler) pattern(path, m string) *pattern {
	if len(m) > maxPattern {
		k.fault(path, "This pattern is too long.", fmt.Sprintf("It may have %d bytes.", maxPattern))
		return &pattern{}
	}
	p, err := newPattern(m)
	if err != nil {
		k.fault(path, fmt.Sprintf("%q is not a pattern.", m), err.Error())
		return &pattern{}
	}
	return p
}

func newPattern(m string) (*pattern, error) {
	re, err := regexp.Compile("(?i)" + m)
	if err == nil {
		return &pattern{re: re}, nil
	}
	if !looksAround(m) {
		return nil, explained(err)
	}
	look, err := regexp2.Compile(m, regexp2.IgnoreCase)
	if err != nil {
		return nil, err
	}
	look.MatchTimeout = lookTimeout
	return &pattern{look: look}, tried(look)
}

// netPattern is a pattern as .NET has them. RE2 reads names that are plain ASCII where it means the same by the pattern: it is
// faster and never takes long.
func (k *compiler) netPattern(path, m string) *pattern {
	if len(m) > maxPattern {
		k.fault(path, "This pattern is too long.", fmt.Sprintf("It may have %d bytes.", maxPattern))
		return &pattern{}
	}
	look, err := regexp2.Compile(m, regexp2.IgnoreCase)
	if err != nil {
		k.fault(path, fmt.Sprintf("%q is not a pattern.", m), err.Error()+".")
		return &pattern{}
	}
	look.MatchTimeout = lookTimeout
	p := &pattern{look: look}
	if strings.Contains(m, "-[") { // .NET takes one class from another so
		return p
	}
	p.re, _ = regexp.Compile("(?i)" + m) // what RE2 cannot read, the other does
	return p
}

// plain reports whether RE2 is to look for the pattern in a text.
func (p *pattern) plain(s string) bool {
	if p.re == nil || p.look == nil {
		return p.re != nil
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// trials are what the longest names for a trial are made of.
var trials = []string{"a", "1", "word.", "A B "}

// tried finds a pattern that takes too long: one that is stopped on a name whenever it is tried, for a busy machine may stop
// any once.
func tried(look *regexp2.Regexp) error {
	const times = 3
	for _, name := range trials {
		text, stopped := strings.Repeat(name, release.MaxName/len(name)), 0
		for stopped < times {
			if _, err := look.MatchString(text); err == nil {
				break
			}
			stopped++
		}
		if stopped == times {
			return fmt.Errorf("it takes too long on a name like %s", name)
		}
	}
	return nil
}

// explained is the fault that RE2 finds, without what it says of itself.
func explained(err error) error {
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s near %q", wrong.Code, wrong.Expr)
	}
	return err
}

// looksAround reports whether a pattern has what RE2 cannot do: look-around or atomic groups.
func looksAround(m string) bool {
	for _, s := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.Contains(m, s) {
			return true
		}
	}
	return false
}

// match reports whether the pattern is found in a text. One that is stopped has not matched.
func (p *pattern) match(s string) bool {
	switch {
	case p.plain(s):
		return p.re.MatchString(s)
	case p.look != nil:
		ok, err := p.look.MatchString(s)
		return ok && err == nil
	}
	return false
}

// find is where the pattern is found.
func (p *pattern) find(s string) release.Span {
	switch {
	case p.plain(s):
		if at := p.re.FindStringIndex(s); at != nil {
			return release.Span{Lo: uint16(at[0]), Hi: uint16(at[1])}
		}
	case p.look != nil:
		if m, err := p.look.FindStringMatch(s); m != nil && err == nil {
			lo := byteIndex(s, m.Index)
			return release.Span{Lo: uint16(lo), Hi: uint16(lo + byteIndex(s[lo:], m.Length))}
		}
	}
	return release.Span{}
}

// byteIndex is where the rune of a number begins.
func byteIndex(s string, rune int) int {
	for i := range s {
		if rune == 0 {
			return i
		}
		rune--
	}
	return len(s)
}
