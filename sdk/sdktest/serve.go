package sdktest

import (
	"context"
	"encoding/json"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/test/bufconn"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is a plugin that runs, seen from a host's side of the wire.
type Plugin struct {
	process  *host.Process
	services *services
	names    atomic.Int64
	stop     func()
	once     sync.Once
}

// Serve runs a plugin in the test's own process behind the real wire: what it is asked and what it answers is encoded and
// decoded as between processes. It ends with the test.
func Serve(t T, p serve.Plugin) *Plugin {
	t.Helper()
	toPlugin, toHost := bufconn.Listen(1<<20), bufconn.Listen(1<<20)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	log := &logWriter{t: t}
	t.Cleanup(log.stop)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		dial := func(ctx context.Context) (net.Conn, error) { return toHost.DialContext(ctx) }
		if err := serve.Listen(ctx, p, toPlugin, dial, log); err != nil {
			t.Errorf("serve the plugin: %v", err)
		}
	}()
	plugin := &Plugin{services: newServices()}
	stop := func() {
		cancel()
		if !within(5*time.Second, func() { <-ended }) {
			t.Errorf("the plugin does not end: a call is still running")
		}
		toPlugin.Close()
		toHost.Close()
	}
	process, err := host.Attach(t.Context(), host.Options{Name: p.Name, Log: Logger(t), Services: plugin.services},
		host.Attachment{Dial: toPlugin.DialContext, Services: toHost})
	if err != nil {
		stop()
		t.Fatalf("reach the plugin: %v", err)
	}
	plugin.process = process
	plugin.stop = func() {
		process.Kill()
		stop()
	}
	t.Cleanup(plugin.Close)
	return plugin
}

// Exec runs a plugin's binary as a host does: in a process of its own, with a private folder for its sockets. It ends with
// the test.
func Exec(t T, binary string) *Plugin {
	t.Helper()
	return execute(t, binary, host.Options{})
}

func execute(t T, binary string, o host.Options) *Plugin {
	t.Helper()
	runtime, err := host.RuntimeDir(t.TempDir())
	if err != nil {
		t.Fatalf("make a runtime folder: %v", err)
	}
	plugin := &Plugin{services: newServices()}
	o.Path, o.Runtime, o.Log, o.Services = binary, runtime, Logger(t), plugin.services
	closeRuntime := func() {
		if err := runtime.Close(); err != nil {
			t.Errorf("wipe the runtime folder: %v", err)
		}
	}
	plugin.process, err = host.Start(t.Context(), o)
	if err != nil {
		closeRuntime()
		t.Fatalf("start %s: %v", binary, err)
	}
	plugin.stop = func() {
		plugin.process.Kill()
		closeRuntime()
	}
	t.Cleanup(plugin.Close)
	return plugin
}

// Close ends the plugin before the test does.
func (p *Plugin) Close() { p.once.Do(p.stop) }

// Describe is what the plugin says of itself.
func (p *Plugin) Describe() sdk.Description { return p.process.Describe() }

// PID is the number of its process; 0 where it has none of its own.
func (p *Plugin) PID() int { return p.process.PID() }

// Validate has the plugin complain about settings.
func (p *Plugin) Validate(t T, capability string, settings map[string]any) []sdk.Diagnostic {
	t.Helper()
	ds, err := p.process.Validate(t.Context(), capability, encode(t, settings))
	if err != nil {
		t.Fatalf("validate the settings: %v", err)
	}
	return ds
}

// Configure makes an instance and gives its id, or what is wrong with the settings.
func (p *Plugin) Configure(t T, capability string, settings map[string]any) (id string, ds []sdk.Diagnostic) {
	t.Helper()
	in := host.Instance{ID: p.name(), Capability: capability, Settings: encode(t, settings), Folder: t.TempDir()}
	ds, err := p.process.Configure(t.Context(), in)
	if err != nil {
		t.Fatalf("configure a %s: %v", capability, err)
	}
	return in.ID, ds
}

func (p *Plugin) name() string { return "test-" + strconv.FormatInt(p.names.Add(1), 10) }

// configure makes an instance of settings that are good.
func (p *Plugin) configure(t T, in host.Instance) (id string) {
	t.Helper()
	in.ID = p.name()
	ds, err := p.process.Configure(t.Context(), in)
	if err != nil || host.HasErrors(ds) {
		t.Fatalf("configure a %s: %v, %v", in.Capability, ds, err)
	}
	return in.ID
}

// Release ends an instance.
func (p *Plugin) Release(t T, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Second)
	defer cancel()
	if err := p.process.Release(ctx, id); err != nil {
		t.Errorf("release an instance: %v", err)
	}
}

// Instance makes an instance and gives it as what it can do, as sdk.Scraper or sdk.Checker. Whatever the plugin reported
// can be had of it by type assertion.
func Instance[C any](t T, p *Plugin, capability string, settings map[string]any) C {
	t.Helper()
	var none C
	id := p.configure(t, host.Instance{Capability: capability, Settings: encode(t, settings), Folder: t.TempDir()})
	v, err := p.process.Client(id)
	if err != nil {
		t.Fatalf("reach the instance: %v", err)
	}
	c, ok := v.(C)
	if !ok {
		t.Fatalf("the %s of plugin %q cannot do what %T stands for", capability, p.Describe().Name, none)
	}
	return c
}

func encode(t T, settings map[string]any) json.RawMessage {
	t.Helper()
	if settings == nil {
		settings = map[string]any{}
	}
	data, err := json.Marshal(settings)
	if err != nil {
		t.Fatalf("encode the settings: %v", err)
	}
	return data
}

// services is a daemon's memory for every instance.
type services struct {
	mu     sync.Mutex // guards what follows
	states map[string]*State
	caches map[string]*Cache
	limit  *Limiter
}

var _ host.Services = (*services)(nil)

func newServices() *services {
	return &services{states: map[string]*State{}, caches: map[string]*Cache{}, limit: NewLimiter()}
}

func (s *services) state(instance string) *State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.states[instance] == nil {
		s.states[instance] = NewState()
	}
	return s.states[instance]
}

func (s *services) cache(instance string) *Cache {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.caches[instance] == nil {
		s.caches[instance] = NewCache()
	}
	return s.caches[instance]
}

func (s *services) LoadState(ctx context.Context, instance, key string) ([]byte, int64, error) {
	return s.state(instance).Load(ctx, key)
}

func (s *services) StoreState(ctx context.Context, instance, key string, value []byte, version int64) (bool, error) {
	return s.state(instance).Store(ctx, key, value, version)
}

func (s *services) CacheGet(ctx context.Context, instance, key string) ([]byte, bool) {
	return s.cache(instance).Get(ctx, key)
}

func (s *services) CachePut(ctx context.Context, instance, key string, value []byte, ttl time.Duration) {
	s.cache(instance).Put(ctx, key, value, ttl)
}

func (s *services) Acquire(ctx context.Context, _, class string, n int) error {
	return s.limit.Acquire(ctx, class, n)
}
