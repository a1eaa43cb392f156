package plugin

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// Apply makes the instances what the configuration says: what did not change goes on untouched, what is new or changed is
// configured first, then the new set is swapped in whole and the old ones are let go. Where a plugin refuses settings
// nothing changes, and the problems say why. A plugin that cannot be started now is no refusal: it is started again, and
// its instances are unwell until then.
func (p *Pool) Apply(ctx context.Context, want []config.Instance) ([]Problem, error) {
	p.apply.Lock()
	defer p.apply.Unlock()
	old := map[string]*Instance{}
	for _, in := range p.All() {
		old[key(in.Instance)] = in
	}
	next := make([]*Instance, len(want))
	found := make([][]Problem, len(want))
	var wg sync.WaitGroup
	slots := make(chan struct{}, starts)
	for i, c := range want {
		if !c.Enabled {
			continue
		}
		if was := old[key(c)]; was != nil && was.Hash() == c.Hash() {
			next[i] = was
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			next[i], found[i] = p.make(ctx, c, old[key(c)])
		})
	}
	wg.Wait()
	return p.swap(ctx, old, next, found)
}

// configureTimeout is how long a plugin has to start and take its settings.
const configureTimeout = 20 * time.Second

// starts is how many plugins are started at once.
const starts = 4

func key(c config.Instance) string { return c.Capability + "/" + c.Name }

// make configures one instance beside the one that it replaces. A plugin with links of its own holds files and ports: there
// the old one goes first.
func (p *Pool) make(ctx context.Context, c config.Instance, was *Instance) (*Instance, []Problem) {
	fail := func(err error, ds ...sdk.Diagnostic) (*Instance, []Problem) {
		return nil, []Problem{{Instance: c, Err: err, Diagnostics: ds}}
	}
	d, err := p.Describe(ctx, c.Plugin)
	if err != nil {
		return fail(err)
	}
	caps, ok := d.Capability(c.Capability)
	if !ok {
		return fail(sdk.Errorf(sdk.Invalid, "the plugin %q is no %s", c.Plugin, c.Capability))
	}
	if p.o.Remote != nil && c.Capability == sdk.CapabilityDebrid {
		return p.borrow(c, caps), nil
	}
	sup, err := p.supervisor(c.Plugin, d)
	if err != nil {
		return fail(err)
	}
	in := &Instance{Instance: c, caps: caps, id: p.id(c), sup: sup, gate: newGate(), pool: p}
	if was != nil && caps.Has(sdk.FlagLocal) {
		p.release(ctx, was)
	}
	bounded, cancel := context.WithTimeout(ctx, configureTimeout)
	defer cancel()
	ds, err := sup.Configure(bounded, p.settings(in))
	switch {
	case host.HasErrors(ds):
		return fail(nil, ds...)
	case err != nil:
		p.o.Log.Error("a plugin is not ready", "capability", c.Capability, "instance", c.Name, "err", err)
	}
	cause := err
	if in.client, err = sup.Client(in.id); err != nil {
		// The supervisor keeps an instance whose process is down. One that the plugin itself refused it does not know.
		return fail(cmp.Or(cause, err))
	}
	if len(ds) > 0 {
		return in, []Problem{{Instance: c, Diagnostics: ds}}
	}
	return in, nil
}

func (p *Pool) settings(in *Instance) host.Instance {
	return host.Instance{
		ID: in.id, Name: in.Name, Capability: in.Capability, Settings: in.Settings, Trust: sdk.TrustOperator,
		Proxy: in.Proxy, Limits: in.limits(), Folder: p.o.Folder(in.Plugin, in.Name), LogLevel: p.o.Level(in.Plugin),
	}
}

// id names an instance for the host: the same block configured again is another instance beside the old one.
func (p *Pool) id(c config.Instance) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	return fmt.Sprintf("%s#%d", key(c), p.serial)
}

// stable is the part of an id that survives a change of settings.
func stable(id string) string {
	name, _, _ := strings.Cut(id, "#")
	return name
}

// swap replaces the instances, or where one was refused lets go of the new ones.
func (p *Pool) swap(ctx context.Context, old map[string]*Instance, next []*Instance, found [][]Problem) ([]Problem, error) {
	var all []Problem
	refused := false
	for _, ps := range found {
		all = append(all, ps...)
		for _, pr := range ps {
			refused = refused || pr.Err != nil || host.HasErrors(pr.Diagnostics)
		}
	}
	keep := map[*Instance]bool{}
	var set []*Instance
	for _, in := range next {
		if in != nil {
			keep[in] = true
			set = append(set, in)
		}
	}
	was := map[*Instance]bool{}
	for _, in := range old {
		was[in] = true
	}
	if refused {
		for in := range keep {
			if !was[in] {
				p.release(ctx, in)
			}
		}
		p.restore(ctx, old)
		p.retire(ctx)
		return all, problems(all)
	}
	p.mu.Lock()
	p.instances = set
	p.mu.Unlock()
	for in := range was {
		if !keep[in] && !in.released.Load() {
			p.release(ctx, in)
		}
	}
	p.retire(ctx)
	return all, nil
}

// retire ends the processes of plugins that have no instance any more.
func (p *Pool) retire(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	p.mu.Lock()
	idle := maps.Clone(p.sups)
	for _, in := range p.instances {
		if in.sup != nil {
			delete(idle, in.Plugin)
		}
	}
	for name := range idle {
		delete(p.sups, name)
	}
	p.mu.Unlock()
	for name, s := range idle {
		if err := s.Drain(ctx); err != nil {
			p.o.Log.Debug("a plugin did not finish what it was doing", "plugin", name, "err", err)
		}
	}
}

// restore configures old instances again that had to go first.
func (p *Pool) restore(ctx context.Context, old map[string]*Instance) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), configureTimeout)
	defer cancel()
	for _, in := range old {
		if !in.released.Load() {
			continue
		}
		ds, err := in.sup.Configure(ctx, p.settings(in))
		if err != nil || host.HasErrors(ds) {
			p.o.Log.Error("an instance could not be restored", "instance", in.Name, "err", err, "problems", len(ds))
		}
		in.released.Store(false)
	}
}

// releaseTimeout is how long an instance has to finish what it does.
const releaseTimeout = 10 * time.Second

func (p *Pool) release(ctx context.Context, in *Instance) {
	in.released.Store(true)
	if in.sup == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := in.sup.Release(ctx, in.id); err != nil {
		p.o.Log.Debug("an instance was not released", "instance", in.Name, "err", err)
	}
}

// services gives an instance what is kept for its block, whichever of its configurations asks.
type services struct{ host.Services }

func (s services) LoadState(ctx context.Context, id, k string) ([]byte, int64, error) {
	return s.Services.LoadState(ctx, stable(id), k)
}

func (s services) StoreState(ctx context.Context, id, k string, v []byte, version int64) (bool, error) {
	return s.Services.StoreState(ctx, stable(id), k, v, version)
}

func (s services) CacheGet(ctx context.Context, id, k string) ([]byte, bool) {
	return s.Services.CacheGet(ctx, stable(id), k)
}

func (s services) CachePut(ctx context.Context, id, k string, v []byte, ttl time.Duration) {
	s.Services.CachePut(ctx, stable(id), k, v, ttl)
}

func (s services) Acquire(ctx context.Context, id, class string, n int) error {
	return s.Services.Acquire(ctx, stable(id), class, n)
}
