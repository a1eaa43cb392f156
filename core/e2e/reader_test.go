package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// Releases that the readers' world has besides the catalog's: a film of a quarter of an hour, whose seeks go far, and a file
// in which every block tells where it belongs.
const (
	longRelease   = "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.265-LONG"
	blocksRelease = "Elephants.Dream.2006.1080p.WEB-DL.DDP5.1.H.265-BLOCKS"
	blocksSize    = 16 << 20
	longSeconds   = 1000
)

// TestRealProgramsReadTheLibrary has the programs that people use read a library, all at once, and compares what they got with
// what they get from the originals.
func TestRealProgramsReadTheLibrary(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	t.Run("at first", func(t *testing.T) {
		for name, reads := range map[string]func(*testing.T, *house){
			"ffprobe finds the same streams":        probes,
			"mediainfo tells the same":              describes,
			"ffmpeg copies the same packets":        remuxes,
			"mpv plays the same from anywhere":      plays,
			"mpv seeks while it plays":              seeks,
			"mpv streams over HTTP":                 streams,
			"cp copies the whole tree":              copies,
			"rclone copies the mount":               rcloneCopies,
			"rclone copies over WebDAV":             rcloneDownloads,
			"davfs2 mounts WebDAV":                  davfsReads,
			"fio finds each block where it belongs": fioReads,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				reads(t, h)
			})
		}
	})
	h.readsAgain(t)
}

// house is a library that is there, and a folder with the same files under the same names.
type house struct {
	*scene
	d         *daemon
	originals string
	films     []string // what of it can be played
}

const housePassword = "the password of the house"

// newHouse makes a library of which most lies at the debrid service and one film in the swarm.
func newHouse(t *testing.T) *house {
	t.Helper()
	s := setup(t, world.Options{Extra: []world.Extra{
		{Release: longRelease, IMDb: world.BigBuckBunny, File: longFilm(t)},
		{Release: blocksRelease, IMDb: world.ElephantsDream, File: blocks(t)},
	}})
	h := &house{scene: s, d: s.daemon("a", append(s.usual(), bittorrent())...), originals: s.path("originals")}
	sintel := "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL"
	if err := s.world.SetDebrid(s.release(sintel).Hash, world.Infringing); err != nil {
		t.Fatal(err)
	}
	h.original(bunnyPath, longRelease, longRelease+".mkv")
	h.original(elephantsPath, blocksRelease, blocksRelease+".mkv")
	h.original(sintelPath, sintel, sintelFile)
	h.original(tearsPath, "Tears.of.Steel.2012.1080p.WEB-DL.DDP5.1.H.264-MILL", tearsFile)
	h.films = []string{bunnyPath, sintelPath, tearsPath}
	for path, file := range episodes(1, 1, 2, 3, 4) {
		h.original(path, "The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL", file)
		h.films = append(h.films, path)
	}
	h.d.env = []string{"MILLRACE_SERVER__PASSWORD=" + housePassword}
	h.d.run()
	h.d.ready()
	h.fill(world.BigBuckBunny, world.ElephantsDream, world.Sintel, world.TearsOfSteel)
	return h
}

// fill asks for films, and the first season, and waits for them.
func (h *house) fill(films ...string) {
	h.t.Helper()
	for _, imdb := range films {
		h.want(imdb)
	}
	h.want(world.MillOnTheRace, 1)
	h.d.waitTree(append(h.films, elephantsPath)...)
	if given := h.given("Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL"); given == 0 {
		h.t.Error("nothing of Sintel came through the swarm")
	}
}

// given is how much the seeder gave of a release.
func (h *house) given(release string) int64 {
	for _, s := range h.world.Seeds() {
		if s.Name == release {
			return s.UploadedBytes
		}
	}
	return 0
}

// original writes a file as it ought to be read.
func (h *house) original(path, release, file string) {
	h.t.Helper()
	to := filepath.Join(h.originals, path)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(to, h.bytesOf(release, file), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// longFilm is the sandbox's clip, played a hundred times.
func longFilm(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "long.mkv")
	run(t, "../../examples/sandbox/world/media", "ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "99", "-i", "clip.mkv", "-map", "0", "-c", "copy", to)
	return to
}

// blocks is a file of fio's, in which each block of 4 KiB has its place and its checksum.
func blocks(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	run(t, dir, "fio", "--name=write", "--filename=blocks.mkv", fmt.Sprint("--size=", blocksSize), "--rw=write", "--bs=4k", "--verify=crc32c", "--do_verify=0", "--verify_state_save=0")
	return filepath.Join(dir, "blocks.mkv")
}

// tool finds a program. Where it is missing the test is skipped, unless MILLRACE_REQUIRE_TOOLS is 1.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("MILLRACE_REQUIRE_TOOLS") == "1":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return path
}

// run runs a program in a folder and gives what it printed.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	return runWith(t, "", dir, name, args...)
}

// runWith gives the program something on its standard input.
func runWith(t *testing.T, input, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, tool(t, name), args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, bytes.NewBufferString(input), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, errs.Bytes(), out.Bytes())
	}
	return out.String()
}

// readsAgain reads every file whole, past the kernel's memory, and nobody is asked for a byte.
func (h *house) readsAgain(t *testing.T) {
	t.Helper()
	h.wait("every program to have closed its files", func() bool { return len(h.streams(t)) == 0 })
	h.world.ForgetCalls()
	given := h.given("Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL")
	for _, path := range append(h.films, elephantsPath) {
		h.readsFromCache(t, path)
	}
	if calls := h.world.Calls("cdn"); len(calls) > 0 {
		t.Errorf("the CDN was asked for what had been read: %+v", calls)
	}
	if now := h.given("Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL"); now != given {
		t.Errorf("the seeder gave %d bytes of what had been read", now-given)
	}
	h.readsByTheKernel(t)
}

// readsByTheKernel waits until a file that was read whole is opened such that the kernel reads it by itself, and compares it once
// more. Any will do: where the disk is too slow, the cache does without a piece rather than have readers wait. Where none can be
// read so, the daemon has to say why.
func (h *house) readsByTheKernel(t *testing.T) {
	t.Helper()
	h.wait("the kernel to read a cached file by itself, or the daemon to say why not", func() bool {
		if line, ok := h.d.log.find("not by the kernel itself"); ok {
			t.Log(line)
			return true
		}
		return slices.ContainsFunc(h.films, func(path string) bool { return h.passedThrough(t, path) })
	})
}

// passedThrough reads a file where the kernel does so by itself, which it does once the file was verified in the background.
func (h *house) passedThrough(t *testing.T, path string) bool {
	t.Helper()
	f, err := os.Open(filepath.Join(h.d.mount(), path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !slices.ContainsFunc(h.streams(t), func(s web.Stream) bool { return s.Path == path && s.Mode == "passthrough" }) {
		return false
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, h.read(t, path)) {
		t.Errorf("%s differs from the original when the kernel reads it by itself, or fails: %v", path, err)
	}
	return true
}

// read gives the original of a file.
func (h *house) read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(h.originals, path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (h *house) streams(t *testing.T) []web.Stream {
	t.Helper()
	var page web.StreamPage
	h.d.must(http.MethodGet, "/streams", &page)
	return page.Streams
}

// readsFromCache reads a file past the kernel's memory.
func (h *house) readsFromCache(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(h.d.mount(), path), os.O_RDONLY|syscall.O_DIRECT, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := readDirect(t, f); !bytes.Equal(got, h.read(t, path)) {
		t.Errorf("%s differs from the original when it is read again", path)
	}
	for _, s := range h.streams(t) {
		if s.Network > 0 {
			t.Errorf("%d bytes of %s came from a provider though it had been read whole", s.Network, s.Path)
		}
	}
}

// readDirect reads a file to its end into memory that lies as O_DIRECT wants it.
func readDirect(t *testing.T, f *os.File) (all []byte) {
	t.Helper()
	const align, size = 4096, 1 << 20
	buf := make([]byte, size+align)
	buf = buf[align-int(uintptr(unsafe.Pointer(&buf[0]))%align):][:size]
	for {
		n, err := f.Read(buf)
		all = append(all, buf[:n]...)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("read %s: %v", f.Name(), err)
		}
	}
}
