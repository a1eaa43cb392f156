package rank

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

func TestMarksAreWhereSomethingWasReadOrDecided(t *testing.T) {
	t.Parallel()
	c := compile(t, Profile{Base: "balanced", Reject: Condition{Match: []string{"BAD$", "S..E"}}})
	e, _ := Explain(nil, Candidate{Release: sdk.Release{Name: "The.Mill.S01E02.720p.XYZZY.CAM.DDP5.1-ABAD"}}, Judge{Compiled: c})
	var got []string
	for _, m := range e.Marks() {
		text := m.Label + " " + e.Name[m.Span.Lo:m.Span.Hi] + ": " + m.What
		if m.Veto {
			text += " (veto)"
		}
		got = append(got, text)
	}
	want := []string{
		"1 The.Mill: title The Mill", "2 S01E02: season 1, episode 2, counted as season and episode, A pattern of the profile decides so. (veto)", "3 720p: resolution 720p",
		"4 CAM: source cam, The profile rejects this source. (veto)", "5 DDP5.1: audio ddp, channels 5.1",
		"6 ABAD: group ABAD, A pattern of the profile decides so. (veto)",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
	if m := MarkOf(e.Marks(), release.Span{Lo: 9, Hi: 12}); m == nil || m.Label != "2" {
		t.Errorf("a part of a mark is of %v", m)
	}
	if m := MarkOf(e.Marks(), release.Span{}); m != nil {
		t.Errorf("nothing is of %v", m)
	}
}
