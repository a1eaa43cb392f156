package e2e

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// same has a program look at films, in the mount and among the originals, and compares what it says.
func (h *house) same(t *testing.T, films []string, look func(dir, path string) string) {
	t.Helper()
	for _, path := range films {
		if diff := cmp.Diff(look(h.originals, path), look(h.d.mount(), path)); diff != "" {
			t.Errorf("%s differs (-original +mount):\n%s", path, diff)
		}
	}
}

// sameFile has a program make a file of each film, and compares the two.
func (h *house) sameFile(t *testing.T, films []string, make func(dir, path, to string)) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "out")
	h.same(t, films, func(dir, path string) string {
		make(dir, path, to)
		sum, err := digest(to)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	})
}

func probes(t *testing.T, h *house) {
	h.same(t, h.films, func(dir, path string) string {
		return run(t, dir, "ffprobe", "-v", "error", "-show_format", "-show_streams", "-count_packets", "-of", "json", path)
	})
}

// fileDates are what mediainfo tells of the file itself.
var fileDates = regexp.MustCompile(`"File_[A-Za-z_]*Date[A-Za-z_]*": *"[^"]*",?`)

func describes(t *testing.T, h *house) {
	h.same(t, h.films, func(dir, path string) string {
		return fileDates.ReplaceAllString(run(t, dir, "mediainfo", "--Output=JSON", path), "")
	})
}

func remuxes(t *testing.T, h *house) {
	h.sameFile(t, h.films, func(dir, path, to string) {
		run(t, dir, "ffmpeg", "-v", "error", "-nostdin", "-y", "-i", path, "-map", "0", "-c", "copy", "-fflags", "+bitexact", "-f", "matroska", to)
	})
}

// plays has mpv decode two seconds from several places of the long film, as fast as it can.
func plays(t *testing.T, h *house) {
	for _, start := range []int{0, longSeconds - 20, longSeconds / 2} {
		h.sameFile(t, []string{bunnyPath}, func(dir, path, to string) {
			run(t, dir, "mpv", "--no-config", "--really-quiet", "--no-video", "--vo=null", "--ao=pcm", "--ao-pcm-file="+to,
				fmt.Sprint("--start=", start), fmt.Sprint("--end=", start+2), path)
		})
	}
}

// streams has mpv play the long film over HTTP, from places to which it has to seek. The password is in a file.
func streams(t *testing.T, h *house) {
	config := filepath.Join(t.TempDir(), "mpv.conf")
	secret := base64.StdEncoding.EncodeToString([]byte("anybody:" + housePassword))
	if err := os.WriteFile(config, fmt.Appendf(nil, "http-header-fields=\"Authorization: Basic %s\"\n", secret), 0o600); err != nil {
		t.Fatal(err)
	}
	at := url.URL{Scheme: "http", Host: h.d.address, Path: "/library/" + bunnyPath}
	for _, start := range []int{longSeconds - 20, longSeconds / 2} {
		h.sameFile(t, []string{bunnyPath}, func(dir, path, to string) {
			if dir == h.d.mount() {
				path = at.String()
			}
			run(t, dir, "mpv", "--no-config", "--include="+config, "--really-quiet", "--no-video", "--vo=null", "--ao=pcm", "--ao-pcm-file="+to,
				fmt.Sprint("--start=", start), fmt.Sprint("--end=", start+2), path)
		})
	}
}

// seeks has mpv jump about in the long film, told through its socket.
func seeks(t *testing.T, h *house) {
	dir, err := os.MkdirTemp("", "mpv-") // short: a socket lies in it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "socket")
	cmd := exec.Command(tool(t, "mpv"), "--no-config", "--really-quiet", "--no-video", "--vo=null", "--ao=null", "--pause", "--keep-open=yes", "--idle", "--input-ipc-server="+socket)
	cmd.Dir = h.d.mount()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() }) // which ends the talk below
	defer stop.Stop()
	p := talk(t, socket)
	p.ask("loadfile", bunnyPath)
	p.until("playback-restart")
	for _, to := range []float64{longSeconds - 30, 3, longSeconds / 2, longSeconds - 5, 0, longSeconds / 3} {
		p.ask("seek", to, "absolute+exact")
		p.until("playback-restart")
		if at, ok := p.ask("get_property", "time-pos").(float64); !ok || math.Abs(at-to) > 1 {
			t.Errorf("mpv is at second %v after a seek to %v", at, to)
		}
	}
	p.ask("quit")
	if err := cmd.Wait(); err != nil {
		t.Errorf("mpv ended with %v", err)
	}
}

// player is an mpv that is talked to in its JSON protocol.
type player struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Scanner
	said map[string]int // events that came while an answer was waited for
}

func talk(t *testing.T, socket string) *player {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			t.Cleanup(func() { conn.Close() })
			return &player{t: t, conn: conn, in: bufio.NewScanner(conn), said: map[string]int{}}
		}
		if time.Now().After(deadline) {
			t.Fatalf("mpv does not listen: %v", err)
		}
	}
}

type message struct {
	Event string `json:"event"`
	Error string `json:"error"`
	Data  any    `json:"data"`
}

func (p *player) next() (m message) {
	p.t.Helper()
	if !p.in.Scan() {
		p.t.Fatalf("mpv said no more: %v", p.in.Err())
	}
	if err := json.Unmarshal(p.in.Bytes(), &m); err != nil {
		p.t.Fatal(err)
	}
	return m
}

// until waits for an event.
func (p *player) until(event string) {
	p.t.Helper()
	for p.said[event] == 0 {
		p.said[p.next().Event]++
	}
	p.said[event]--
}

// ask gives a command and returns its answer.
func (p *player) ask(command ...any) any {
	p.t.Helper()
	if err := json.NewEncoder(p.conn).Encode(map[string]any{"command": command}); err != nil {
		p.t.Fatal(err)
	}
	for {
		m := p.next()
		switch {
		case m.Event != "":
			p.said[m.Event]++
		case m.Error != "success":
			p.t.Fatalf("mpv answered %v with %s", command, m.Error)
		default:
			return m.Data
		}
	}
}
