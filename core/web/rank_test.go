package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

const bigSintel = "Sintel.2010.1080p.BluRay.x264-GRP"

func TestANameIsExplained(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body    string
		wanted  string
		verdict string
		reasons []string // that are among those given, as code and setting
		changes []string
	}{
		"for itself": {`{"name":"` + bigSintel + `"}`, "", "accept", []string{"QUALITY base.score.bluray"}, nil},
		"too big": {`{"name":"` + bigSintel + `","size":32212254720}`, "", "reject", []string{"TOO_BIG max_size"},
			[]string{"Set max_size to 30GiB."}},
		"for an item":             {`{"name":"` + bigSintel + `","for":{"item":1}}`, "Sintel (2010)", "accept", []string{"MATCH "}, nil},
		"for a title by its id":   {`{"name":"` + bigSintel + `","for":{"id":"tt1727587"}}`, "Sintel (2010)", "accept", []string{"MATCH "}, nil},
		"for a title by its name": {`{"name":"` + bigSintel + `","for":{"name":"sintel"}}`, "Sintel (2010)", "accept", []string{"MATCH "}, nil},
		"for one that is nowhere": {`{"name":"` + bigSintel + `","for":{"name":"The Mill","year":2010}}`, "The Mill (2010)", "reject", []string{"OTHER_TITLE "}, nil},
		"for one that others know": {`{"name":"Tears.of.Steel.2012.720p.WEB","for":{"id":"tt2285752"}}`, "Tears of Steel (2012)", "accept",
			[]string{"MATCH "}, nil},
		"for an episode": {`{"name":"The.Mill.S01E02.1080p.WEB","for":{"name":"The Mill","season":1,"episode":3}}`, "The Mill S01E03", "reject",
			[]string{"OTHER_EPISODE "}, nil},
	}
	w := setup(t)
	w.film("tt1727587", "Sintel")
	w.found = []sdk.Title{{IDs: sdk.IDs{IMDb: "tt2285752"}, Kind: sdk.Movie, Name: "Tears of Steel", Year: 2012}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := decode[rank.Explanation](w, w.local(http.MethodPost, "/api/v1/rank/explain", tt.body), http.StatusOK)
			r := e.Reports[0]
			if e.For != tt.wanted || r.Verdict != tt.verdict {
				t.Errorf("%q is %s, want %q to be %s: %+v", e.For, r.Verdict, tt.wanted, tt.verdict, r.Reasons)
			}
			codes := map[string]string{}
			for _, reason := range r.Reasons {
				codes[string(reason.Code)+" "+reason.Setting] = reason.Place
			}
			for _, want := range tt.reasons {
				if place, ok := codes[want]; !ok || !strings.HasSuffix(want, " ") && place != "config.hcl:7" {
					t.Errorf("no reason %q at its place in %v", want, codes)
				}
			}
			for i, want := range tt.changes {
				if i >= len(r.Changes) || r.Changes[i].Text != want {
					t.Errorf("got changes %v, want %v", r.Changes, tt.changes)
				}
			}
		})
	}
}

func TestSeveralProfilesExplainAName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	e := decode[rank.Explanation](w, w.local(http.MethodPost, "/api/v1/rank/explain", `{"name":"x.1080p","profiles":["best","default"]}`), http.StatusOK)
	if len(e.Reports) != 2 || e.Reports[0].Profile != "best" || e.Reports[1].Profile != "default" {
		t.Errorf("got %+v", e.Reports)
	}
}

func TestTwoNamesAreCompared(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tests := map[string]struct{ body, first, by string }{
		"by their tiers":     {`{"a":{"name":"Sintel.2010.720p.WEB"},"b":{"name":"Sintel.2010.1080p.WEB"}}`, "b", "tier"},
		"by being ready":     {`{"a":{"name":"Sintel.2010.720p.WEB","cached":true},"b":{"name":"Sintel.2010.1080p.WEB"}}`, "a", "cached"},
		"by who shares them": {`{"a":{"name":"Sintel.2010.720p.WEB","seeders":500},"b":{"name":"Sintel.2010.720p.WEB","seeders":2}}`, "a", "seeders"},
		"that are equal":     {`{"a":{"name":"Sintel.2010.720p.WEB"},"b":{"name":"Sintel.2010.720p.WEB"}}`, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := decode[rank.Comparison](w, w.local(http.MethodPost, "/api/v1/rank/compare", tt.body), http.StatusOK)
			if c.First != tt.first || c.Difference.By != tt.by || len(c.A.Reports) != 1 || len(c.B.Reports) != 1 {
				t.Errorf("first is %q by %q, want %q by %q", c.First, c.Difference.By, tt.first, tt.by)
			}
		})
	}
}

func TestSettingsAreTried(t *testing.T) {
	t.Parallel()
	w := setup(t)
	trial := decode[rank.Trial](w, w.local(http.MethodPost, "/api/v1/rank/what-if",
		`{"name":"`+bigSintel+`","size":3221225472,"settings":{"max_size":"2GiB"}}`), http.StatusOK)
	if before, after := trial.Before.Reports[0].Verdict, trial.After.Reports[0].Verdict; before != "accept" || after != "reject" {
		t.Errorf("%s before and %s after", before, after)
	}
}

func TestAProfileIsShownWithItsBase(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := decode[ProfileText](w, w.local(http.MethodGet, "/api/v1/rank/profiles/default", ""), http.StatusOK)
	if p.Name != "default" || !strings.Contains(p.Text, `profile "default"`) || !strings.Contains(p.Effective, `profile "default"`) {
		t.Errorf("got %+v", p)
	}
}

func TestWhatCannotBeRankedIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tests := map[string]struct {
		call, body string
		status     int
		says       string
	}{
		"no name":              {"explain", `{"name":""}`, 422, "body.name"},
		"a name without end":   {"explain", `{"name":"` + strings.Repeat("x", 1001) + `"}`, 422, "body.name"},
		"nine profiles":        {"explain", `{"name":"x","profiles":["1","2","3","4","5","6","7","8","9"]}`, 422, "body.profiles"},
		"an unknown profile":   {"explain", `{"name":"x","profiles":["none"]}`, 400, "there is no profile none"},
		"an unknown item":      {"explain", `{"name":"x","for":{"item":99}}`, 404, "not in the library"},
		"what is no id":        {"explain", `{"name":"x","for":{"id":"7"}}`, 400, "is no id"},
		"an id nobody knows":   {"explain", `{"name":"x","for":{"id":"tt0000001"}}`, 404, "nobody knows it"},
		"a title without name": {"explain", `{"name":"x","for":{"season":1}}`, 400, "it names no title"},
		"nothing to compare":   {"compare", `{"a":{"name":"x"}}`, 422, "body"},
		"nothing to try":       {"what-if", `{"name":"x","settings":{}}`, 422, "body.settings"},
		"what is no value":     {"what-if", `{"name":"x","settings":{"max_size":"big"}}`, 400, "settings.max_size"},
		"a value without end":  {"what-if", `{"name":"x","settings":{"max_size":"` + strings.Repeat("9", 9000) + `"}}`, 400, "too long"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := w.local(http.MethodPost, "/api/v1/rank/"+tt.call, tt.body)
			if out.Code != tt.status || !strings.Contains(out.Body.String(), tt.says) {
				t.Errorf("status %d, want %d and %q: %s", out.Code, tt.status, tt.says, out.Body)
			}
		})
	}
}
