// Package sdktest tells whether a plugin keeps the contract. It has fakes of what a host gives to an instance ([Env]), an
// upstream service that fails on demand ([Upstream]), recorded answers ([Replay]), a plugin behind the real wire in
// the test's own process ([Serve]) or in one of its own ([Exec]), a suite for each capability ([Scraper], [Debrid] and
// their like), and checks of a finished binary ([Binary]).
//
// A plugin's test is a suite and what was recorded of its service:
//
//	func TestScraper(t *testing.T) {
//		up := sdktest.NewUpstream(t, handler)
//		sdktest.Scraper(t, sdktest.ScraperCase{
//			Plugin:   example.Plugin,
//			Settings: map[string]any{"url": up.URL},
//			Upstream: up,
//			Query:    sdk.Query{…},
//			Want:     []sdk.Release{…},
//		})
//	}
//
// Everything takes a [T], which *testing.T is and a program can be too: see [Check].
package sdktest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// T is what the kit needs of a test.
type T interface {
	Helper()
	Name() string
	Context() context.Context
	TempDir() string
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
}

var (
	_ T = (*testing.T)(nil)
	_ T = (*testing.B)(nil)
	_ T = (*report)(nil)
)

// Finding is what [Check] says of one check.
type Finding struct {
	Name   string   `json:"name"`
	Passed bool     `json:"passed"`
	Notes  []string `json:"notes,omitempty"` // what was wrong, or measured
}

// Check runs a suite outside of go test, for a program such as `millrace plugin check`, and gives a finding for each
// check in the order in which they ended. Notes hold no secrets but those that the suite was given.
func Check(ctx context.Context, suite func(T)) []Finding {
	all := &findings{}
	all.run(ctx, "", suite)
	return all.list
}

type findings struct {
	mu   sync.Mutex // guards list
	list []Finding
}

// run runs a check in a goroutine of its own, so that Fatalf can end it, and waits for it.
func (f *findings) run(ctx context.Context, name string, check func(T)) {
	ctx, cancel := context.WithCancel(ctx)
	r := &report{all: f, name: name, ctx: ctx, cancel: cancel}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.finish()
		check(r)
	}()
	<-done
}

// report is the T of [Check].
type report struct {
	all    *findings
	name   string
	ctx    context.Context // of the check, as testing.T has one
	cancel context.CancelFunc

	mu       sync.Mutex // guards what follows
	failed   bool
	notes    []string
	cleanups []func()
}

func (r *report) Helper()                  {}
func (r *report) Name() string             { return r.name }
func (r *report) Context() context.Context { return r.ctx }

func (r *report) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *report) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *report) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *report) Errorf(format string, args ...any) {
	r.Logf(format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

func (r *report) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *report) TempDir() string {
	dir, err := os.MkdirTemp("", "millrace-check-")
	if err != nil {
		r.Fatalf("make a folder: %v", err)
	}
	r.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			r.Logf("remove %s: %v", dir, err)
		}
	})
	return dir
}

// finish cleans up, last first, and adds the finding. A panic of the suite is a finding too.
func (r *report) finish() {
	if p := recover(); p != nil {
		r.Errorf("it panicked: %v", p)
	}
	r.cancel()
	for {
		r.mu.Lock()
		n := len(r.cleanups)
		if n == 0 {
			r.mu.Unlock()
			break
		}
		last := r.cleanups[n-1]
		r.cleanups = r.cleanups[:n-1]
		r.mu.Unlock()
		last()
	}
	if r.name == "" && !r.Failed() {
		return // the suite itself; its checks have told
	}
	r.all.mu.Lock()
	defer r.all.mu.Unlock()
	r.all.list = append(r.all.list, Finding{Name: strings.TrimPrefix(r.name, "/"), Passed: !r.failed, Notes: r.notes})
}

// run makes a check of its own out of a part of a suite: a subtest where there are such.
func run(t T, name string, check func(T)) {
	t.Helper()
	switch t := t.(type) {
	case *testing.T:
		t.Run(name, func(t *testing.T) { check(t) })
	case *report:
		t.all.run(t.ctx, t.name+"/"+name, check)
	default:
		check(t)
	}
}
