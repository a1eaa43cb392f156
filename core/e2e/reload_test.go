package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// reload has the daemon read a configuration of these blocks, and waits until it has.
func (d *daemon) reload(blocks ...string) {
	d.t.Helper()
	d.scene.write(d.name, blocks...)
	d.log.restart()
	d.signal(syscall.SIGHUP)
	d.scene.wait("the configuration to be read again", func() bool {
		_, ok := d.log.find("configuration reloaded")
		return ok
	})
}

func TestReloadLeavesTheMountAndOtherPluginsAlone(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.usual()...)
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	f, err := os.Open(filepath.Join(d.mount(), bunnyPath))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := s.bytesOf("Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL", bunnyFile)
	readAt(t, f, want, 0, 64<<10)
	before := d.plugins()

	d.reload(append(s.usual(), s.mediaServers(), best)...)
	readAt(t, f, want, len(want)/2, 128<<10)
	after := d.plugins()
	for _, added := range []string{"jellyfin", "plex"} {
		if after[added] == 0 {
			t.Errorf("%s was not started", added)
		}
		delete(after, added)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("other plugins were started again (-before +after):\n%s", diff)
	}
	s.want(world.Sintel)
	d.waitTree(bunnyPath, sintelPath)
	s.wait("the new media servers to hear of it", func() bool { return len(s.world.Heard()) >= 2 })
}

func TestReloadOfAProfileBringsWhatSuitsNowWithoutASearch(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(append(s.usual(), `profile "default" { max_size = "1KB" }`)...)
	s.want(world.BigBuckBunny)
	id := d.item(world.BigBuckBunny).ID
	var why web.Why
	s.wait("nothing to suit", func() bool {
		return d.ask(http.MethodGet, fmt.Sprintf("/items/%d/why", id), &why) == nil && why.Found > 0 && why.Open == 0 && len(why.Rejected) > 0
	})
	if why.Best == nil || len(why.Best.Changes) == 0 || why.Best.Changes[0].Setting != "max_size" {
		t.Errorf("it is not told that max_size keeps the film away: %+v", why.Best)
	}
	s.world.ForgetCalls()
	d.reload(append(s.usual(), clips)...)
	d.waitTree(bunnyPath)
	for _, c := range s.world.Calls("torznab") {
		if strings.HasSuffix(c.Path, "/api") { // the .torrent is fetched for the provider
			t.Errorf("the indexer was asked again: %s", c.Path)
		}
	}
}

func TestReloadOfAMistakeChangesNothing(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.usual()...)
	before := d.plugins()
	s.write("a", append(s.usual(), "scrapper \"indexer\" {}")...)
	d.signal(syscall.SIGHUP)
	s.wait("the mistake to be told", func() bool {
		_, ok := d.log.find("the configuration was not reloaded")
		return ok
	})
	s.want(world.BigBuckBunny)
	d.waitTree(bunnyPath)
	if diff := cmp.Diff(before, d.plugins()); diff != "" {
		t.Errorf("plugins were started again (-before +after):\n%s", diff)
	}
}
