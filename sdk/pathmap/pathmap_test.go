package pathmap

import "testing"

func TestThere(t *testing.T) {
	t.Parallel()
	m := New(map[string]string{"/mnt": "/a/", "/mnt/films/": "/b", "/win": `D:\Media\`, "/": "/root"})
	for here, want := range map[string]string{
		"/mnt":             "/a",
		"/mnt/x":           "/a/x",
		"/mnt/films/x.mkv": "/b/x.mkv",
		"/mnt/filmsy/x":    "/a/filmsy/x",
		"/mntx/y":          "/root/mntx/y",
		"/win/A/b.mkv":     `D:\Media\A\b.mkv`,
		"/mnt/../win/x":    `D:\Media\x`,
	} {
		if got := m.There(here); got != want {
			t.Errorf("%s is %s there, want %s", here, got, want)
		}
	}
	if got := (Map{}).There("/x/y"); got != "/x/y" {
		t.Errorf("without a map /x/y is %s", got)
	}
	if got := New(map[string]string{"/mnt": "/"}).There("/mnt"); got != "/" {
		t.Errorf("a map to the root makes it %q", got)
	}
}

func TestValidateNamesTheAttribute(t *testing.T) {
	t.Parallel()
	ds := Validate("path_map", map[string]string{"mnt": "/x", "/ok": "/y", "/z": ""})
	if len(ds) != 2 || ds[0].Attribute != "path_map" || ds[0].Warning {
		t.Errorf("diagnostics = %v, want 2 errors of path_map", ds)
	}
}
