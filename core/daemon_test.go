package core

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// folder is a data folder with a short path, for sockets live in it, and a configuration.
func folder(t *testing.T, more string) (data, file string) {
	t.Helper()
	data, err := os.MkdirTemp("", "core")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(data); err != nil {
			t.Error(err)
		}
	})
	file = filepath.Join(t.TempDir(), "config.hcl")
	write(t, file, fmt.Sprintf("data = %q\nserver { listen = \"127.0.0.1:0\" }\n%s", data, more))
	return data, file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// running is a daemon under way.
type running struct {
	*Daemon
	Started
	stop func() // stops it and waits
}

func start(t *testing.T, file string) running {
	t.Helper()
	begun := make(chan Started, 1)
	d, ds, err := New(t.Context(), Options{Config: file, Started: func(s Started) { begun <- s }})
	if err != nil || ds.HasErrors() {
		t.Fatalf("%v, %v", err, ds)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	r := running{Daemon: d}
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	}
	t.Cleanup(r.stop)
	select {
	case r.Started = <-begun:
	case err := <-ended:
		t.Fatalf("it did not start: %v", err)
	}
	return r
}

// place puts a film's file in the library.
func place(t *testing.T, d *db.DB, name string) (id int64) {
	t.Helper()
	ctx := t.Context()
	err := d.Tx(ctx, func(tx *db.Tx) error {
		hash := strings.Repeat("ab", 20)
		ids, err := tx.SaveReleases(ctx, "s", []db.Found{{Release: sdk.Release{Hash: hash, Name: name}}})
		if err != nil {
			return err
		}
		if id, err = tx.PutFile(ctx, db.File{Release: ids[0], Hash: hash, Path: name, Size: 1000}); err != nil {
			return err
		}
		_, err = tx.Place(ctx, "movies", name, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// goroutines of ours and of what we use, by their stacks.
func goroutines() []string {
	buf := make([]byte, 4<<20)
	var left []string
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")[1:] {
		if strings.Contains(g, "millrace/") && !strings.Contains(g, "testing.tRunner") || strings.Contains(g, "riverqueue") || strings.Contains(g, "net/http.(*persistConn)") {
			left = append(left, g)
		}
	}
	return left
}

// It is not parallel: it counts goroutines.
func TestTwoDaemonsLiveInOneProcessAndLeaveNothingBehind(t *testing.T) {
	_, one := folder(t, "")
	_, two := folder(t, "")
	a, b := start(t, one), start(t, two)
	for _, r := range []running{a, b} {
		conn, err := net.Dial("tcp", r.Address)
		if err != nil {
			t.Fatal(err)
		}
		// A stream that is open does not hold up the end.
		fmt.Fprintf(conn, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
		defer conn.Close()
	}
	begin := time.Now()
	a.stop()
	b.stop()
	if took := time.Since(begin); took > 2*stopWithin {
		t.Errorf("stopping took %s", took)
	}
	deadline := time.Now().Add(10 * time.Second)
	for len(goroutines()) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("left behind:\n%s", strings.Join(goroutines(), "\n\n"))
		}
		timer := time.NewTimer(10 * time.Millisecond)
		<-timer.C
	}
}

func TestASecondDaemonLeavesTheFirstAlone(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "")
	first := start(t, file)
	if _, _, err := New(t.Context(), Options{Config: file}); !errors.Is(err, errRunning) {
		t.Errorf("got %v", err)
	}
	if !answers(first.Socket) {
		t.Error("the first does not answer any more")
	}
	if err := Restore(t.Context(), first.cfg.Load(), "none.zip"); !errors.Is(err, errRunning) {
		t.Errorf("restoring under it: %v", err)
	}
}

func TestSecretsAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	data, file := folder(t, "")
	r := start(t, file)
	for _, path := range []string{filepath.Join(data, secretName), r.Socket} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, st.Mode(), err)
		}
	}
	r.stop()
	write(t, filepath.Join(data, secretName), "short")
	if _, _, err := New(t.Context(), Options{Config: file}); err == nil || !strings.Contains(err.Error(), "secret") {
		t.Errorf("a damaged secret: %v", err)
	}
}

func TestARestartKeepsInodesAndTimes(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "")
	first := start(t, file)
	place(t, first.db, "movies/a.mkv")
	first.stop()
	second := start(t, file)
	before, err := second.mount.Tree().Walk("movies/a.mkv")
	if err != nil {
		t.Fatal(err)
	}
	second.stop()
	third := start(t, file)
	after, err := third.mount.Tree().Walk("movies/a.mkv")
	if err != nil || before.Inode != after.Inode || !before.Mtime.Equal(after.Mtime) {
		t.Errorf("before %+v, after %+v, %v", before, after, err)
	}
}

func TestABackupBringsTheLibraryBack(t *testing.T) {
	t.Parallel()
	data, file := folder(t, "")
	r := start(t, file)
	place(t, r.db, "movies/a.mkv")
	path, err := r.Backup(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	if _, err := r.Backup(t.Context(), path); err == nil {
		t.Error("a file was overwritten")
	}
	c := r.cfg.Load()
	r.stop()
	secret, err := os.ReadFile(filepath.Join(data, secretName))
	if err != nil {
		t.Fatal(err)
	}
	// A library that cannot even be opened must not keep itself from being restored.
	write(t, filepath.Join(data, sqliteName), "damaged")
	write(t, filepath.Join(data, secretName), "damaged")
	if err := Restore(t.Context(), c, path); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{sqliteName, secretName} {
		if b, err := os.ReadFile(filepath.Join(data, name+kept)); err != nil || string(b) != "damaged" {
			t.Errorf("%s was not kept: %q, %v", name, b, err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(data, secretName)); err != nil || string(b) != string(secret) {
		t.Errorf("the secret is another: %v", err)
	}
	again := start(t, file)
	if _, err := again.mount.Tree().Walk("movies/a.mkv"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoBackupOfThisLibraryIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"a page": "<html>", "an empty archive": "", "of PostgreSQL": `{"database":"postgres"}`, "without a library": `{"database":"sqlite"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			write(t, filepath.Join(data, sqliteName), "mine")
			from := filepath.Join(t.TempDir(), "b.zip")
			f, err := os.Create(from)
			if err != nil {
				t.Fatal(err)
			}
			if name == "a page" {
				_, err = f.WriteString(text)
			} else {
				z := zip.NewWriter(f)
				if text != "" {
					w, werr := z.Create(manifestName)
					if werr != nil {
						t.Fatal(werr)
					}
					_, err = w.Write([]byte(text))
				}
				err = errors.Join(err, z.Close())
			}
			if err := errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
			if err := Restore(t.Context(), &config.Config{Data: data}, from); err == nil {
				t.Error("it was taken")
			}
			if b, err := os.ReadFile(filepath.Join(data, sqliteName)); err != nil || string(b) != "mine" {
				t.Errorf("what was there is gone: %q, %v", b, err)
			}
		})
	}
}

func TestAReloadKeepsTheOldConfigurationOnAMistake(t *testing.T) {
	t.Parallel()
	data, file := folder(t, "")
	r := start(t, file)
	old := r.cfg.Load()
	write(t, file, "data = ")
	if ds, err := r.Reload(t.Context()); err != nil || !ds.HasErrors() || r.cfg.Load() != old {
		t.Errorf("got %v, %v", ds, err)
	}
	write(t, file, fmt.Sprintf("data = %q\nserver { listen = \"127.0.0.1:1\" }\nlog { level = \"debug\" }", filepath.Join(data, "elsewhere")))
	if ds, err := r.Reload(t.Context()); err != nil || ds.HasErrors() {
		t.Fatalf("got %v, %v", ds, err)
	}
	c := r.cfg.Load()
	if c.Log.Level != "debug" || c.Data != data || c.Server.Listen != "127.0.0.1:0" {
		t.Errorf("what takes effect at the next start alone is in force: %+v", c)
	}
	if _, err := r.Backup(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

func TestSettingsOfTheStartAreToldWhenTheyChange(t *testing.T) {
	t.Parallel()
	old := &config.Config{Data: "a"}
	c := &config.Config{Data: "b", Database: config.Database{URL: sdk.NewSecret("x")}, Plugins: config.Plugins{Dirs: []string{"p"}}}
	if d := cmp.Diff([]string{"data", "database.url", "plugins.dir"}, keepFixed(old, c)); d != "" {
		t.Error(d)
	}
	if got := keepFixed(old, c); got != nil {
		t.Errorf("it was not put back: %v", got)
	}
}

func TestMetricsAreWellNamed(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "")
	r := start(t, file)
	families, err := r.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestADoctorHasARemedyForEverything(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "")
	r := start(t, file)
	ill := 0
	for _, c := range r.Doctor(t.Context()) {
		if !c.OK {
			ill++
		}
		if c.Name == "" || c.Text == "" || (!c.OK || c.Warn) && c.Remedy == "" {
			t.Errorf("got %+v", c)
		}
	}
	if ill < 3 {
		t.Errorf("%d checks failed of a daemon without any plugin", ill)
	}
	resp, err := http.Get("http://" + r.Address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}
