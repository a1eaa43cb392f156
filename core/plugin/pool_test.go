package plugin

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

func TestPluginsAreFoundByTheirFiles(t *testing.T) {
	t.Parallel()
	first, second := t.TempDir(), t.TempDir()
	for path, mode := range map[string]os.FileMode{
		filepath.Join(first, prefix+"a"): 0o755, filepath.Join(second, prefix+"a"): 0o755, filepath.Join(second, prefix+"b"): 0o755,
		filepath.Join(second, "other"): 0o755, filepath.Join(second, prefix+"data"): 0o644,
	} {
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	p := New(Options{Dirs: []string{first, filepath.Join(first, "none"), second}})
	if d := cmp.Diff([]string{"a", "b"}, p.Names()); d != "" {
		t.Error(d)
	}
	if got, err := p.Path("a"); err != nil || got != filepath.Join(first, prefix+"a") {
		t.Errorf("the first folder does not win: %s, %v", got, err)
	}
	for name, want := range map[string]sdk.Kind{"none": sdk.NotFound, "data": sdk.NotFound, "": sdk.Invalid, "../a": sdk.Invalid} {
		if _, err := p.Path(name); sdk.KindOf(err) != want {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
}

func TestAPluginDescribesItself(t *testing.T) {
	t.Parallel()
	p := setup(t, "stub")
	d, err := p.Describe(t.Context(), "stub")
	if err != nil || d.Name != "stub" || len(d.Capabilities) != 2 {
		t.Errorf("got %+v, %v", d, err)
	}
	s, err := p.Schema(t.Context(), "stub", sdk.CapabilityScraper)
	if err != nil || len(s.Attributes) != 2 {
		t.Errorf("got %+v, %v", s, err)
	}
	_, err = p.Schema(t.Context(), "stub", sdk.CapabilitySource)
	if sdk.KindOf(err) != sdk.Invalid || !strings.Contains(err.Error(), "it is a debrid, scraper") && !strings.Contains(err.Error(), "it is a scraper, debrid") {
		t.Errorf("got %v", err)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	p := setup(t, "stub", "other")
	a, b := block(sdk.CapabilityScraper, "a", "stub", "one"), block(sdk.CapabilityScraper, "b", "other", "two")
	apply(t, p, a, b)
	was, _ := p.Find(sdk.CapabilityScraper, "a")
	first, err := scrape(t, p, "a", "x")
	if err != nil || first.Name != "one" {
		t.Fatalf("got %+v, %v", first, err)
	}

	t.Run("leaves alone what did not change", func(t *testing.T) {
		apply(t, p, a, b)
		now, _ := p.Find(sdk.CapabilityScraper, "a")
		if again, err := scrape(t, p, "a", "x"); err != nil || again.Seeders != first.Seeders || now != was {
			t.Errorf("got %+v, %v", again, err)
		}
	})
	t.Run("swaps changed settings within the process and keeps the block's state", func(t *testing.T) {
		if n, err := scrape(t, p, "a", "count"); err != nil || n.Name != "1" {
			t.Fatalf("got %+v, %v", n, err)
		}
		a.Settings = []byte(`{"token":"three"}`)
		apply(t, p, a, b)
		if got, err := scrape(t, p, "a", "x"); err != nil || got.Name != "three" || got.Seeders != first.Seeders {
			t.Errorf("got %+v, %v", got, err)
		}
		if n, err := scrape(t, p, "a", "count"); err != nil || n.Name != "2" {
			t.Errorf("got %+v, %v", n, err)
		}
	})
	t.Run("blames nobody for a call to what was let go", func(t *testing.T) {
		err := was.Call(t.Context(), "scrape", func(ctx context.Context) error {
			return was.Scraper().Scrape(ctx, sdk.Query{}, func(...sdk.Release) error { return nil })
		})
		if sdk.KindOf(err) != sdk.Unavailable || sdk.ScopeOf(err) != sdk.ReachItem {
			t.Errorf("got %v", err)
		}
	})
	t.Run("changes nothing where settings are refused", func(t *testing.T) {
		bad := a
		bad.Settings = []byte(`{"token":"bad"}`)
		changed := b
		changed.Settings = []byte(`{"token":"four"}`)
		ps, err := p.Apply(t.Context(), []config.Instance{bad, changed})
		if err == nil || len(ps) != 1 || len(ps[0].Diagnostics) != 1 || ps[0].Diagnostics[0].Attribute != "token" || ps[0].Instance.Name != "a" {
			t.Fatalf("got %+v, %v", ps, err)
		}
		for name, want := range map[string]string{"a": "three", "b": "two"} {
			if got, err := scrape(t, p, name, "x"); err != nil || got.Name != want {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
		}
	})
	t.Run("ends the process of a plugin that was started for refused settings", func(t *testing.T) {
		c := block(sdk.CapabilityScraper, "c", "missing", "")
		if _, err := p.Apply(t.Context(), []config.Instance{a, c}); sdk.KindOf(err) != sdk.NotFound {
			t.Errorf("got %v", err)
		}
		if n := len(p.Status()); n != 2 {
			t.Errorf("%d plugins are in use", n)
		}
	})
	t.Run("ends the processes that nobody uses any more", func(t *testing.T) {
		pid := p.Status()["other"].PID
		b.Enabled = false
		apply(t, p, a, b)
		if _, ok := p.Find(sdk.CapabilityScraper, "b"); ok || len(p.Status()) != 1 {
			t.Error("it is still there")
		}
		eventually(t, "the process ended", func() bool { return syscall.Kill(pid, 0) != nil })
	})
}

func TestAnInstanceThatHoldsThingsGoesBeforeItsSuccessor(t *testing.T) {
	t.Parallel()
	p := setup(t, "stub")
	a := block(sdk.CapabilityDebrid, "a", "stub", "one")
	apply(t, p, a)
	add := func() error {
		in, _ := p.Find(sdk.CapabilityDebrid, "a")
		return in.Call(t.Context(), "add", func(ctx context.Context) error {
			_, err := in.Debrid().Add(ctx, sdk.AddRequest{Hash: strings.Repeat("a", 40)})
			return err
		})
	}
	a.Settings = []byte(`{"token":"two"}`)
	apply(t, p, a)
	if err := add(); err != nil {
		t.Error(err)
	}
	a.Settings = []byte(`{"token":"bad"}`)
	if _, err := p.Apply(t.Context(), []config.Instance{a}); err == nil {
		t.Fatal("bad settings were taken")
	}
	if err := add(); err != nil {
		t.Errorf("the old one did not come back: %v", err)
	}
}

func TestAPluginThatDiesComesBack(t *testing.T) {
	t.Parallel()
	p := setup(t, "stub")
	apply(t, p, block(sdk.CapabilityScraper, "a", "stub", "one"))
	first, err := scrape(t, p, "a", "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(first.Seeders, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it answers from another process", func() bool {
		again, err := scrape(t, p, "a", "x")
		return err == nil && again.Name == "one" && again.Seeders != first.Seeders
	})
	in, _ := p.Find(sdk.CapabilityScraper, "a")
	if err := in.Unwell(); err != nil || p.Status()["stub"].State != host.StateRunning {
		t.Errorf("it is said to be unwell: %v", err)
	}
}

func TestInstancesStandInTheOrderOfTheirPriority(t *testing.T) {
	t.Parallel()
	inst := func(capability, name string, priority int) Value {
		return Value{Instance: config.Instance{Capability: capability, Name: name, Priority: priority}}
	}
	p := Fixed(Options{}, inst("scraper", "a", 0), inst("scraper", "b", 5), inst("debrid", "c", 9), inst("scraper", "d", 0))
	var names []string
	for _, in := range p.Of("scraper") {
		names = append(names, in.Name)
	}
	if d := cmp.Diff([]string{"b", "a", "d"}, names); d != "" {
		t.Error(d)
	}
	if err := p.Restart("none"); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("got %v", err)
	}
}
