package realdebrid

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func add(t *testing.T, r *RealDebrid, q sdk.AddRequest) sdk.Placement {
	t.Helper()
	p, err := r.Add(t.Context(), q)
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	return p
}

func TestAddOfWhatTheServiceHoldsIsReadyAtOnce(t *testing.T) {
	t.Parallel()
	r, _, up := setup(t)
	want := sdk.Placement{
		ID: "ID1", Hash: hashOf(1), Name: "Film.2010", State: sdk.PlacementReady, Added: true,
		Files: []sdk.File{
			{Index: 0, Path: "Film.2010/Film.2010.1080p.mkv", Size: 1000, ID: "1", Ready: true},
			{Index: 1, Path: "Film.2010/Sample/film-sample.mkv", Size: 10, ID: "2"},
			{Index: 2, Path: "Film.2010/Extras/Making.Of.mp4", Size: 700, ID: "3", Ready: true},
			{Index: 3, Path: "Film.2010/Film.2010.srt", Size: 1, ID: "4"},
			{Index: 4, Path: "Film.2010/read.me.nfo", Size: 1, ID: "5"},
		},
	}
	if diff := cmp.Diff(add(t, r, request(1)), want); diff != "" {
		t.Errorf("Add (-got +want):\n%s", diff)
	}
	for _, c := range up.Calls() {
		if strings.HasPrefix(c.URL, "/torrents/selectFiles") && c.Body != "files=1%2C3" {
			t.Errorf("selected with %q, want the videos but the sample", c.Body)
		}
	}
	want.Added = false
	if diff := cmp.Diff(add(t, r, request(1)), want); diff != "" {
		t.Errorf("a second Add (-got +want):\n%s", diff)
	}
}

func TestAddTakesWhatTheAccountHas(t *testing.T) {
	t.Parallel()
	r, f, up := setup(t)
	dead := &held{torrent: torrent{ID: "DEAD", Hash: httpclient.String(hashOf(1)), Status: "dead"}}
	good := &held{torrent: torrent{ID: "GOOD", Hash: httpclient.String(hashOf(1)), Status: statusDownloaded}}
	f.torrents = []*held{dead, good, {torrent: torrent{ID: "OTHER", Hash: httpclient.String(hashOf(2)), Status: statusDownloaded}}}
	p := add(t, r, request(1))
	if p.ID != "GOOD" || p.State != sdk.PlacementReady || p.Added {
		t.Errorf("Add = %+v, want the one that is downloaded", p)
	}
	if n := up.Count("POST", "/torrents/addMagnet"); n != 0 {
		t.Errorf("added %d times, want 0", n)
	}
}

func TestAddReturnsInsteadOfBlocking(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script []string
		want   sdk.PlacementState
	}{
		"while the magnet is read":    {[]string{statusConversion}, sdk.PlacementQueued},
		"while it is queued":          {[]string{statusSelection, statusQueued}, sdk.PlacementQueued},
		"while it is downloading":     {[]string{statusSelection, statusDownload}, sdk.PlacementDownloading},
		"while it is compressed":      {[]string{statusSelection, statusCompress}, sdk.PlacementDownloading},
		"while it is uploaded":        {[]string{statusSelection, statusUpload}, sdk.PlacementDownloading},
		"in a status that is unknown": {[]string{"thinking"}, sdk.PlacementDownloading},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, f, _ := setup(t)
			clock := time.Now()
			r.now = func() time.Time { // each look takes a second
				clock = clock.Add(time.Second)
				return clock
			}
			f.next = tc.script
			p := add(t, r, request(1))
			if p.State != tc.want || p.Retry <= 0 || p.ID != "ID1" {
				t.Errorf("Add = %+v, want %s with a time to ask again", p, tc.want)
			}
			if p = add(t, r, request(1)); p.ID != "ID1" || f.count() != 1 {
				t.Errorf("asked again: %+v and %d torrents, want the same one", p, f.count())
			}
		})
	}
}

func TestAddTellsWhatFailedForGood(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"magnet_error", "error", "virus", "dead"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			r, f, _ := setup(t)
			f.next = []string{statusSelection, status}
			p := add(t, r, request(1))
			if p.State != sdk.PlacementFailed || p.Message == "" || !p.Added {
				t.Errorf("Add = %+v, want failed with a message", p)
			}
		})
	}
	t.Run("no video", func(t *testing.T) {
		t.Parallel()
		r, f, _ := setup(t)
		f.files = []torrentFile{{ID: 1, Path: "/setup.exe", Bytes: 9}}
		if p := add(t, r, request(1)); p.State != sdk.PlacementFailed || !strings.Contains(p.Message, "video") {
			t.Errorf("Add = %+v, want failed for want of a video", p)
		}
	})
	t.Run("packed", func(t *testing.T) {
		t.Parallel()
		r, f, _ := setup(t)
		f.chosen = func([]string) []string { return []string{"https://real-debrid.com/d/rar"} }
		p := add(t, r, request(1))
		if p.State != sdk.PlacementFailed || p.Message != packedMessage {
			t.Errorf("Add = %+v, want failed as packed", p)
		}
		for _, file := range p.Files {
			if file.Ready {
				t.Errorf("%s is ready within an archive", file.Path)
			}
		}
	})
}

func TestAddSendsTheTorrentWhereThereIsOne(t *testing.T) {
	t.Parallel()
	r, f, up := setup(t)
	q := request(1)
	q.Torrent, q.IP = []byte("d4:infode"), "198.51.100.7"
	add(t, r, q)
	if f.torrents[0].bytes != len(q.Torrent) {
		t.Errorf("the service got %d bytes, want %d", f.torrents[0].bytes, len(q.Torrent))
	}
	if n := up.Count("PUT", "/torrents/addTorrent?ip=198.51.100.7"); n != 1 {
		t.Errorf("the address was sent %d times, want once", n)
	}
}

func TestAddRefusedIsAnErrorAndLeavesNoClaim(t *testing.T) {
	t.Parallel()
	r, f, _ := setup(t)
	f.refuse = 35
	if _, err := r.Add(t.Context(), request(1)); sdk.KindOf(err) != sdk.Gone {
		t.Errorf("Add of an infringing release = %v, want Gone", err)
	}
	f.refuse = 21
	if _, err := r.Add(t.Context(), request(1)); sdk.KindOf(err) != sdk.Limited || sdk.ScopeOf(err) != sdk.ReachAccount {
		t.Errorf("Add with every slot taken = %v, want Limited of the account", err)
	}
	f.refuse = 0
	if p := add(t, r, request(1)); !p.Added {
		t.Errorf("Add = %+v, want it to be tried again at once", p)
	}
}

func TestSixteenAddsMakeOneTorrent(t *testing.T) {
	t.Parallel()
	r, f, _ := setup(t)
	var wg sync.WaitGroup
	added := make(chan bool, 16)
	for range 16 {
		wg.Go(func() {
			p, err := r.Add(t.Context(), request(1))
			if err != nil {
				t.Error(err)
			}
			added <- p.Added
		})
	}
	wg.Wait()
	close(added)
	n := 0
	for a := range added {
		if a {
			n++
		}
	}
	if f.count() != 1 || n != 1 {
		t.Errorf("%d torrents, %d placements that were added; want 1 and 1", f.count(), n)
	}
}

func TestTwoDaemonsMakeOneTorrent(t *testing.T) {
	t.Parallel()
	first, f, up := setup(t)
	env := sdktest.Env(t)
	env.State = first.state
	second := instance(t, env, up)
	var wg sync.WaitGroup
	for i := range 16 {
		r := []*RealDebrid{first, second}[i%2]
		wg.Go(func() {
			if _, err := r.Add(t.Context(), request(1)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if f.count() != 1 {
		t.Errorf("%d torrents, want 1", f.count())
	}
}

func TestAnAddWithoutAnAnswerIsNotRepeated(t *testing.T) {
	t.Parallel()
	r, f, _ := setup(t)
	f.lose = true
	if _, err := r.Add(t.Context(), request(1)); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("Add without an answer = %v, want Unavailable", err)
	}
	p := add(t, r, request(1))
	if p.State != sdk.PlacementReady || p.Added || f.count() != 1 {
		t.Errorf("then Add = %+v with %d torrents, want the one that got through", p, f.count())
	}
}

func TestAClaimThatNobodyServesEnds(t *testing.T) {
	t.Parallel()
	r, f, up := setup(t)
	up.Fault(sdktest.Fault{Path: "addMagnet", What: sdktest.Reset, Times: 1})
	if _, err := r.Add(t.Context(), request(1)); err == nil {
		t.Fatal("Add had no error")
	}
	if p := add(t, r, request(1)); p.State != sdk.PlacementQueued || f.count() != 0 {
		t.Errorf("Add within the claim = %+v with %d torrents, want it to wait", p, f.count())
	}
	r.now = func() time.Time { return time.Now().Add(claimLife + time.Second) }
	r.patience = time.Hour
	if p := add(t, r, request(1)); !p.Added || f.count() != 1 {
		t.Errorf("Add after the claim = %+v with %d torrents, want it added", p, f.count())
	}
}

func TestAddAfterSomebodyRemovedTheTorrent(t *testing.T) {
	t.Parallel()
	r, f, _ := setup(t)
	p := add(t, r, request(1))
	if err := r.Remove(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(t.Context(), p.ID); err != nil {
		t.Errorf("removing it twice: %v", err)
	}
	if p = add(t, r, request(1)); !p.Added || f.count() != 1 {
		t.Errorf("Add = %+v with %d torrents, want it added again", p, f.count())
	}
}

func TestThePagesOfAnAccountAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cap     int
		noTotal bool
	}{
		"in one page":                        {0, false},
		"in pages smaller than was asked":    {7, false},
		"when the service tells no total":    {7, true},
		"in one page without telling it all": {0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, f, _ := setup(t)
			f.cap, f.noTotal = tc.cap, tc.noTotal
			for n := range 40 { // most of them of no use to a search for what is downloaded
				f.torrents = append(f.torrents, &held{torrent: torrent{
					ID: httpclient.String(fmt.Sprint("N", n)), Hash: httpclient.String(hashOf(n)), Status: "dead", Filename: "x",
				}})
			}
			var got []string
			err := r.Library(t.Context(), func(ps ...sdk.Placement) error {
				for _, p := range ps {
					got = append(got, p.Hash)
				}
				return nil
			})
			if err != nil || len(got) != 40 {
				t.Errorf("Library = %d placements, %v; want 40", len(got), err)
			}
			if p := add(t, r, request(39)); p.ID != "N39" || p.State != sdk.PlacementFailed {
				t.Errorf("Add of the oldest = %+v", p)
			}
		})
	}
}

func TestLibraryReturnsTheErrorOfYield(t *testing.T) {
	t.Parallel()
	r, _, _ := setup(t)
	add(t, r, request(1))
	stop := errors.New("stop")
	if err := r.Library(t.Context(), func(...sdk.Placement) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Library = %v, want %v", err, stop)
	}
}

func TestLinkIsThatOfTheFile(t *testing.T) {
	t.Parallel()
	r, _, _ := setup(t)
	p := add(t, r, request(1))
	for i, want := range map[int]string{0: "https://cdn.example/1/ID11", 2: "https://cdn.example/1/ID13"} {
		t.Run(p.Files[i].Path, func(t *testing.T) {
			r, _, _ := setup(t)
			p := add(t, r, request(1))
			l, err := r.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, Hash: p.Hash, File: p.Files[i]})
			if diff := cmp.Diff(l, sdk.Link{URL: want, Size: 1000, MaxConns: 32}); err != nil || diff != "" {
				t.Errorf("Link = %v (-got +want):\n%s", err, diff)
			}
			byPath := sdk.File{Path: p.Files[i].Path, Size: p.Files[i].Size}
			again, err := r.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, File: byPath, Renew: true})
			if err != nil || again.URL == l.URL || !strings.HasSuffix(again.URL, want[len(want)-4:]) {
				t.Errorf("renewed by path: %q, %v; want another link to the same file", again.URL, err)
			}
		})
	}
}

func TestLinkTellsWhyThereIsNone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status httpclient.String
		file   sdk.File
		links  []string
		id     string
		want   sdk.Kind
	}{
		"the torrent is not in the account": {statusDownloaded, sdk.File{ID: "1"}, nil, "NONE", sdk.NotFound},
		"the torrent is downloading":        {statusDownload, sdk.File{ID: "1"}, nil, "X", sdk.Pending},
		"the torrent is dead":               {"dead", sdk.File{ID: "1"}, nil, "X", sdk.Gone},
		"the file was not selected":         {statusDownloaded, sdk.File{ID: "2"}, []string{"https://real-debrid.com/d/a"}, "X", sdk.NotFound},
		"the files were packed":             {statusDownloaded, sdk.File{ID: "1"}, []string{"a", "b"}, "X", sdk.Gone},
		"the only file is an archive":       {statusDownloaded, sdk.File{ID: "1", Path: "a.mkv"}, []string{"https://real-debrid.com/d/rar"}, "X", sdk.Gone},
		"the service gives an empty link":   {statusDownloaded, sdk.File{ID: "1"}, []string{"https://real-debrid.com/d/empty"}, "X", sdk.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, f, _ := setup(t)
			f.torrents = []*held{{torrent: torrent{
				ID: "X", Status: tc.status, Links: tc.links,
				Files: []torrentFile{{ID: 1, Path: "/a.mkv", Bytes: 1, Selected: true}, {ID: 2, Path: "/b.mkv", Bytes: 2}},
			}}}
			_, err := r.Link(t.Context(), sdk.LinkRequest{Placement: tc.id, File: tc.file})
			if sdk.KindOf(err) != tc.want {
				t.Errorf("Link = %v, want %s", err, tc.want)
			}
		})
	}
}

func TestCheckTellsOfTheAccount(t *testing.T) {
	t.Parallel()
	r, _, up := setup(t)
	want := sdk.Health{
		Message: "7 points, 2GiB of traffic on 2026-01-02", User: "ada", Plan: "premium",
		Expires: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), Slots: 25, Used: 3,
	}
	r.now = func() time.Time { return time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC) }
	h, err := r.Check(t.Context())
	if diff := cmp.Diff(h, want); err != nil || diff != "" {
		t.Errorf("Check = %v (-got +want):\n%s", err, diff)
	}
	r.now = func() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }
	up.Fault(sdktest.Fault{Path: "activeCount", Status: 500})
	if h, err = r.Check(t.Context()); err != nil || len(h.Warnings) != 2 {
		t.Errorf("Check = %+v, %v; want warnings of the end and of the slots", h, err)
	}
	up.Fault(sdktest.Fault{Path: "user", Status: 200, Body: `{"username": "ada", "type": "free", "premium": 0}`})
	if _, err = r.Check(t.Context()); sdk.KindOf(err) != sdk.Denied {
		t.Errorf("Check of a free account = %v, want Denied", err)
	}
}

func TestNewWantsAToken(t *testing.T) {
	t.Parallel()
	_, err := New(t.Context(), sdktest.Env(t), Settings{URL: "https://x.example", Token: sdk.NewSecret(" ")})
	var e *sdk.Error
	if !errors.As(err, &e) || e.Attribute != "token" {
		t.Errorf("New = %v, want an error of the token", err)
	}
}

func TestAddEndsWithItsContext(t *testing.T) {
	t.Parallel()
	r, _, _ := setup(t)
	release, err := r.adding.acquire(t.Context(), hashOf(1))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Add(ctx, request(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Add = %v, want it to give up its place in the queue", err)
	}
	release()
	if len(r.adding.held) != 0 {
		t.Errorf("%d turns are left", len(r.adding.held))
	}
}

func TestTheListIsNotReadAgainForEveryAdd(t *testing.T) {
	t.Parallel()
	r, f, up := setup(t)
	for n := range 5 {
		add(t, r, request(n))
	}
	if n := up.Count("GET", "/torrents?"); n != 1 || f.count() != 5 {
		t.Errorf("the list was read %d times for %d torrents, want once for 5", n, f.count())
	}
}

func FuzzTorrent(f *testing.F) {
	f.Add([]byte(`{"id": "X", "hash": "AA", "filename": "x", "status": "downloaded", "progress": "100", "links": ["a"], "files": [{"id": 1, "path": "/a.mkv", "bytes": 1, "selected": 1}]}`))
	f.Add([]byte(`{"status": "downloading", "speed": -1, "bytes": 9e99, "progress": -5, "files": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var x torrent
		if httpclient.DecodeJSON(data, &x) != nil {
			return
		}
		p := x.placement()
		if p.Progress < 0 || p.Progress > 1 || p.Retry < 0 {
			t.Fatalf("%q gave %+v", data, p)
		}
		x.playable()
		for _, file := range p.Files {
			if link, err := x.linkOf(file); file.Ready && (err != nil || link == "" && len(x.Links) == 0) {
				t.Fatalf("%q: %s is ready without a link (%v)", data, file.Path, err)
			}
		}
	})
}
