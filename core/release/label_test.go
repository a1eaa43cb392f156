package release

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// wrong lists what of title and numbers is read differently from the label; nothing where all is right. Titles are compared
// by their letters and digits, without case and accents.
func (l labelledName) wrong(r *Release) []string {
	var out []string
	differ := func(field string, got, want any) {
		if (len(l.Judged) == 0 || slices.Contains(l.Judged, field)) && fmt.Sprint(got) != fmt.Sprint(want) {
			out = append(out, fmt.Sprintf("%s %v, want %v", field, got, want))
		}
	}
	differ("title", plainTitle(r.Title()), plainTitle(l.Title))
	differ("year", [2]int{int(r.Year), int(r.YearEnd)}, [2]int{l.Year, l.YearEnd})
	seasons, episodes := r.Seasons, r.Episodes
	if r.Numbering == NumberCompact && len(seasons) == 0 { // 117: season 1, episode 17 is the likeliest reading
		n := episodes[0].Lo
		seasons, episodes = []Range{{n / 100, n / 100}}, []Range{{n % 100, n % 100}}
	}
	differ("seasons", expand(seasons), expand(sorted(l.Seasons)))
	differ("episodes", expand(episodes), expand(sorted(l.Episodes)))
	differ("date", r.Date.String(), l.Date)
	return out
}

func sorted(pairs [][2]int) []Range {
	var rs []Range
	for _, p := range pairs {
		rs = append(rs, Range{uint16(p[0]), uint16(p[1])})
	}
	return addRanges(nil, rs)
}

func plainTitle(s string) string {
	b := make([]byte, 0, 2*len(s)+8)
	for _, r := range clean(s) {
		if isWordRune(r) {
			b = appendFolded(b, r)
		}
	}
	return string(b)
}

// others lists the other labelled fields that are read differently, and counts those that were judged.
func (l labelledName) others(r *Release) (wrong []string, judged int) {
	compare := func(set bool, field, got, want string) {
		if !set {
			return
		}
		judged++
		if got == "unknown" {
			got = ""
		}
		if !strings.EqualFold(got, want) {
			wrong = append(wrong, fmt.Sprintf("%s %q, want %q", field, got, want))
		}
	}
	compare(l.Group.Set, "group", r.GroupName(), l.Group.Value)
	compare(l.Res.Set, "resolution", r.Resolution.String(), l.Res.Value)
	compare(l.Source.Set, "source", r.Source.String(), l.Source.Value)
	compare(l.Languages.Set, "languages", codes(r.Languages.Codes()), codes(l.Languages.Value))
	compare(l.Subtitles.Set, "subtitles", codes(r.Subtitles.Codes()), codes(l.Subtitles.Value))
	return wrong, judged
}

func codes(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// share is how many of so many were right.
type share struct{ right, all int }

func (s *share) add(right bool) {
	s.all++
	if right {
		s.right++
	}
}

func (s share) percent() float64 { return 100 * float64(s.right) / float64(max(1, s.all)) }

func (s share) String() string { return fmt.Sprintf("%5.1f%% of %4d", s.percent(), s.all) }

// TestAccuracyOnOwnNames measures the names that were labelled by hand for this project, on title and every number, and holds
// the share that is right where it is. MILLRACE_NAMES names a further file of the same form, which is measured only;
// MILLRACE_CORPUS_MISSES=names lists what is read wrongly of title and numbers, =namefields of the other labels.
func TestAccuracyOnOwnNames(t *testing.T) {
	t.Parallel()
	const floor = 97
	var all share
	for path, rows := range labelledNames(t) {
		s := measureNames(t, path, rows)
		all.right, all.all = all.right+s.right, all.all+s.all
	}
	t.Logf("own names, title and every number: %v", all)
	if all.percent() < floor {
		t.Errorf("title and every number are right on %.1f%%, want %d%% or more", all.percent(), floor)
	}
	if path := os.Getenv("MILLRACE_NAMES"); path != "" {
		measureNames(t, path, readLabelledNames(t, path))
	}
}

func measureNames(t *testing.T, path string, rows []labelledName) share {
	t.Helper()
	verbose := os.Getenv("MILLRACE_CORPUS_MISSES")
	var all, fields share
	classes := map[string]*share{}
	for _, l := range rows {
		r := Parse(l.Name)
		wrong := l.wrong(&r)
		all.add(len(wrong) == 0)
		if classes[l.Class] == nil {
			classes[l.Class] = new(share)
		}
		classes[l.Class].add(len(wrong) == 0)
		more, judged := l.others(&r)
		fields.right, fields.all = fields.right+judged-len(more), fields.all+judged
		if verbose == "names" && len(wrong) > 0 || verbose == "namefields" && len(more) > 0 {
			t.Logf("%-22s %q: %s", l.Class, l.Name, strings.Join(append(wrong, more...), "; "))
		}
	}
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		t.Logf("%-24s %v", c, classes[c])
	}
	t.Logf("%s: title and every number %v; other labels %v", path, all, fields)
	return all
}
