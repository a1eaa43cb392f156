package e2e

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// pair makes a daemon and the process of `millrace mount` beside it, of one configuration, and runs neither.
func (s *scene) pair(blocks ...string) (d, m *daemon) {
	s.t.Helper()
	d = s.daemon("a", blocks...)
	d.env = []string{"MILLRACE_MOUNT__PROCESS=separate"}
	m = &daemon{t: s.t, scene: s, name: "a's mount", does: "mount", config: d.config, env: d.env, log: newJournal(), ended: true}
	s.daemons = append(s.daemons, m)
	return d, m
}

// together runs both and waits until they know of one another.
func together(d, m *daemon) {
	d.t.Helper()
	m.run()
	d.scene.wait("the mount to wait for the library", func() bool {
		_, ok := m.log.find("waiting for the daemon to make the library")
		return ok
	})
	d.run()
	d.ready()
	m.ready()
	d.meets()
}

// meets waits until a daemon's present process has found the mount.
func (d *daemon) meets() {
	d.t.Helper()
	d.scene.wait("the daemon to find the mount", func() bool {
		_, ok := d.log.find("millrace mount answers")
		return ok
	})
}

// film is an open file of the mount that is read piece by piece and compared.
type film struct {
	*os.File
	t    *testing.T
	want []byte
	at   int
}

func (d *daemon) play(t *testing.T, path string, want []byte) *film {
	t.Helper()
	f, err := os.Open(filepath.Join(d.mount(), path))
	if err != nil {
		t.Fatal(err)
	}
	return &film{File: f, t: t, want: want}
}

// on reads on to a place in the file.
func (f *film) on(to int) {
	f.t.Helper()
	got := make([]byte, to-f.at)
	if _, err := io.ReadFull(f, got); err != nil {
		f.t.Fatalf("read on from %d to %d: %v", f.at, to, err)
	}
	if !bytes.Equal(got, f.want[f.at:to]) {
		f.t.Fatalf("other bytes came between %d and %d", f.at, to)
	}
	f.at = to
}

// fetch asks the daemon's WebDAV for a file.
func (d *daemon) fetch(path string) (status int, body []byte) {
	d.t.Helper()
	u := url.URL{Scheme: "http", Host: "millrace", Path: "/dav/" + path}
	resp, err := d.client().Get(u.String())
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, body
}

func TestFilmPlaysOnWhileTheDaemonIsKilledAndTheMountIsRecoveredWhereThatIs(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"realdebrid", "bittorrent"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			s := setup(t, world.Options{})
			block := map[string]string{"realdebrid": s.realdebrid(), "bittorrent": bittorrent()}[provider]
			d, m := s.pair(s.overseerr(), s.cinemeta(), s.torznab(), block)
			together(d, m)
			s.want(world.BigBuckBunny)
			d.waitTree(bunnyPath)
			d.waitState("completed", world.BigBuckBunny)
			whose := m.plugins()
			if _, ok := d.plugins()[provider]; ok || len(whose) != 1 || whose[provider] == 0 {
				t.Fatalf("the mount runs %v, the daemon %v", whose, d.plugins())
			}
			film := d.play(t, bunnyPath, s.bytesOf("Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL", bunnyFile))
			defer film.Close()
			film.on(100_000)
			d.kill()
			film.on(1_000_000)
			if provider == "realdebrid" { // the link is renewed without the daemon
				if _, err := s.world.ChangeAccount(world.AccountChange{ExpireLinks: true, ExpiredStatus: http.StatusForbidden}); err != nil {
					t.Fatal(err)
				}
			}
			film.on(2_000_000)
			d.run()
			d.ready()
			d.meets()
			film.on(len(film.want))
			if now := m.plugins(); !maps.Equal(whose, now) {
				t.Errorf("the mount's plugins were %v and are %v", whose, now)
			}
			mountIsKilled(t, d, m, film.want)
		})
	}
}

// mountIsKilled looks at what a daemon says while its mount is away, and at what the next one finds.
func mountIsKilled(t *testing.T, d, m *daemon, want []byte) {
	t.Helper()
	if status, body := d.fetch(bunnyPath); status != http.StatusOK || !bytes.Equal(body, want) {
		t.Errorf("WebDAV answered %d with %d bytes", status, len(body))
	}
	m.kill()
	d.scene.wait("the daemon to notice that the mount is away", func() bool {
		_, ok := d.log.find("millrace mount cannot be asked")
		return ok
	})
	if status, body := d.fetch(bunnyPath); status != http.StatusServiceUnavailable || !strings.Contains(string(body), "start it with 'millrace mount'") {
		t.Errorf("WebDAV without the mount answered %d: %s", status, body)
	}
	var health web.Diagnosis
	d.must(http.MethodGet, "/doctor", &health)
	if text := fmt.Sprint(health); health.OK || !strings.Contains(text, "start it with 'millrace mount'") {
		t.Errorf("doctor says %+v", health)
	}
	m.run()
	m.ready()
	d.waitTree(bunnyPath)
	d.plays(map[string]string{bunnyPath: bunnyFile})
	d.scene.wait("the daemon to find the mount again", func() bool {
		status, body := d.fetch(bunnyPath)
		return status == http.StatusOK && bytes.Equal(body, want)
	})
	d.must(http.MethodGet, "/doctor", &health)
	if !health.OK {
		t.Errorf("doctor says %+v", health)
	}
}

func TestEvidenceOfALossReachesTheDaemonThroughTheMount(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d, m := s.pair(append(s.usual(), bittorrent())...)
	together(d, m)
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	d.waitState("completed", world.BigBuckBunny)
	hash := s.release("Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL").Hash
	if _, err := s.world.ChangeAccount(world.AccountChange{Drop: &hash}); err != nil {
		t.Fatal(err)
	}
	s.wait("it to be played from the swarm", func() bool {
		_, err := digest(filepath.Join(d.mount(), bunnyPath))
		return err == nil
	})
	d.plays(map[string]string{bunnyPath: bunnyFile})
	if _, ok := d.log.find("another provider took over a file"); !ok {
		t.Error("the daemon did not hear of it")
	}
}

func TestASecondMountOfALibraryIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d, m := s.pair(s.usual()...)
	d.run()
	d.ready()
	m.run()
	m.ready()
	second := &daemon{t: t, scene: s, name: "second", does: "mount", config: m.config, env: m.env, log: newJournal(), ended: true}
	second.run()
	second.waitExit()
	if line, ok := second.log.find("millrace mount uses the data folder"); !ok || second.cmd.ProcessState.Success() {
		t.Errorf("it said %q and ended with %v", line, second.cmd.ProcessState)
	}
	d.waitTree()
}
