//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets the test's own program be the origin, the mount and the readers, as the real one is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		if err := run(context.Background(), os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestARunMeasuresAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/fuse"); err != nil && os.Getenv("MILLRACE_REQUIRE_FUSE") != "1" {
		t.Skip("no /dev/fuse here")
	}
	dir := t.TempDir()
	figures := filepath.Join(t.TempDir(), "figures.json")
	if err := measureAll(t.Context(), []string{"-quick", "-only", "random,list", "-rclone", "", "-dir", dir, "-json", figures}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(figures)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Lines) != 6 {
		t.Errorf("got %d lines", len(r.Lines))
	}
	random := int64(sizesOf(true).random) * piece
	for _, l := range r.Lines {
		f := l.of("ours")
		switch {
		case f == nil:
			t.Errorf("%s: %s failed: %s", l.Row, l.What, l.Sides[0].Error)
		case len(f.Values) == 0 || f.value() <= 0 || f.Peak == 0:
			t.Errorf("%s: %s measured nothing: %+v", l.Row, l.What, f)
		case l.Row == "random" && (f.Read != random || f.Fetched < random || f.Requests == 0):
			t.Errorf("random: read %d of %d bytes, fetched %d with %d requests", f.Read, random, f.Fetched, f.Requests)
		case l.Row == "list" && (f.Fetched != 0 || f.Requests != 0):
			t.Errorf("%s took %d requests", l.What, f.Requests)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if mounts, err := os.ReadFile("/proc/self/mountinfo"); err != nil || strings.Contains(string(mounts), dir) {
		t.Errorf("a mount was left behind: %v", err)
	}
}

func TestARowThatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	if err := measureAll(t.Context(), []string{"-only", "random,rnd"}); err == nil || !strings.Contains(err.Error(), `"rnd"`) {
		t.Errorf("got %v", err)
	}
}
