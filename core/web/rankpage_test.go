package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestThePageExplainsWhatItsAddressSays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.film("tt1727587", "Sintel")
	tests := map[string]struct {
		query  url.Values
		status int
		shows  []string
	}{
		"nothing yet":        {url.Values{}, 200, []string{`<form id="rank"`, "<option>best</option>"}},
		"a name":             {url.Values{"name": {bigSintel}}, 200, []string{`<mark class="m0" title="title Sintel">Sintel</mark>`, "Taken", "config.hcl:7"}},
		"a name of an item":  {url.Values{"name": {bigSintel}, "item": {"1"}}, 200, []string{"for <b>Sintel (2010)</b>", `name="for" value="1"`}},
		"a name of an id":    {url.Values{"name": {bigSintel}, "for": {"tt1727587"}}, 200, []string{"for <b>Sintel (2010)</b>"}},
		"a name of a name":   {url.Values{"name": {bigSintel}, "for": {"Sintel (2011)"}}, 200, []string{"for <b>Sintel (2011)</b>", "Taken"}},
		"another episode":    {url.Values{"name": {"The.Mill.S01E02.720p"}, "for": {"The Mill S01E03"}}, 200, []string{`<mark class="veto" title="season 1, episode 2`, "It is another episode."}},
		"a name too big":     {url.Values{"name": {bigSintel}, "size": {"30GiB"}}, 200, []string{"Rejected", "Set max_size to 30GiB."}},
		"two names":          {url.Values{"name": {bigSintel}, "with": {"Sintel.2010.720p.WEB"}}, 200, []string{"The first comes first.", "The second</h3>"}},
		"a name, tried":      {url.Values{"name": {bigSintel}, "size": {"3GiB"}, "set": {"max_size = 2GiB\n"}}, 200, []string{"As it is</h3>", "With what is tried</h3>", "Set max_size to 3GiB."}},
		"a stranger's name":  {url.Values{"name": {`<script>alert(1)</script>`}}, 200, []string{"&lt;script&gt;"}},
		"a wrong size":       {url.Values{"name": {"x"}, "size": {"big"}}, 400, []string{`role="alert"`, "is not a size"}},
		"a wrong setting":    {url.Values{"name": {"x"}, "set": {"max_size 2"}}, 400, []string{"is no setting"}},
		"an item of nothing": {url.Values{"name": {"x"}, "for": {"99"}}, 404, []string{"not in the library"}},
		"a name without end": {url.Values{"name": {strings.Repeat("x", 1001)}}, 400, []string{"more than 1000 bytes"}},
		"wanted without end": {url.Values{"name": {"x"}, "for": {strings.Repeat("x", 301)}}, 400, []string{"more than 300 bytes"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := w.local(http.MethodGet, "/rank?"+tt.query.Encode(), "")
			if out.Code != tt.status {
				t.Errorf("status %d, want %d", out.Code, tt.status)
			}
			for _, want := range tt.shows {
				if !strings.Contains(out.Body.String(), want) {
					t.Errorf("no %q in %s", want, out.Body)
				}
			}
			if strings.Contains(out.Body.String(), "<script>alert") {
				t.Error("a name is a script")
			}
		})
	}
}
