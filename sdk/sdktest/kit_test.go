package sdktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/sdktest"
	"github.com/millrace-media/millrace/sdk/serve"
)

// The test's own binary is a plugin where it is started under the name of one.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "millrace-plugin-") {
		name := strings.TrimPrefix(filepath.Base(os.Args[0]), "millrace-plugin-")
		if name == "noisy" && len(os.Args) == 1 {
			fmt.Println("hello") // before it shakes hands, where a host does not expect it
		}
		p := stub(nil)
		p.Name = name
		serve.Main(p)
	}
	os.Exit(m.Run())
}

type settings struct {
	URL string `hcl:"url" doc:"Where it is."`
	Max int    `hcl:"max,optional" default:"10" min:"1" doc:"How many at most."`
}

// scraper asks its upstream for a list and yields it; do replaces parts of that.
type scraper struct {
	client *httpclient.Client
	do     func(ctx context.Context, list []sdk.Release, err error, yield func(...sdk.Release) error) error
}

func (s *scraper) Scrape(ctx context.Context, _ sdk.Query, yield func(...sdk.Release) error) error {
	var list []sdk.Release
	err := s.client.JSON(ctx, httpclient.Request{Path: "list", Out: &list})
	if s.do != nil {
		return s.do(ctx, list, err, yield)
	}
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *scraper) Check(ctx context.Context) (sdk.Health, error) {
	return sdk.Health{Version: "1"}, s.client.JSON(ctx, httpclient.Request{Path: "list", Out: &[]sdk.Release{}})
}

func stub(do func(context.Context, []sdk.Release, error, func(...sdk.Release) error) error) serve.Plugin {
	return serve.Plugin{Name: "stub", Version: "1.0.0", Capabilities: []serve.Capability{
		serve.Scraper(func(_ context.Context, env sdk.Env, s settings) (*scraper, error) {
			c, err := httpclient.New(env, httpclient.Options{URL: s.URL, Retries: -1})
			return &scraper{c, do}, err
		}),
	}}
}

func planted() []sdk.Release {
	return []sdk.Release{
		{Name: "A Film 2010", Hash: strings.Repeat("a", 40), Size: 5, Seeders: 1, Leechers: -1, IDs: sdk.IDs{IMDb: "tt0000001"}},
		{Name: "B Film 2010", Hash: strings.Repeat("b", 40), Seeders: 0, Leechers: 2, Files: []sdk.File{{Index: -1, Path: "a/b.mkv", Size: -1}}},
	}
}

func upstream(t sdktest.T) *sdktest.Upstream {
	return sdktest.NewUpstream(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(w).Encode(planted()); err != nil {
			panic(err)
		}
	}))
}

func scraperCase(up *sdktest.Upstream, p serve.Plugin) sdktest.ScraperCase {
	return sdktest.ScraperCase{
		Case:  sdktest.Case{Plugin: p, Settings: map[string]any{"url": up.URL, "max": 3}, Upstream: up},
		Query: sdk.Query{Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"A Film"}},
		Want:  planted(),
	}
}

func TestScraperPassesAGoodPlugin(t *testing.T) {
	sdktest.Scraper(t, scraperCase(upstream(t), stub(nil)))
}

func TestScraperPassesAGoodBinary(t *testing.T) {
	c := scraperCase(upstream(t), serve.Plugin{})
	c.Binary = link(t, "stub")
	sdktest.Scraper(t, c)
}

// failed lists the checks of a suite that failed.
func failed(ctx context.Context, suite func(sdktest.T)) []string {
	var out []string
	for _, f := range sdktest.Check(ctx, suite) {
		if !f.Passed {
			out = append(out, f.Name)
		}
	}
	return out
}

func TestScraperFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	type release = sdk.Release
	var calls atomic.Int64
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	for name, tc := range map[string]struct {
		do   func(context.Context, []release, error, func(...release) error) error
		want string
	}{
		"a field that is lost": {func(_ context.Context, l []release, err error, yield func(...release) error) error {
			for i := range l {
				l[i].Size = 0
			}
			return errors.Join(err, yield(l...))
		}, "a planted answer comes back whole"},
		"a hash in capitals": {func(_ context.Context, l []release, err error, yield func(...release) error) error {
			for i := range l {
				l[i].Hash = strings.ToUpper(l[i].Hash)
			}
			return errors.Join(err, yield(l...))
		}, "its releases are sane"},
		"a path that leads out": {func(_ context.Context, l []release, err error, yield func(...release) error) error {
			for i := range l {
				l[i].Files = []sdk.File{{Path: "../../etc/passwd"}}
			}
			return errors.Join(err, yield(l...))
		}, "its releases are sane"},
		"an error that is swallowed": {func(_ context.Context, l []release, _ error, yield func(...release) error) error {
			return yield(l...)
		}, "401 is Denied"},
		"an error without its kind": {func(_ context.Context, l []release, err error, yield func(...release) error) error {
			if err != nil {
				return fmt.Errorf("it failed: %s", err)
			}
			return yield(l...)
		}, "429 is Limited, until when it says"},
		"an error of yield that is ignored": {func(_ context.Context, l []release, err error, yield func(...release) error) error {
			if err != nil {
				return err
			}
			for _, r := range l {
				_ = yield(r)
			}
			return nil
		}, ""}, // the wire hides it: the host stops the plugin's call
		"a panic": {func(context.Context, []release, error, func(...release) error) error { panic("oh") }, "a planted answer comes back whole"},
		"a call that does not end": {func(ctx context.Context, l []release, err error, yield func(...release) error) error {
			if ctx.Err() != nil {
				<-never // not even when ctx has ended
			}
			return errors.Join(err, yield(l...))
		}, "what was given up has ended"},
		"answers that change": {func(_ context.Context, l []release, err error, yield func(...release) error) error {
			for i := range l {
				l[i].Seeders = int(calls.Add(1))
			}
			return errors.Join(err, yield(l...))
		}, "sixteen calls at once answer alike"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := failed(t.Context(), func(k sdktest.T) { sdktest.Scraper(k, scraperCase(upstream(k), stub(tc.do))) })
			if tc.want == "" && len(got) > 0 || tc.want != "" && !slices.Contains(got, tc.want) {
				t.Errorf("these checks failed: %q, want %q among them", got, tc.want)
			}
		})
	}
}

func TestBinaryPassesAGoodOne(t *testing.T) {
	t.Parallel()
	for _, f := range sdktest.Check(t.Context(), func(k sdktest.T) { sdktest.Binary(k, link(k, "stub")) }) {
		t.Logf("%s: %v %q", f.Name, f.Passed, f.Notes)
		if !f.Passed {
			t.Errorf("%s: %q", f.Name, f.Notes)
		}
	}
}

func TestBinaryFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		make func(t sdktest.T) string
		want string
	}{
		"a program that is no plugin":       {func(t sdktest.T) string { return "/bin/true" }, "it describes itself"},
		"a file that is not there":          {func(t sdktest.T) string { return "/nonexistent/millrace-plugin-x" }, "it describes itself"},
		"a line on standard output":         {func(t sdktest.T) string { return link(t, "noisy") }, "it prints the handshake and no more, and ends when its host is gone"},
		"a line on standard output by hand": {func(t sdktest.T) string { return link(t, "noisy") }, "started by hand it says what it is"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := failed(t.Context(), func(k sdktest.T) { sdktest.Binary(k, tc.make(k)) })
			if !slices.Contains(got, tc.want) {
				t.Errorf("these checks failed: %q, want %q among them", got, tc.want)
			}
		})
	}
}

// link gives the test's own binary the name of a plugin.
func link(t sdktest.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatalf("%v", err)
	}
	path := filepath.Join(t.TempDir(), "millrace-plugin-"+name)
	if err := os.Symlink(self, path); err != nil {
		t.Fatalf("%v", err)
	}
	return path
}

func TestCheckReportsAndCleansUp(t *testing.T) {
	t.Parallel()
	var order []string
	var dir string
	found := sdktest.Check(t.Context(), func(k sdktest.T) {
		k.Cleanup(func() { order = append(order, "first") })
		k.Cleanup(func() { order = append(order, "second") })
		dir = k.TempDir()
		k.Fatalf("it is %s", "broken")
		order = append(order, "never")
	})
	if len(found) != 1 || found[0].Passed || !slices.Contains(found[0].Notes, "it is broken") {
		t.Errorf("findings = %+v", found)
	}
	if !slices.Equal(order, []string{"second", "first"}) {
		t.Errorf("cleanups ran as %v", order)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("the folder %s is still there", dir)
	}
	if found := sdktest.Check(t.Context(), func(sdktest.T) { panic("oh") }); len(found) != 1 || found[0].Passed {
		t.Errorf("findings of a panic = %+v", found)
	}
	if found := sdktest.Check(t.Context(), func(sdktest.T) {}); len(found) != 0 {
		t.Errorf("findings of nothing = %+v", found)
	}
}

func get(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

var record = flag.Bool("record", false, "record, as the test of Replay does by itself")

// It sets the flag, and so runs alone.
func TestReplayPlaysWhatItRecorded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "recording")
	n := 0
	origin := sdktest.NewUpstream(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Set-Cookie", "session=s3cret/x")
		w.Header().Set("X-Total-Count", "7")
		w.WriteHeader(201)
		fmt.Fprintf(w, `{"n": %d, "key": %q}`, n, r.FormValue("key"))
	}))
	*record = true
	sdktest.Check(t.Context(), func(k sdktest.T) {
		up := sdktest.Replay(k, dir, origin.URL+"/base", "s3cret/x")
		get(t, "GET", up.URL+"/list?key=s3cret%2Fx&b=2&a=1", "")
		get(t, "GET", up.URL+"/list?key=s3cret%2Fx&b=2&a=1", "")
		get(t, "POST", up.URL+"/add", "hello")
	})
	*record = false
	if origin.Count("GET", "/base/list") != 2 {
		t.Errorf("the origin got %v", origin.Calls())
	}
	files, err := filepath.Glob(dir + "/*.json")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v; want 3", len(files), err)
	}
	for _, name := range files {
		if data, err := os.ReadFile(name); err != nil || strings.Contains(string(data), "s3cret") {
			t.Errorf("%s holds the secret (%v):\n%s", name, err, data)
		}
	}
	found := sdktest.Check(t.Context(), func(k sdktest.T) {
		up := sdktest.Replay(k, dir, "https://unused.example", "s3cret/x")
		for _, want := range []string{`{"n": 1, "key": "***"}`, `{"n": 2, "key": "***"}`, `{"n": 2, "key": "***"}`} {
			if status, body := get(t, "GET", up.URL+"/list?a=1&b=2&key=s3cret%2Fx", ""); status != 201 || body != want {
				t.Errorf("played %d %s, want 201 %s", status, body, want)
			}
		}
		get(t, "POST", up.URL+"/add", "hello")
	})
	if len(found) != 0 {
		t.Errorf("findings = %+v", found)
	}
	found = sdktest.Check(t.Context(), func(k sdktest.T) {
		up := sdktest.Replay(k, dir, "https://unused.example", "s3cret/x")
		if status, _ := get(t, "POST", up.URL+"/add", "other"); status != 501 {
			t.Errorf("a body that was not recorded is answered with %d", status)
		}
	})
	if len(found) != 1 || found[0].Passed {
		t.Errorf("findings of a request that was not recorded = %+v", found)
	}
	found = sdktest.Check(t.Context(), func(k sdktest.T) {
		up := sdktest.Replay(k, dir, "https://unused.example", "s3cret/x")
		get(t, "POST", up.URL+"/add", "hello")
	})
	if len(found) != 1 || !strings.Contains(fmt.Sprint(found[0].Notes), "nobody asked for GET /list") {
		t.Errorf("findings of a recording that is not used = %+v", found)
	}
}

func TestScraperFindsAPluginThatReachesPrivateAddressesForUsers(t *testing.T) {
	t.Parallel()
	plugin := func(honest bool) serve.Plugin {
		return serve.Plugin{Name: "stub", Version: "1.0.0", Capabilities: []serve.Capability{
			serve.Scraper(func(_ context.Context, env sdk.Env, s settings) (*scraper, error) {
				if !honest {
					env.HTTP = new(http.Client) // which keeps to nothing
				}
				c, err := httpclient.New(env, httpclient.Options{URL: s.URL, Retries: -1})
				return &scraper{client: c}, err
			}, serve.TrustUser()),
		}}
	}
	const check = "a user's instance reaches public addresses only"
	for _, honest := range []bool{true, false} {
		got := failed(t.Context(), func(k sdktest.T) { sdktest.Scraper(k, scraperCase(upstream(k), plugin(honest))) })
		if slices.Contains(got, check) == honest {
			t.Errorf("honest %v: these checks failed: %q", honest, got)
		}
	}
}
