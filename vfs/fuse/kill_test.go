//go:build linux

package fuse_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// victimEnv holds what the test binary mounts, to be killed or until its input ends.
const victimEnv = "MILLRACE_FUSE_TEST_VICTIM"

// victim is a process that mounts the files of every world, over links.
type victim struct {
	Dir, Cache string // Cache is empty for none
	Links      vfstest.Links
	Passed     bool // wholly cached files may be passed through
}

// liveAsVictim is the main program of a victim.
func liveAsVictim(spec string) {
	var v victim
	err := json.Unmarshal([]byte(spec), &v)
	if err == nil {
		err = v.live()
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (v victim) live() error {
	tree, err := vfstest.Plant(vfstest.Files())
	if err != nil {
		return err
	}
	fsys, err := vfs.New(tree, v.Links, vfs.Options{
		ReadTimeout: 5 * time.Second,
		Cache: chunk.Options{
			Dir: v.Cache, MaxBytes: v.room(), KeepFree: -1, ChunkSize: 16 << 10, Memory: 1 << 20,
			Stall: time.Second, Backoff: time.Millisecond, SyncEvery: 5 * time.Millisecond, DiskWait: time.Minute,
		},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- fsys.Run(ctx) }()
	m, err := fuse.New(fsys, v.Dir, fuse.Options{NoPassthrough: !v.Passed})
	if err != nil {
		cancel()
		return errors.Join(err, <-done)
	}
	fmt.Println("mounted")
	go tellPassed(ctx, fsys)
	io.Copy(io.Discard, os.Stdin) // until it ends
	err = m.Unmount(context.Background())
	cancel()
	return errors.Join(err, <-done)
}

// room is less than the files have, so that some are taken away for others; but none is whole for long then.
func (v victim) room() int64 {
	if v.Passed {
		return 64 << 20
	}
	return 6 << 20
}

// tellPassed tells of the first file that the kernel reads by itself.
func tellPassed(ctx context.Context, fsys *vfs.FS) {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if slices.ContainsFunc(fsys.Streams(), func(s vfs.Stream) bool { return s.Passthrough }) {
			fmt.Println("passed through")
			return
		}
	}
}

// ground is where victims are killed: what they leave is what the next one finds.
type ground struct {
	t      *testing.T
	v      victim
	server *vfstest.Server
	seed   uint64
	rnd    *rand.Rand
	log    []string // what was done, told when the test fails
	passed int      // how many victims had the kernel read a file by itself
}

func newGround(t *testing.T, cached, passed bool) *ground {
	t.Helper()
	requireFUSE(t)
	if passed {
		requirePassthrough(t)
	}
	g := &ground{t: t, server: vfstest.NewServer(t), seed: vfstest.Seed(t)}
	g.rnd = rand.New(rand.NewPCG(g.seed, 0))
	g.v = victim{Dir: t.TempDir(), Links: vfstest.Links{}, Passed: passed}
	if cached {
		g.v.Cache = t.TempDir()
	}
	for _, f := range vfstest.Files() {
		g.v.Links[f.ContentID] = g.server.URL(f.ContentID, f.Size, "")
	}
	t.Cleanup(func() {
		for unix.Unmount(g.v.Dir, unix.MNT_DETACH) == nil { // a test that failed leaves one
		}
		if t.Failed() {
			t.Logf("what was done: %q", g.log)
		}
	})
	return g
}

// start starts a victim. It is the caller's to kill or to end.
func (g *ground) start() *child {
	g.t.Helper()
	spec, err := json.Marshal(g.v)
	if err != nil {
		g.t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		g.t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), victimEnv+"="+string(spec))
	cmd.Stderr = os.Stderr
	c := run(g.t, cmd)
	c.expect(g.t, "mounted")
	return c
}

// troubled has the server answer some requests late, cut, or with a connection that breaks.
func troubled(a vfstest.Ask) vfstest.Reply {
	aligned := a.Off%1024 == 0 // else it goes on where one was cut: let it
	switch {
	case a.N%7 == 0 && aligned:
		return vfstest.Reply{Cut: true, After: a.Len / 2}
	case a.N%11 == 0 && aligned:
		return vfstest.Reply{Reset: true, After: a.Len / 3}
	case a.N%5 == 0:
		return vfstest.Reply{Delay: 3 * time.Millisecond}
	default:
		return vfstest.Reply{}
	}
}

// die kills a victim while a storm of reads is upon it. The storm goes on after that, and must end: with bytes that are
// right, or with errors.
func (g *ground) die(c *child, r vfstest.Holder) vfstest.Toll {
	g.t.Helper()
	until := make(chan struct{})
	toll := make(chan vfstest.Toll, 1)
	storm := vfstest.Storm{Seed: g.rnd.Uint64(), Reads: 1 << 20, Allow: lostMount, Until: until}
	go func() { toll <- storm.Run(g.t, r) }()
	life := time.Duration(5+g.rnd.IntN(150)) * time.Millisecond
	g.log = append(g.log, fmt.Sprintf("killed after %s", life))
	after(life)
	_ = c.cmd.Process.Kill() // it was running
	_ = c.cmd.Wait()         // it was killed
	after(time.Duration(g.rnd.IntN(20)) * time.Millisecond)
	close(until)
	return <-toll
}

// after waits, so that a kill comes at a moment that has nothing to do with what is going on.
func after(d time.Duration) { <-time.After(d) }

// lostMount says whether an error may come from a mount whose process was killed, and from the empty folder below it.
func lostMount(err error) bool {
	for _, want := range []error{vfs.ErrBroken, vfs.ErrNotExist, syscall.ENOTCONN, syscall.ECONNABORTED, syscall.EINTR} {
		if errors.Is(err, want) {
			return true
		}
	}
	return false
}

// harm damages what the last victim left, or does not.
func (g *ground) harm() {
	if g.v.Cache == "" {
		return
	}
	harms, _ := vfstest.Harms()
	for range g.rnd.IntN(8) {
		g.log = append(g.log, vfstest.Damage(g.rnd, g.v.Cache, harms))
	}
}

// survives kills so many victims and then has one read everything.
func (g *ground) survives(kills int) {
	g.t.Helper()
	g.server.Script(troubled)
	r := vfstest.Process(g.t, g.v.Dir)
	var good int64
	for i := 0; i < kills && !g.t.Failed(); i++ {
		c := g.start()
		if g.v.Passed && i%2 == 0 {
			g.warm(c, r)
		}
		relic := g.keep(r)
		good += g.die(c, vfstest.Holding(r)).Good
		g.harm()
		defer g.reread(relic)
	}
	if good == 0 {
		g.t.Error("not one read of the living brought bytes")
	}
	if g.v.Passed && g.passed == 0 {
		g.t.Error("the kernel read no file by itself")
	}
	g.server.Script(nil)
	c := g.start()
	vfstest.ReadWhole(g.t, r)
	vfstest.Storm{Seed: g.rnd.Uint64()}.Run(g.t, vfstest.Holding(r))
	c.in.Close()
	if err := c.cmd.Wait(); err != nil {
		g.t.Errorf("the last process: %v", err)
	}
	if mounted(g.t, g.v.Dir) {
		g.t.Error("it is still mounted")
	}
}

// warm reads every file until the kernel reads one by itself. While somebody has a file open its way is not changed, so
// this would not come in a storm that has just begun. A busy machine may take too long to verify a file: that is no
// fault of a single victim, if another has shown that it comes to that.
func (g *ground) warm(c *child, r vfstest.Reader) {
	g.t.Helper()
	vfstest.ReadWhole(g.t, r)
	told := make(chan bool, 1)
	go func() { told <- c.out.Scan() && c.out.Text() == "passed through" }()
	patience := 30 * time.Second
	if g.passed > 0 {
		patience = 3 * time.Second
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		h, err := vfstest.Holding(r).Hold(vfstest.Files()[2].Path, vfstest.Pread)
		if err != nil {
			g.t.Errorf("open a file of a living mount: %v", err)
			return
		}
		select {
		case ok := <-told:
			h.Close()
			if ok {
				g.passed++
				g.log = append(g.log, "passed through")
			}
			return
		case <-time.After(20 * time.Millisecond):
			h.Close()
		}
	}
}

// keep opens a file that stays open when the process behind it is killed, or returns nil.
func (g *ground) keep(r vfstest.Reader) vfstest.Held {
	h, err := vfstest.Holding(r).Hold(vfstest.Files()[0].Path, vfstest.Pread)
	if err != nil {
		g.t.Errorf("open a file of a new mount: %v", err)
		return nil
	}
	return h
}

// reread reads a file whose process was killed long ago: what comes is an error, and comes at once.
func (g *ground) reread(relic vfstest.Held) {
	if relic == nil {
		return
	}
	defer relic.Close()
	if _, err := relic.ReadAt(0, 1000); err != nil && !lostMount(err) {
		g.t.Errorf("read from a file whose process was killed: %v", err)
	}
}

// killModes are the ways in which bytes reach a reader of a mount.
var killModes = []struct {
	name           string
	cached, passed bool
}{
	{"in memory", false, false},
	{"with a disk cache", true, false},
	{"passed through", true, true},
}

func TestNothingWrongIsReadAfterAKill(t *testing.T) {
	t.Parallel()
	for _, m := range killModes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			newGround(t, m.cached, m.passed).survives(3)
		})
	}
}

// TestAReaderIsKilled has readers die while they wait for bytes. What was fetched for them is given up, and their files
// are closed.
func TestAReaderIsKilled(t *testing.T) {
	t.Parallel()
	readersDie(t, 4)
}

func readersDie(t *testing.T, times int) {
	t.Helper()
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{
		Dir: filepath.Join(t.TempDir(), "cache"), KeepFree: -1, ChunkSize: 16 << 10, Memory: 1 << 20, Backoff: time.Millisecond,
	}})
	m := mount(t, w.FS)
	rnd := rand.New(rand.NewPCG(vfstest.Seed(t), 0))
	for range times {
		w.Origin.Script(func(r vfstest.Request) vfstest.Fault {
			return vfstest.Fault{Hang: r.N%4 == 0, Stall: r.N%4 == 1, CutAfter: 1000, Delay: time.Millisecond}
		})
		r := vfstest.Process(t, m.Dir())
		done := make(chan vfstest.Toll, 1)
		seed := rnd.Uint64()
		go func() {
			done <- vfstest.Storm{Seed: seed, Allow: func(err error) bool { return !errors.Is(err, vfstest.ErrHang) }}.Run(t, vfstest.Holding(r))
		}()
		after(time.Duration(5+rnd.IntN(100)) * time.Millisecond)
		vfstest.Kill(t, r)
		<-done
		vfstest.Eventually(t, "its files are closed", func() bool { return len(w.FS.Streams()) == 0 })
		vfstest.Eventually(t, "nothing is fetched for it", func() bool { return w.Origin.Open() == 0 })
		w.Origin.Script(nil)
		vfstest.ReadWhole(t, vfstest.Process(t, m.Dir()))
	}
}
