package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// patience is how long a test waits for what ought to happen. It is long because a machine may be busy, and nothing is
// concluded from how much of it was used.
const patience = 90 * time.Second

// scene is a test's own world: its services, its folder, its programs, and the daemons that it starts there.
type scene struct {
	t       testing.TB
	dir     string
	world   *world.World
	daemons []*daemon
}

// setup makes a scene whose request list is empty. At the end it checks that nothing is left behind.
func setup(t testing.TB, o world.Options) *scene {
	t.Helper()
	needFUSE(t)
	dir, err := os.MkdirTemp("", "mr-") // short: sockets lie in it
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, dir: dir}
	t.Cleanup(s.leave)
	install(t, filepath.Join(dir, "bin"))
	o.Empty = true
	if o.Library == "" {
		o.Library = s.path("a/mnt")
	}
	if o.Step == 0 {
		o.Step = 100 * time.Millisecond
	}
	if s.world, err = world.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return s
}

// path names a file of the scene.
func (s *scene) path(name string) string { return filepath.Join(s.dir, name) }

// leave ends what runs and looks for what a daemon may have left behind.
func (s *scene) leave() {
	for _, d := range s.daemons {
		d.end()
	}
	if s.world != nil {
		if err := s.world.Close(); err != nil {
			s.t.Errorf("close the world: %v", err)
		}
	}
	s.checkLeftovers()
	s.checkSecrets()
	if s.t.Failed() {
		for _, d := range s.daemons {
			s.t.Logf("the end of the log of daemon %s:\n%s", d.name, d.log.tail(120))
		}
	}
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Errorf("remove the scene: %v", err)
	}
}

// checkLeftovers finds processes, mounts and sockets that outlived the daemons.
func (s *scene) checkLeftovers() {
	orphans := func() []string { return processesOf(s.dir) }
	for deadline := time.Now().Add(10 * time.Second); len(orphans()) > 0 && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond) // a plugin whose daemon was killed notices that by itself
	}
	for _, p := range orphans() {
		s.t.Errorf("a process was left behind: %s", p)
	}
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		s.t.Error(err)
	}
	if strings.Contains(string(mounts), s.dir+"/") {
		s.t.Error("a mount was left behind")
		return // and must not be walked into
	}
	err = filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type()&os.ModeSocket != 0 {
			s.t.Errorf("a socket was left behind: %s", path)
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

// checkSecrets finds keys of the services in what the daemons logged.
func (s *scene) checkSecrets() {
	if s.world == nil {
		return
	}
	e := s.world.Endpoints
	for _, d := range s.daemons {
		log := d.log.all()
		for _, at := range []world.Endpoint{e.Torznab, e.Overseerr, e.RealDebrid, e.RealDebrid2, e.Jellyfin, e.Plex} {
			if strings.Contains(log, at.Key) {
				s.t.Errorf("daemon %s logged the key of %s", d.name, at.URL)
			}
		}
	}
}

// processesOf lists the processes whose program lies in a folder, as "PID NAME".
func processesOf(dir string) []string {
	var out []string
	exes, _ := filepath.Glob("/proc/[0-9]*/exe") // the pattern is good
	for _, exe := range exes {
		target, err := os.Readlink(exe)
		if err != nil || !strings.HasPrefix(target, dir+"/") {
			continue // ended meanwhile, or somebody else's
		}
		out = append(out, fmt.Sprintf("%s %s", filepath.Base(filepath.Dir(exe)), filepath.Base(strings.TrimSuffix(target, " (deleted)"))))
	}
	return out
}

// want puts an approved request on the request list.
func (s *scene) want(imdb string, seasons ...int) world.Request {
	s.t.Helper()
	r, err := s.world.AddRequest(world.Request{IMDb: imdb, Seasons: seasons})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// fault lets something go wrong.
func (s *scene) fault(f world.Fault) int {
	s.t.Helper()
	id, err := s.world.SetFault(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// release finds one of the catalog by its name.
func (s *scene) release(name string) world.Release {
	s.t.Helper()
	for _, r := range s.world.Catalog() {
		if r.Name == name {
			return r
		}
	}
	s.t.Fatalf("there is no release %q", name)
	return world.Release{}
}

// wait waits until something is so, or fails the test.
func (s *scene) wait(what string, so func() bool) {
	s.t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !so(); {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain for: %s", what)
		}
		select {
		case <-tick.C:
		case <-s.t.Context().Done():
			s.t.Fatalf("ended while waiting for: %s", what)
		}
	}
}
