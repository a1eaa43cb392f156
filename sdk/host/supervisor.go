package host

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk"
)

// Policy says how a supervisor treats a process that dies. Its zero fields are what production uses.
type Policy struct {
	BackoffMin, BackoffMax time.Duration // wait before a restart: 1 s, doubled up to 1 min
	Crashes                int           // so many (5) ...
	Window                 time.Duration // ... within this time (10 min) are too many
	HealthEvery            time.Duration // between two health checks: 15 s
	HealthTimeout          time.Duration // of one: 2 s
	HealthFailures         int           // in a row, until the process is killed: 3
	ConfigureTimeout       time.Duration // for each instance after a restart: 15 s
}

func (p Policy) withDefaults() Policy {
	p.BackoffMin = cmp.Or(p.BackoffMin, time.Second)
	p.BackoffMax = cmp.Or(p.BackoffMax, time.Minute)
	p.Crashes = cmp.Or(p.Crashes, 5)
	p.Window = cmp.Or(p.Window, 10*time.Minute)
	p.HealthEvery = cmp.Or(p.HealthEvery, 15*time.Second)
	p.HealthTimeout = cmp.Or(p.HealthTimeout, 2*time.Second)
	p.HealthFailures = cmp.Or(p.HealthFailures, 3)
	p.ConfigureTimeout = cmp.Or(p.ConfigureTimeout, 15*time.Second)
	return p
}

// Supervisor keeps one plugin running while Run runs: it starts its process again when that dies, with growing waits, and
// configures its instances again. Its clients wait for a process that is starting, as long as their caller's context
// allows, and make a call once more that died with its process, where it is harmless and nothing was yielded yet.
type Supervisor struct {
	instances
	o      Options
	policy Policy
	reset  chan struct{} // Reset was called
	news   chan struct{} // there is an instance that the present process was not told of
	stop   chan struct{}

	mu       sync.Mutex // guards what follows
	changed  chan struct{}
	state    State
	proc     *Process // while running
	desc     *sdk.Description
	wanted   map[string]*wanted
	starts   int
	crashes  []time.Time
	lastErr  string
	lastOut  []string
	stopping bool
}

// wanted is an instance that is to be there whenever a process is.
type wanted struct {
	in   Instance
	told *Process // the process that was told of it last
	err  error    // why that one does not have it
}

// NewSupervisor checks the options; it starts nothing. desc is what the plugin is known to be, from [DescribeCached] say,
// so that clients can be had before it has run; nil: wait for the first process.
func NewSupervisor(o Options, desc *sdk.Description, p Policy) (*Supervisor, error) {
	o = o.withDefaults()
	if o.Path == "" || o.Runtime == nil {
		return nil, errors.New("supervise a plugin: a path and a runtime folder are needed")
	}
	s := &Supervisor{
		o: o, policy: p.withDefaults(), desc: desc, state: StateStopped, wanted: map[string]*wanted{},
		reset: make(chan struct{}, 1), news: make(chan struct{}, 1), stop: make(chan struct{}), changed: make(chan struct{}),
	}
	s.instances = instances{caller: s, find: s.find}
	return s, nil
}

// Describe is what the plugin says of itself; false while that is not known.
func (s *Supervisor) Describe() (sdk.Description, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.desc == nil {
		return sdk.Description{}, false
	}
	return *s.desc, true
}

// Status tells what the plugin is doing.
func (s *Supervisor) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Status{
		State: s.state, Name: s.o.Name, Restarts: max(0, s.starts-1), LastError: s.lastErr, Stderr: slices.Clone(s.lastOut),
	}
	if s.desc != nil {
		st.Version = s.desc.Version
	}
	if s.proc != nil {
		st.PID = s.proc.PID()
		st.Started = s.proc.Started()
		st.Stderr = s.proc.Stderr()
		st.Memory = proportionalMemory(st.PID)
	}
	return st
}

// Reset forgets the crashes: a failed plugin is started again, one that waits is started now.
func (s *Supervisor) Reset() { signal(s.reset) }

// signal wakes the one who waits for a channel of one place, or will.
func signal(ch chan<- struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// set changes the state and wakes whoever waits for that. s.mu is held.
func (s *Supervisor) set(state State) {
	s.state = state
	close(s.changed)
	s.changed = make(chan struct{})
}

// running waits for a process that is ready.
func (s *Supervisor) running(ctx context.Context) (*Process, error) {
	for {
		s.mu.Lock()
		state, proc, changed, last, stopping := s.state, s.proc, s.changed, s.lastErr, s.stopping
		s.mu.Unlock()
		switch {
		case stopping:
			return nil, unavailable(ErrStopped, "plugin %q is stopped", s.o.Name)
		case state == StateRunning:
			return proc, nil
		case state == StateFailed:
			return nil, unavailable(ErrFailed, "plugin %q keeps failing and is not started any more: %s", s.o.Name, last)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			msg := fmt.Sprintf("plugin %q is not running", s.o.Name)
			if last != "" {
				msg += ": " + last
			}
			return nil, unavailable(ctx.Err(), "%s", msg)
		}
	}
}

// bury waits until a process that a call died with is not the present one any more. One that lives on and does not
// answer is killed; one that does answer was misread, and stays.
func (s *Supervisor) bury(ctx context.Context, p *Process) {
	if s.health(ctx, p) == nil {
		return
	}
	p.link.kill()
	for {
		s.mu.Lock()
		same, changed := s.proc == p, s.changed
		s.mu.Unlock()
		if !same {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// call is part of caller.
func (s *Supervisor) call(ctx context.Context, id string, again func() bool, do func(context.Context, grpc.ClientConnInterface) error) error {
	for attempt := 1; ; attempt++ {
		p, err := s.running(ctx)
		if err != nil {
			return err
		}
		if err := s.fitness(id); err != nil {
			return err
		}
		err = p.call(ctx, id, again, do)
		if !errors.Is(err, ErrCrashed) {
			return err
		}
		if attempt == 2 || again == nil || !again() {
			return err
		}
		s.bury(ctx, p)
	}
}

// fitness is why the present process does not have an instance, if so.
func (s *Supervisor) fitness(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, ok := s.wanted[id]; ok && w.err != nil {
		return fmt.Errorf("configure instance %q again: %w", id, w.err)
	}
	return nil
}

func (s *Supervisor) find(id, capability string) (sdk.CapabilityDescription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.wanted[id]
	if !ok {
		return pick(id, capability, sdk.CapabilityDescription{}, false)
	}
	if s.desc == nil {
		return sdk.CapabilityDescription{}, unavailable(nil, "plugin %q has not run yet", s.o.Name)
	}
	d, ok := s.desc.Capability(w.in.Capability)
	return pick(id, capability, d, ok)
}

// Configure makes an instance, or makes it anew, and keeps it: after a restart it is configured again. Where a diagnostic
// is no warning, or the plugin returns an error of its own, nothing changes. Where there is no process before ctx ends,
// an instance that is new is configured when there is one.
func (s *Supervisor) Configure(ctx context.Context, in Instance) ([]sdk.Diagnostic, error) {
	if in.ID == "" {
		return nil, errors.New("configure an instance: it has no id")
	}
	var ds []sdk.Diagnostic
	err := s.once(ctx, func(p *Process) error {
		var err error
		ds, err = p.Configure(ctx, in)
		if err != nil || HasErrors(ds) {
			return err
		}
		return s.keep(p, in)
	})
	if err != nil && (errors.Is(err, ErrCrashed) || errors.Is(err, ErrFailed) || s.down()) {
		s.keepNew(in, err)
	}
	return ds, err
}

// once does something with the present process, and once more with the next if that dies of it.
func (s *Supervisor) once(ctx context.Context, do func(*Process) error) error {
	for attempt := 1; ; attempt++ {
		p, err := s.running(ctx)
		if err != nil {
			return err
		}
		err = do(p)
		if attempt == 2 || !errors.Is(err, ErrCrashed) {
			return err
		}
		s.bury(ctx, p)
	}
}

func (s *Supervisor) down() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state != StateRunning
}

// keep remembers an instance that a process has; a process that is gone already is as one that died of it.
func (s *Supervisor) keep(p *Process, in Instance) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != p {
		return unavailable(ErrCrashed, "plugin %q died meanwhile", s.o.Name)
	}
	s.wanted[in.ID] = &wanted{in: in, told: p}
	return nil
}

// keepNew remembers an instance for the next process, where there is none of that id.
func (s *Supervisor) keepNew(in Instance, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, had := s.wanted[in.ID]; !had {
		s.wanted[in.ID] = &wanted{in: in, err: err}
		signal(s.news)
	}
}

// Validate has the plugin complain about settings of a capability. It does no network.
func (s *Supervisor) Validate(ctx context.Context, capability string, settings json.RawMessage) (ds []sdk.Diagnostic, err error) {
	err = s.once(ctx, func(p *Process) error {
		var err error
		ds, err = p.Validate(ctx, capability, settings)
		return err
	})
	return ds, err
}

// Release ends an instance once its calls have ended, or ctx has, and forgets it. One that is not there is no error.
func (s *Supervisor) Release(ctx context.Context, id string) error {
	s.mu.Lock()
	delete(s.wanted, id)
	p := s.proc
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	if err := p.Release(ctx, id); err != nil && !errors.Is(err, ErrCrashed) && !errors.Is(err, ErrStopped) {
		return fmt.Errorf("release instance %q: %w", id, err)
	}
	return nil
}

// Drain ends supervision: it has the plugin finish the calls under way, until ctx ends, takes no new ones, and ends the
// process. Run returns.
func (s *Supervisor) Drain(ctx context.Context) error {
	s.mu.Lock()
	p, first := s.proc, !s.stopping
	s.stopping = true
	s.set(s.state)
	s.mu.Unlock()
	var err error
	if p != nil {
		err = p.Drain(ctx)
		p.Kill()
	}
	if first {
		close(s.stop)
	}
	if errors.Is(err, ErrCrashed) || errors.Is(err, ErrStopped) {
		return nil // it has ended, which is what was wanted
	}
	return err
}
