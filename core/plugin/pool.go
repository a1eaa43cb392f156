// Package plugin keeps the daemon's plugins: it finds their binaries, reads their schemas, runs one supervised process each,
// configures the instances that the configuration names, and stands before every call with a deadline, a bound and a
// breaker. It knows what a plugin can do, not what is asked of it.
package plugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// Options say where plugins are and what they get from the daemon. Runtime and Services are required to run any.
type Options struct {
	Dirs     []string                             // folders to look in, the first first
	Runtime  *host.Runtime                        // where sockets live
	Services host.Services                        // keyed by "capability/name"
	Folder   func(plugin, instance string) string // for bulk data of an instance; nil: none
	WorkDir  string                               // working directory of plugins, from which paths in settings are read
	Schemas  string                               // folder in which descriptions are kept; empty: none are
	Log      *slog.Logger
	Level    func(plugin string) string // least level that a plugin logs; nil: info
	// Remote has the debrid instances where another process keeps them; nil: they run here. Others are that process's
	// plugins then.
	Remote *host.Remote
	Others Others
	// Observe hears how each call ended, for metrics; the kind is "" for success.
	Observe func(in *Instance, call string, kind sdk.Kind, took time.Duration)
}

// Pool is the plugins of one daemon. It is safe for use by many.
type Pool struct {
	o Options

	apply sync.Mutex // one change of the configuration at a time

	mu        sync.Mutex
	sups      map[string]*host.Supervisor           // guarded by mu; by plugin
	instances []*Instance                           // guarded by mu; enabled, in the order of the configuration
	run       func(name string, s *host.Supervisor) // guarded by mu; set while Run runs
	serial    int                                   // guarded by mu; makes ids of instances unique
}

// Instance is a configured capability of a plugin.
type Instance struct {
	config.Instance
	caps   sdk.CapabilityDescription
	id     string           // with the host
	sup    *host.Supervisor // nil where it runs in this process, or in another one's care
	client any              // what sdk interfaces the plugin has for it
	remote *host.Remote     // where another process runs it; else nil
	gate   *gate
	pool   *Pool

	released atomic.Bool // let go: calls to it fail, and nobody is blamed
}

// prefix begins the file name of every plugin.
const prefix = "millrace-plugin-"

// New makes a pool without any plugin.
func New(o Options) *Pool {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Level == nil {
		o.Level = func(string) string { return "info" }
	}
	if o.Folder == nil {
		o.Folder = func(string, string) string { return "" }
	}
	if o.Observe == nil {
		o.Observe = func(*Instance, string, sdk.Kind, time.Duration) {}
	}
	return &Pool{o: o, sups: map[string]*host.Supervisor{}}
}

// Names lists the plugins that are installed.
func (p *Pool) Names() []string {
	var names []string
	for _, dir := range p.o.Dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // a folder that is not there holds none
		}
		for _, e := range entries {
			n, ok := strings.CutPrefix(e.Name(), prefix)
			if _, err := p.Path(n); ok && err == nil {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Path finds the binary of a plugin.
func (p *Pool) Path(name string) (string, error) {
	if name == "" || name != filepath.Base(name) {
		return "", sdk.Errorf(sdk.Invalid, "%q is no plugin's name", name)
	}
	for _, dir := range p.o.Dirs {
		path := filepath.Join(dir, prefix+name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", sdk.Errorf(sdk.NotFound, "there is no plugin %q: %s%s was looked for in %s", name, prefix, name, strings.Join(p.o.Dirs, ", "))
}

// Describe tells what a plugin is. Its process is started only where its file changed since it was asked last.
func (p *Pool) Describe(ctx context.Context, name string) (sdk.Description, error) {
	path, err := p.Path(name)
	if err != nil {
		return sdk.Description{}, err
	}
	return host.DescribeCached(ctx, host.Options{Path: path, Name: name, Runtime: p.o.Runtime, Log: p.o.Log}, p.o.Schemas)
}

// Schema gives the settings of a plugin's capability.
func (p *Pool) Schema(ctx context.Context, name, capability string) (sdk.Schema, error) {
	d, err := p.Describe(ctx, name)
	if err != nil {
		return sdk.Schema{}, err
	}
	c, ok := d.Capability(capability)
	if !ok {
		has := make([]string, 0, len(d.Capabilities))
		for _, c := range d.Capabilities {
			has = append(has, c.Capability)
		}
		return sdk.Schema{}, sdk.Errorf(sdk.Invalid, "the plugin %q is no %s: it is a %s", name, capability, strings.Join(has, ", "))
	}
	return c.Schema, nil
}

// Run runs the plugins until ctx ends, and returns when every process has ended.
func (p *Pool) Run(ctx context.Context) error {
	var g errgroup.Group
	run := func(name string, s *host.Supervisor) {
		g.Go(func() error {
			if err := s.Run(ctx); err != nil && ctx.Err() == nil {
				p.o.Log.Error("a plugin is not supervised any more", "plugin", name, "err", err)
			}
			return nil // one plugin does not end the others
		})
	}
	p.mu.Lock()
	p.run = run
	for name, s := range p.sups {
		run(name, s)
	}
	p.mu.Unlock()
	<-ctx.Done()
	p.mu.Lock()
	p.run = nil
	p.mu.Unlock()
	return g.Wait()
}

// Drain has every plugin finish what it does and take nothing new, until ctx ends.
func (p *Pool) Drain(ctx context.Context) {
	var wg sync.WaitGroup
	for name, s := range p.supervisors() {
		wg.Go(func() {
			if err := s.Drain(ctx); err != nil {
				p.o.Log.Debug("a plugin did not finish what it was doing", "plugin", name, "err", err)
			}
		})
	}
	wg.Wait()
}

func (p *Pool) supervisors() map[string]*host.Supervisor {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := make(map[string]*host.Supervisor, len(p.sups))
	for n, s := range p.sups {
		m[n] = s
	}
	return m
}

// supervisor gives the one supervisor of a plugin, made and started when first asked for.
func (p *Pool) supervisor(name string, desc sdk.Description) (*host.Supervisor, error) {
	path, err := p.Path(name)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.sups[name]; ok {
		return s, nil
	}
	s, err := host.NewSupervisor(host.Options{
		Path: path, Name: name, Runtime: p.o.Runtime, Log: p.o.Log.With("plugin", name),
		LogLevel: p.o.Level(name), Dir: p.o.WorkDir, Services: services{p.o.Services},
	}, &desc, host.Policy{})
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", name, err)
	}
	p.sups[name] = s
	if p.run != nil {
		p.run(name, s)
	}
	return s, nil
}

// Of lists the instances of a capability that are there to be asked: higher priority first, then as the configuration has
// them.
func (p *Pool) Of(capability string) []*Instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ins []*Instance
	for _, in := range p.instances {
		if in.Capability == capability {
			ins = append(ins, in)
		}
	}
	slices.SortStableFunc(ins, func(a, b *Instance) int { return cmp.Compare(b.Priority, a.Priority) })
	return ins
}

// Find finds an instance.
func (p *Pool) Find(capability, name string) (*Instance, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, in := range p.instances {
		if in.Capability == capability && in.Name == name {
			return in, true
		}
	}
	return nil, false
}

// All lists every instance.
func (p *Pool) All() []*Instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.instances)
}

// Problem is what keeps an instance from being configured.
type Problem struct {
	Instance    config.Instance
	Diagnostics []sdk.Diagnostic
	Err         error // the plugin itself failed
}

// problems sums them up; nil where there are none.
func problems(ps []Problem) error {
	var errs []error
	for _, pr := range ps {
		if pr.Err != nil {
			errs = append(errs, fmt.Errorf("%s %q: %w", pr.Instance.Capability, pr.Instance.Name, pr.Err))
		}
		for _, d := range pr.Diagnostics {
			if !d.Warning {
				errs = append(errs, fmt.Errorf("%s %q: %s: %s", pr.Instance.Capability, pr.Instance.Name, d.Attribute, d.Summary))
			}
		}
	}
	return errors.Join(errs...)
}

// Status tells what each plugin that is in use is doing. Of one that is in use in both processes it tells of this one's.
func (p *Pool) Status() map[string]host.Status {
	all := map[string]host.Status{}
	if p.o.Others != nil {
		maps.Copy(all, p.o.Others.Status())
	}
	for name, s := range p.supervisors() {
		all[name] = s.Status()
	}
	return all
}

// Restart starts a plugin again that failed for good.
func (p *Pool) Restart(name string) error {
	s, ok := p.supervisors()[name]
	if !ok && p.o.Others != nil {
		return p.o.Others.Restart(name)
	}
	if !ok {
		return sdk.Errorf(sdk.NotFound, "the plugin %q is not in use", name)
	}
	s.Reset()
	return nil
}
