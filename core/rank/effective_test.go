package rank

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/release"
)

func TestAProfileWrittenOutJudgesAsItDoes(t *testing.T) {
	t.Parallel()
	for name, p := range profiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, whole := compile(t, p), compile(t, p.Effective())
			if whole.Profile().Base != "" {
				t.Errorf("it has the base %q", whole.Profile().Base)
			}
			rng := rand.New(rand.NewPCG(7, 8))
			for _, w := range []string{"sintel", "keepers.2x05", "keepers.s2", "hoshi.s1"} {
				target := NewTarget(wanted[w])
				for _, cand := range randomCandidates(rng, target.Titles[0], 100) {
					a, b := c.Judge(target, cand), whole.Judge(target, cand)
					if diff := cmp.Diff(a, b); diff != "" {
						t.Fatalf("%s, as it is before as written out:\n%s", cand.Release.Name, diff)
					}
				}
			}
		})
	}
}

func TestTextsAreQuotedForHCL(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"a quote and a backslash": {`a"b\c`, `"a\"b\\c"`},
		"a template":              {"${a} %{b} $c", `"$${a} %%{b} $c"`},
		"the end of a line":       {"a\nb\tc\r\x01", `"a\nb\tc\r\u0001"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := quoteHCL(tt.in); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhatANameLeavesOutIsNowhereInIt(t *testing.T) {
	t.Parallel()
	c := compile(t, Profile{Base: "balanced"})
	r := release.Parse("Sintel.2010.1080p.WEB")
	for _, reason := range c.Explain(Itself(&r, false), Candidate{Parsed: &r}).Reasons {
		if reason.Got == unknownGroup && !reason.Span.Empty() {
			t.Errorf("the group that is not there is at %v", reason.Span)
		}
	}
}
