package world

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// customer calls the debrid service with a token.
type customer struct {
	t    *testing.T
	w    *World
	base string
	auth string
}

func customerOf(t *testing.T, w *World) customer {
	return customer{t: t, w: w, base: w.Endpoints.RealDebrid.URL, auth: "Authorization: Bearer " + w.Endpoints.RealDebrid.Key}
}

func (c customer) get(path string) answered {
	c.t.Helper()
	return get(c.t, c.base+path, c.auth)
}

// post sends a form given as name, value, name, value.
func (c customer) post(path string, form ...string) answered {
	c.t.Helper()
	v := url.Values{}
	for i := 0; i < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	return call(c.t, "POST", c.base+path, v.Encode(), c.auth, "Content-Type: application/x-www-form-urlencoded")
}

// rdInfo is a torrent as a client reads it.
type rdInfo struct {
	ID, Hash, Status, Filename string
	Bytes                      int64
	Progress                   float64
	Links                      []string
	Files                      []struct {
		ID, Selected int
		Path         string
		Bytes        int64
	}
}

// add puts a release into the account and gives its id.
func (c customer) add(r Release) string {
	c.t.Helper()
	a := c.post("/torrents/addMagnet", "magnet", r.Magnet)
	var in struct{ ID, URI string }
	if a.json(c.t, &in); a.status != 201 || in.ID == "" {
		c.t.Fatalf("addMagnet: %d %s", a.status, a.body)
	}
	return in.ID
}

func (c customer) info(id string) rdInfo {
	c.t.Helper()
	var in rdInfo
	c.get("/torrents/info/"+id).json(c.t, &in)
	return in
}

// take adds, selects and waits, and gives the torrent as downloaded.
func (c customer) take(r Release, files string) rdInfo {
	c.t.Helper()
	id := c.add(r)
	c.waitFor(id, "waiting_files_selection")
	if a := c.post("/torrents/selectFiles/"+id, "files", files); a.status != 204 {
		c.t.Fatalf("selectFiles: %d %s", a.status, a.body)
	}
	return c.waitFor(id, "downloaded")
}

func (c customer) waitFor(id, status string) rdInfo {
	c.t.Helper()
	var last rdInfo
	until(c.t, id+" is "+status, func() bool { last = c.info(id); return last.Status == status })
	return last
}

// rdCode reads an error.
func rdCode(t *testing.T, a answered) string {
	t.Helper()
	var e struct {
		Error string
		Code  int `json:"error_code"`
	}
	a.json(t, &e)
	if e.Error == "" {
		t.Errorf("no error word in %s", a.body)
	}
	return fmt.Sprintf("%d/%d", a.status, e.Code)
}

func TestDebridGivesWhatIsCachedAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Step: time.Hour})
	c := customerOf(t, w)
	pack := named(t, w, "The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL")
	in := c.take(pack, "2,4,2")
	var selected []int
	for _, f := range in.Files {
		if f.Selected == 1 {
			selected = append(selected, f.ID)
		}
	}
	if !slices.Equal(selected, []int{2, 4}) || len(in.Links) != 2 || in.Files[1].Path != "/"+pack.Files[1].Path || in.Hash != pack.Hash || in.Progress != 100 {
		t.Fatalf("got %+v", in)
	}
	for i, file := range []int{1, 3} {
		var dl struct {
			Filename, Download string
			Filesize           int64
		}
		c.post("/unrestrict/link", "link", in.Links[i]).json(t, &dl)
		if dl.Filename != pack.Files[file].Path || dl.Filesize != pack.Files[file].Size {
			t.Errorf("link %d: %+v", i, dl)
		}
		if got := get(t, dl.Download).body; !slices.Equal(got, original(t, w, pack, file)) {
			t.Errorf("link %d gives %d other bytes", i, len(got))
		}
	}
	if again := c.info(in.ID); !slices.Equal(again.Links, in.Links) {
		t.Errorf("links changed: %v, %v", in.Links, again.Links)
	}
}

func TestDebridGoesThroughItsStatuses(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Step: 60 * time.Millisecond})
	c := customerOf(t, w)
	tests := []struct {
		release string
		want    []string
	}{
		{"Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL", []string{"magnet_conversion", "waiting_files_selection", "queued", "downloading", "uploading", "downloaded"}},
		{"Big.Buck.Bunny.2008.2160p.UHD.BluRay.REMUX.HDR.HEVC.DTS-HD.MA.5.1-DEADSEED", []string{"magnet_conversion", "waiting_files_selection", "queued", "downloading", "dead"}},
		{"Tears.of.Steel.2012.2160p.BluRay.REMUX.HEVC.TrueHD.7.1-BROKEN", []string{"magnet_conversion", "waiting_files_selection", "queued", "downloading", "error"}},
	}
	for _, tt := range tests {
		t.Run(tt.release, func(t *testing.T) {
			t.Parallel()
			c := customer{t: t, w: w, base: c.base, auth: c.auth}
			id := c.add(named(t, w, tt.release))
			var seen []string
			until(t, "the last status", func() bool {
				s := c.info(id).Status
				if !slices.Contains(seen, s) {
					seen = append(seen, s)
				}
				if s == "waiting_files_selection" {
					c.post("/torrents/selectFiles/"+id, "files", "1")
				}
				return s == tt.want[len(tt.want)-1]
			})
			// A status may pass unseen on a busy machine; none may come that is not in the list, or out of order.
			i := 0
			for _, s := range seen {
				for i < len(tt.want) && tt.want[i] != s {
					i++
				}
			}
			if i == len(tt.want) {
				t.Errorf("saw %v, want a part of %v", seen, tt.want)
			}
		})
	}
}

func TestDebridRefuses(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Slots: 2, Step: time.Hour})
	c := customerOf(t, w)
	lawyer := named(t, w, "Sintel.2010.2160p.WEB-DL.DDP5.1.HDR.H.265-LAWYER")
	bunny := named(t, w, "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL")
	badLink := c.take(named(t, w, "Elephants.Dream.2006.1080p.BluRay.REMUX.AVC.FLAC.2.0-LAWYER"), "all").Links[0]
	goodLink := c.take(bunny, "1").Links[0]
	done := c.add(bunny)
	c.post("/torrents/selectFiles/"+done, "files", "all")
	yes, no := true, false
	stranger := customer{t: t, w: w, base: c.base, auth: "Authorization: Bearer nobody"}
	tests := []struct {
		name, want string
		do         func() answered
	}{
		{"a bad token", "401/8", func() answered { return stranger.get("/user") }},
		{"an infringing torrent", "451/35", func() answered { return c.post("/torrents/addMagnet", "magnet", lawyer.Magnet) }},
		{"no magnet", "400/1", func() answered { return c.post("/torrents/addMagnet") }},
		{"a bad magnet", "400/2", func() answered { return c.post("/torrents/addMagnet", "magnet", "magnet:?xt=nothing") }},
		{"a bad .torrent", "400/30", func() answered { return call(t, "PUT", c.base+"/torrents/addTorrent", "junk", c.auth) }},
		{"an unknown torrent", "404/7", func() answered { return c.get("/torrents/info/NOBODY") }},
		{"an unknown torrent's deletion", "404/7", func() answered { return call(t, "DELETE", c.base+"/torrents/delete/NOBODY", "", c.auth) }},
		{"a selection that is not there", "400/2", func() answered { return c.post("/torrents/selectFiles/"+c.add(bunny), "files", "1,99") }},
		{"a second selection", "202/31", func() answered { return c.post("/torrents/selectFiles/"+done, "files", "all") }},
		{"an unknown method", "404/3", func() answered { return c.get("/dance") }},
		{"instant availability", "403/37", func() answered { return c.get("/torrents/instantAvailability/" + bunny.Hash) }},
		{"another hoster's link", "503/16", func() answered { return c.post("/unrestrict/link", "link", "https://example.invalid/f") }},
		{"an unknown link", "503/24", func() answered { return c.post("/unrestrict/check", "link", "http://x.invalid/d/NOBODY") }},
		{"an infringing link", "451/35", func() answered { return c.post("/unrestrict/link", "link", badLink) }},
		{"traffic that is spent", "503/23", func() answered {
			if _, err := w.ChangeAccount(AccountChange{TrafficExhausted: &yes}); err != nil {
				t.Fatal(err)
			}
			defer w.ChangeAccount(AccountChange{TrafficExhausted: &no})
			return c.post("/unrestrict/link", "link", goodLink)
		}},
		{"a free account", "403/20", func() answered {
			if _, err := w.ChangeAccount(AccountChange{Premium: &no}); err != nil {
				t.Fatal(err)
			}
			defer w.ChangeAccount(AccountChange{Premium: &yes})
			return c.post("/unrestrict/link", "link", goodLink)
		}},
		{"one torrent too many", "503/21", func() answered {
			c.post("/torrents/addMagnet", "magnet", strings.Repeat("ab", 20))
			return c.post("/torrents/addMagnet", "magnet", bunny.Magnet)
		}},
	}
	for _, tt := range tests { // in order: the last fills the slots
		t.Run(tt.name, func(t *testing.T) {
			if got := rdCode(t, tt.do()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDebridPagesItsLists(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Step: time.Hour})
	c := customerOf(t, w)
	if a := c.get("/torrents"); a.status != 204 || a.header.Get("X-Total-Count") != "0" {
		t.Fatalf("empty: %d, %s", a.status, a.header)
	}
	var ids []string // newest first
	for _, name := range []string{"Sintel.2010.720p.BluRay.x264-RACE", "Tears.of.Steel.2012.HDTS.x264-SHAKY", "Sintel.2010.CAM.x264-SHAKY"} {
		in := c.take(named(t, w, name), "all")
		c.post("/unrestrict/link", "link", in.Links[0])
		ids = append([]string{in.ID}, ids...)
	}
	slow := c.add(named(t, w, "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL"))
	ids = append([]string{slow}, ids...)
	tests := []struct {
		query string
		want  []string
		total string
	}{
		{"/torrents?offset=&page=&limit=50&filter=", ids, "4"},
		{"/torrents?limit=2", ids[:2], "4"},
		{"/torrents?limit=2&offset=3", ids[3:], "4"},
		{"/torrents?limit=3&page=2&offset=1", ids[3:], "4"},
		{"/torrents?filter=active", ids[:1], "1"},
		{"/torrents?offset=9", nil, "4"},
		{"/downloads?limit=2&page=2", nil, "3"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			a := c.get(tt.query)
			var list []struct{ ID string }
			if a.status == 200 {
				a.json(t, &list)
			}
			var got []string
			for _, e := range list {
				got = append(got, e.ID)
			}
			if strings.HasPrefix(tt.query, "/downloads") {
				got = got[len(got)-len(tt.want):] // their ids are not known here
			}
			if diff := cmp.Diff(got, tt.want); diff != "" && len(got)+len(tt.want) > 0 {
				t.Errorf("-got +want:\n%s", diff)
			}
			if got := a.header.Get("X-Total-Count"); got != tt.total {
				t.Errorf("total %s, want %s", got, tt.total)
			}
		})
	}
	if got := string(c.get("/torrents/activeCount").body); got != `{"limit":10,"nb":1}` {
		t.Errorf("activeCount: %s", got)
	}
	if got := call(t, "DELETE", c.base+"/torrents/delete/"+slow, "", c.auth).status; got != 204 {
		t.Errorf("delete: status %d", got)
	}
	if got := len(w.Accounts()[0].Torrents); got != 3 {
		t.Errorf("%d torrents left, want 3", got)
	}
}

func TestDebridAnswersTheRest(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	c := customerOf(t, w)
	film := named(t, w, "Sintel.2010.720p.BluRay.x264-RACE")
	raw, err := w.Torrent(film.Hash)
	if err != nil {
		t.Fatal(err)
	}
	var added struct{ ID string }
	call(t, "PUT", c.base+"/torrents/addTorrent?host=real-debrid.com", string(raw), c.auth).json(t, &added)
	c.post("/torrents/selectFiles/"+added.ID, "files", "all")
	link := c.waitFor(added.ID, "downloaded").Links[0]
	var dl struct{ ID string }
	c.post("/unrestrict/link", "link", link).json(t, &dl)
	for path, want := range map[string]string{
		"/user": `"type":"premium"`, "/torrents/availableHosts": `"host":"real-debrid.com"`, "/traffic/details": fmt.Sprintf(`"bytes":%d`, film.Size),
		"/streaming/mediaInfos/" + dl.ID: `"subtitles":[]`, "/downloads": dl.ID, "/time": "20", "/time/iso": "T",
	} {
		if a := c.get(path); a.status != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d, want %s in %s", path, a.status, want, a.body)
		}
	}
	if a := c.post("/unrestrict/check", "link", link); a.status != 200 || !strings.Contains(string(a.body), `"supported":1`) {
		t.Errorf("check: %d %s", a.status, a.body)
	}
	if got := call(t, "DELETE", c.base+"/downloads/delete/"+dl.ID, "", c.auth).status; got != 204 {
		t.Errorf("delete: status %d", got)
	}
}

func TestDebridPacksAMixedSelection(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	c := customerOf(t, w)
	in := c.take(named(t, w, "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL"), "all")
	if len(in.Files) != 3 || len(in.Links) != 1 {
		t.Fatalf("%d files and %d links, want 3 and 1", len(in.Files), len(in.Links))
	}
	var dl struct {
		Filename   string
		Streamable int
	}
	c.post("/unrestrict/link", "link", in.Links[0]).json(t, &dl)
	if !strings.HasSuffix(dl.Filename, ".rar") || dl.Streamable != 0 {
		t.Errorf("got %+v", dl)
	}
}

func TestDownloadLinksServeRangesAndDie(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	c := customerOf(t, w)
	film := named(t, w, "Sintel.2010.720p.BluRay.x264-RACE")
	link := c.take(film, "all").Links[0]
	fresh := func() string {
		var dl struct{ Download string }
		c.post("/unrestrict/link", "link", link).json(t, &dl)
		return dl.Download
	}
	url, whole := fresh(), original(t, w, film, 0)
	t.Run("a range", func(t *testing.T) {
		a := get(t, url, "Range: bytes=1000-1999")
		if want := fmt.Sprintf("bytes 1000-1999/%d", len(whole)); a.status != 206 || a.header.Get("Content-Range") != want || !slices.Equal(a.body, whole[1000:2000]) || a.header.Get("ETag") == "" {
			t.Errorf("status %d, %v", a.status, a.header)
		}
	})
	t.Run("no range beyond the end", func(t *testing.T) {
		if got := get(t, url, fmt.Sprintf("Range: bytes=%d-", len(whole))).status; got != 416 {
			t.Errorf("status %d, want 416", got)
		}
	})
	for _, status := range []int{404, 410, 403, 503} {
		t.Run(fmt.Sprint("dead with ", status), func(t *testing.T) {
			body := fmt.Sprintf(`{"expireLinks":true,"expiredStatus":%d}`, status)
			if a := call(t, "POST", w.Endpoints.Control.URL+"/realdebrid", body); a.status != 200 {
				t.Fatalf("control: %d %s", a.status, a.body)
			}
			if got := get(t, url).status; got != status {
				t.Errorf("status %d, want %d", got, status)
			}
			if got := get(t, fresh(), "Range: bytes=0-0").status; got != 206 {
				t.Errorf("a fresh one: status %d, want 206", got)
			}
		})
	}
	t.Run("and for good when the torrent is dropped", func(t *testing.T) {
		call(t, "POST", w.Endpoints.Control.URL+"/realdebrid", `{"drop":"`+film.Hash+`"}`)
		if got := rdCode(t, c.post("/unrestrict/link", "link", link)); got != "503/24" {
			t.Errorf("got %s, want 503/24", got)
		}
		if got := len(w.Accounts()[0].Torrents); got != 0 {
			t.Errorf("%d torrents left", got)
		}
	})
}

func TestDownloadLinksExpireByThemselves(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{LinkTTL: 30 * time.Millisecond, ExpiredStatus: 410})
	c := customerOf(t, w)
	var dl struct{ Download string }
	c.post("/unrestrict/link", "link", c.take(named(t, w, "Sintel.2010.720p.BluRay.x264-RACE"), "all").Links[0]).json(t, &dl)
	until(t, "the link is gone", func() bool { return get(t, dl.Download, "Range: bytes=0-0").status == 410 })
}

func TestDebridBehaviourChangesOnDemand(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Step: time.Hour})
	c := customerOf(t, w)
	film := named(t, w, "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL")
	if a := call(t, "POST", w.Endpoints.Control.URL+"/realdebrid/release", `{"hash":"`+film.Hash+`","debrid":"cached"}`); a.status != 204 {
		t.Fatalf("control: %d %s", a.status, a.body)
	}
	c.take(film, "1")
	if err := w.SetDebrid(film.Hash, "dancing"); err == nil {
		t.Error("an unknown behaviour is taken")
	}
	other := customer{t: t, w: w, base: w.Endpoints.RealDebrid2.URL, auth: "Authorization: Bearer " + w.Endpoints.RealDebrid2.Key}
	if got := other.get("/torrents").status; got != 204 {
		t.Errorf("the other account has torrents: status %d", got)
	}
}
