package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Run starts the plugin and keeps it running until ctx ends or Drain is called; then the process has ended too. It is
// called once.
func (s *Supervisor) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.stopping = true
		s.set(StateStopped)
	}()
	wait := s.policy.BackoffMin
	for ctx.Err() == nil {
		began := time.Now()
		err := s.live(ctx)
		if ctx.Err() != nil || s.ending() {
			return nil
		}
		if time.Since(began) >= s.policy.BackoffMax {
			wait = s.policy.BackoffMin
		}
		if s.mourn(ctx, err, wait) {
			wait = s.policy.BackoffMin
		} else {
			wait = min(2*wait, s.policy.BackoffMax)
		}
	}
	return nil
}

// live is the life of one process. It returns why that ended.
func (s *Supervisor) live(ctx context.Context) error {
	select {
	case <-s.reset: // it was asked for before this
	default:
	}
	s.mu.Lock()
	s.starts++
	s.set(StateStarting)
	s.mu.Unlock()
	p, err := Start(ctx, s.o)
	if err != nil {
		return err
	}
	defer p.Kill()
	s.tell(ctx, p)
	sick := s.watchHealth(ctx, p)
	s.mu.Lock()
	s.proc = nil
	s.lastOut = p.Stderr()
	s.set(StateBackoff)
	s.mu.Unlock()
	if sick != nil {
		p.link.kill()
		<-p.Done()
		return sick
	}
	if err := p.Exit(); err != nil {
		return fmt.Errorf("it %w", err)
	}
	return errors.New("it ended by itself")
}

func (s *Supervisor) ending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// tell gives a process the instances that it was not told of, and then makes it the present one. What it refuses is told
// to whoever calls the instance.
func (s *Supervisor) tell(ctx context.Context, p *Process) {
	for w := s.untold(p); w != nil; w = s.untold(p) {
		err := s.configureAgain(ctx, p, w.in)
		if err != nil {
			s.o.Log.Error("an instance cannot be configured again", "instance", w.in.ID, "error", err)
		}
		s.mu.Lock()
		w.err = err
		s.mu.Unlock()
	}
}

// untold is the next instance that a process is to be told of. Where there is none the process is ready.
func (s *Supervisor) untold(p *Process) *wanted {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.wanted)) {
		if w := s.wanted[id]; w.told != p {
			w.told = p
			return w
		}
	}
	if s.proc != p {
		d := p.Describe()
		s.desc, s.proc = &d, p
		s.set(StateRunning)
	}
	return nil
}

func (s *Supervisor) configureAgain(ctx context.Context, p *Process, in Instance) error {
	ctx, cancel := context.WithTimeout(ctx, s.policy.ConfigureTimeout)
	defer cancel()
	ds, err := p.Configure(ctx, in)
	if err != nil {
		return err
	}
	for _, d := range ds {
		if !d.Warning {
			return &sdk.Error{Kind: sdk.Invalid, Attribute: d.Attribute, Message: d.Summary}
		}
	}
	return nil
}

// watchHealth returns when a process has ended, or why it must.
func (s *Supervisor) watchHealth(ctx context.Context, p *Process) error {
	tick := time.NewTicker(s.policy.HealthEvery)
	defer tick.Stop()
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-p.Done():
			return nil
		case <-s.news:
			s.tell(ctx, p)
			continue
		case <-tick.C:
		}
		err := s.health(ctx, p)
		if err == nil || p.PID() == 0 && !errors.Is(err, ErrCrashed) { // one in a debugger may stand still
			failures = 0
			continue
		}
		if failures++; failures >= s.policy.HealthFailures {
			return fmt.Errorf("it did not answer %d health checks: %w", failures, err)
		}
	}
}

func (s *Supervisor) health(ctx context.Context, p *Process) error {
	ctx, cancel := context.WithTimeout(ctx, s.policy.HealthTimeout)
	defer cancel()
	return p.Health(ctx)
}

// mourn notes that a process ended or did not start, and waits until the next may be started. It reports whether that was
// asked for by Reset.
func (s *Supervisor) mourn(ctx context.Context, cause error, wait time.Duration) (reset bool) {
	failed := s.count(cause)
	s.mu.Lock()
	s.lastErr = cause.Error()
	state := StateBackoff
	if failed {
		state = StateFailed
	}
	s.set(state)
	restarts := s.starts
	s.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	again := timer.C
	if failed {
		again = nil
		s.o.Log.Error("the plugin failed too often and is not started any more", "error", cause)
	} else {
		s.o.Log.Warn("the plugin ended and will be started again", "error", cause, "starts", restarts, "wait", wait.String())
	}
	select {
	case <-ctx.Done():
		return false
	case <-again:
		return false
	case <-s.reset:
		s.mu.Lock()
		s.crashes = nil
		s.mu.Unlock()
		return true
	}
}

// count reports whether the plugin failed too often, or in a way that no restart mends.
func (s *Supervisor) count(cause error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.crashes = slices.DeleteFunc(append(s.crashes, now), func(t time.Time) bool { return now.Sub(t) > s.policy.Window })
	return len(s.crashes) >= s.policy.Crashes || errors.Is(cause, ErrVersion) || errors.Is(cause, ErrChecksum)
}

// proportionalMemory is a process's share of the memory that it maps, or 0 where the system does not tell.
func proportionalMemory(pid int) sdk.Size {
	if pid == 0 {
		return 0
	}
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), "Pss:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			return sdk.Size(kib << 10)
		}
	}
	return 0
}
