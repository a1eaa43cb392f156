package plugin

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
	"github.com/millrace-media/millrace/sdk/serve"
)

// The test binary is a plugin where it is started under a plugin's name.
func TestMain(m *testing.M) {
	if name, ok := strings.CutPrefix(filepath.Base(os.Args[0]), prefix); ok {
		serve.Main(serve.Plugin{Name: name, Version: "1.0.0", Capabilities: []serve.Capability{
			serve.Scraper(newStub), serve.Debrid(newHolder, serve.Local()),
		}})
	}
	os.Exit(m.Run())
}

type stubSettings struct {
	Token string `hcl:"token,optional" doc:"What it says."`
	Port  int    `hcl:"port,optional" doc:"What it holds alone."`
}

// stub says which process and which settings answer.
type stub struct {
	env sdk.Env
	s   stubSettings
}

func newStub(_ context.Context, env sdk.Env, s stubSettings) (*stub, error) {
	if s.Token == "bad" {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "token", Message: "the token is bad"}
	}
	return &stub{env, s}, nil
}

func (s *stub) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	switch q.Name() {
	case "die":
		os.Exit(7)
	case "hang":
		<-ctx.Done()
		return ctx.Err()
	case "count": // kept by the host for the block, whichever configuration of it asks
		b, version, err := s.env.State.Load(ctx, "n")
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(b)) // nothing yet is 0
		_, err = s.env.State.Store(ctx, "n", []byte(strconv.Itoa(n+1)), version)
		if err != nil {
			return err
		}
		return yield(sdk.Release{Name: strconv.Itoa(n + 1)})
	}
	return yield(sdk.Release{Name: s.s.Token, Seeders: os.Getpid()})
}

// holder holds a lock file by its port, as a torrent client does: two cannot at once.
type holder struct{ path string }

func newHolder(_ context.Context, env sdk.Env, s stubSettings) (*holder, error) {
	if s.Token == "bad" {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "token", Message: "the token is bad"}
	}
	if err := os.MkdirAll(env.Folder, 0o700); err != nil {
		return nil, err
	}
	h := &holder{filepath.Join(env.Folder, "held")}
	f, err := os.OpenFile(h.path, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "port", Message: "it is held already"}
	}
	return h, f.Close()
}

func (h *holder) Close() error { return os.Remove(h.path) }

func (h *holder) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{ID: "held", State: sdk.PlacementReady}, nil
}

func (h *holder) Link(context.Context, sdk.LinkRequest) (sdk.Link, error) { return sdk.Link{}, nil }
func (h *holder) Remove(context.Context, string) error                    { return nil }

// memory is the host's services in memory, by the name of the block.
type memory struct {
	mu sync.Mutex
	m  map[string][]byte // guarded by mu
	v  map[string]int64  // guarded by mu
}

func (s *memory) LoadState(_ context.Context, instance, key string) ([]byte, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[instance+"\n"+key], s.v[instance+"\n"+key], nil
}

func (s *memory) StoreState(_ context.Context, instance, key string, v []byte, version int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := instance + "\n" + key
	if s.v[k] != version {
		return false, nil
	}
	s.m[k], s.v[k] = v, version+1
	return true, nil
}

func (s *memory) CacheGet(context.Context, string, string) ([]byte, bool)         { return nil, false }
func (s *memory) CachePut(context.Context, string, string, []byte, time.Duration) {}
func (s *memory) Acquire(_ context.Context, instance, class string, n int) error  { return nil }

// setup gives a running pool with the named plugins installed.
func setup(t *testing.T, names ...string) *Pool {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if err := os.Symlink(exe, filepath.Join(dir, prefix+n)); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.MkdirTemp("", "pool") // short: sockets live below
	if err != nil {
		t.Fatal(err)
	}
	rt, err := host.RuntimeDir(data)
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{
		Dirs: []string{filepath.Join(dir, "none"), dir}, Runtime: rt, Schemas: t.TempDir(),
		Services: &memory{m: map[string][]byte{}, v: map[string]int64{}},
		Folder:   func(plugin, instance string) string { return filepath.Join(data, plugin) },
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(data); err != nil {
			t.Error(err)
		}
	})
	return p
}

func block(capability, name, plugin, token string) config.Instance {
	b, err := json.Marshal(map[string]any{"token": token})
	if err != nil {
		panic(err)
	}
	return config.Instance{Capability: capability, Name: name, Plugin: plugin, Enabled: true, Settings: b}
}

func apply(t *testing.T, p *Pool, want ...config.Instance) {
	t.Helper()
	ps, err := p.Apply(t.Context(), want)
	if err != nil {
		t.Fatalf("apply: %v (%v)", err, ps)
	}
}

// scrape asks an instance and gives the one release that it answers with.
func scrape(t *testing.T, p *Pool, name, query string) (sdk.Release, error) {
	t.Helper()
	in, ok := p.Find(sdk.CapabilityScraper, name)
	if !ok {
		t.Fatalf("there is no scraper %s", name)
	}
	var got sdk.Release
	err := in.Call(t.Context(), "scrape", func(ctx context.Context) error {
		return in.Scraper().Scrape(ctx, sdk.Query{Names: []string{query}}, func(rs ...sdk.Release) error {
			got = rs[0]
			return nil
		})
	})
	return got, err
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to pass that %s", what)
		}
		timer := time.NewTimer(5 * time.Millisecond)
		<-timer.C
	}
}
