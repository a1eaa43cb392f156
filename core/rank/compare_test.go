package rank

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCompareNamesTheFirstThingThatDiffers(t *testing.T) {
	t.Parallel()
	c, target := compile(t, Balanced()), NewTarget(wanted["sintel"])
	judge := func(name string, change func(*Candidate)) Verdict {
		cand := candidate(name, gib, 10)
		cand.Release.Hash = strings.Repeat("0", 40)
		if change != nil {
			change(&cand)
		}
		return c.Judge(target, cand)
	}
	const name = "Sintel.2010.1080p.WEB-DL.x264-GRP"
	for _, tt := range []struct {
		by     string
		name   string
		change func(*Candidate)
	}{
		{"decision", "Sintel.2010.1080p.CAM-GRP", nil},
		{"cached", name, func(c *Candidate) { c.Cached = true }},
		{"match", "Sintel.2011.1080p.WEB-DL.x264-GRP", nil},
		{"tier", "Sintel.2010.720p.WEB-DL.x264-GRP", nil},
		{"score", "Sintel.2010.1080p.HDTV.x264-GRP", nil},
		{"seeders", name, func(c *Candidate) { c.Release.Seeders = 1000 }},
		{"size", name, func(c *Candidate) { c.Release.Size = 4 * gib }},
		{"day", name, func(c *Candidate) { c.Release.Published = time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC) }},
		{"hash", name, func(c *Candidate) { c.Release.Hash = strings.Repeat("1", 40) }},
		{"", name, nil},
	} {
		t.Run("it is "+tt.by, func(t *testing.T) {
			t.Parallel()
			if d := Compare(judge(name, nil), judge(tt.name, tt.change)); d.By != tt.by || d.Text == "" {
				t.Errorf("got %+v", d)
			}
		})
	}
}

func TestLimitsKeepTheBestOfEachKind(t *testing.T) {
	t.Parallel()
	p := Balanced()
	p.Limits = Limits{Resolution: 2, Group: 2, Total: 4}
	c := compile(t, p)
	var cands []Candidate
	for i, n := range []string{
		"Sintel.2010.1080p.BluRay.x264-AAA", "Sintel.2010.1080p.WEBRip.x264-AAA", "Sintel.2010.1080p.HDTV.x264-BBB",
		"Sintel.2010.720p.BluRay.x264-AAA", "Sintel.2010.720p.WEBRip.x264-BBB", "Sintel.2010.720p.HDTV.x264-BBB",
		"Sintel.2010.480p.BluRay.x264", "Sintel.2010.480p.WEBRip.x264", "Sintel.2010.1080p.CAM.x264-CCC",
	} {
		cands = append(cands, candidate(n, gib, 9-i))
	}
	ranked := c.Rank(NewTarget(wanted["sintel"]), cands)
	var got []string
	for _, r := range c.Limit(ranked) {
		got = append(got, r.Release.Name+" "+string(r.Code))
	}
	want := []string{
		"Sintel.2010.1080p.BluRay.x264-AAA MATCH", "Sintel.2010.1080p.WEBRip.x264-AAA MATCH",
		"Sintel.2010.720p.WEBRip.x264-BBB MATCH", "Sintel.2010.720p.HDTV.x264-BBB MATCH",
		"Sintel.2010.1080p.HDTV.x264-BBB LIMIT", "Sintel.2010.1080p.CAM.x264-CCC REJECTED_SOURCE", "Sintel.2010.720p.BluRay.x264-AAA LIMIT",
		"Sintel.2010.480p.BluRay.x264 LIMIT", "Sintel.2010.480p.WEBRip.x264 LIMIT",
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
}
