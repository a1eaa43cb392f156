package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/sdk/sdktest"
	"github.com/millrace-media/millrace/sdk/serve"
)

func TestChooseFollowsTheName(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		paths []string
		want  string
	}{
		"under which it was started":          {[]string{"/opt/millrace/millrace-plugin-plex", "/opt/millrace/plugins"}, "plex"},
		"without a folder":                    {[]string{"millrace-plugin-file", ""}, "file"},
		"of its file, when started by number": {[]string{"/proc/self/fd/7", "/opt/millrace-plugin-torznab"}, "torznab"},
		"of its file, when called otherwise":  {[]string{"millrace-plugin-nothing", "/opt/millrace-plugin-torznab"}, "torznab"},
	} {
		if p, ok := choose(tc.paths...); !ok || p.Name != tc.want {
			t.Errorf("%s: %q, %v; want %q", name, p.Name, ok, tc.want)
		}
	}
	for _, path := range []string{"plugins", "", "millrace-plugin-", "millrace-plugin-nothing", "plex"} {
		if p, ok := choose(path); ok {
			t.Errorf("%q is the plugin %q, want none", path, p.Name)
		}
	}
}

func TestEveryPluginIsInOrder(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range all() {
		names = append(names, p.Name)
		if err := serve.Check(p); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != len(all()) {
		t.Errorf("the names %v are not sorted and once each", names)
	}
}

// build makes the binary and links it under a name.
func build(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "plugins"), ".").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return folder
}

// The kit holds the file's name and what it says of itself together.
func TestTheBinaryIsThePluginOfItsName(t *testing.T) {
	t.Parallel()
	folder := build(t)
	for _, p := range all() {
		link := filepath.Join(folder, prefix+p.Name)
		if err := os.Link(filepath.Join(folder, "plugins"), link); err != nil {
			t.Fatal(err)
		}
		t.Run(p.Name, func(t *testing.T) { sdktest.Binary(t, link) })
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), filepath.Join(folder, "plugins"))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err == nil || stdout.Len() > 0 || !strings.Contains(stderr.String(), prefix+"plex") {
		t.Errorf("under no name: %v, stdout %q, stderr %q; want a list of names", err, &stdout, &stderr)
	}
}
