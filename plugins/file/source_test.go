package file

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

// setup gives a source of a watchlist that is not there yet, and what it logs.
func setup(t *testing.T) (*Source, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	env := sdk.Env{Log: slog.New(slog.NewTextHandler(log, nil))}
	s, err := New(t.Context(), env, Settings{Path: filepath.Join(t.TempDir(), "watchlist.txt")})
	if err != nil {
		t.Fatal(err)
	}
	s.settle = 0
	return s, log
}

func write(t *testing.T, s *Source, text string) {
	t.Helper()
	if err := os.WriteFile(s.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, s *Source) []string {
	t.Helper()
	var names []string
	err := s.List(t.Context(), func(rs ...sdk.Request) error {
		for _, r := range rs {
			names = append(names, r.Name+r.IDs.String())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestListReadsTheFile(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"an empty file has no wishes":      {"", nil},
		"line ends of Windows are fine":    {"Sintel\r\ntt0133093\r\n", []string{"Sintel", "tt0133093"}},
		"line ends of old Macs are fine":   {"Sintel\rtt0133093\r", []string{"Sintel", "tt0133093"}},
		"a byte order mark is no title":    {"\ufefftt0133093\n", []string{"tt0133093"}},
		"the last line needs no end":       {"Sintel\ntt0133093", []string{"Sintel", "tt0133093"}},
		"comments and blanks are skipped":  {"# films\n\n  # more\nSintel\n", []string{"Sintel"}},
		"a bad line does not stop others":  {"Sintel\ntmdb:603\ntt0133093\n", []string{"Sintel", "tt0133093"}},
		"a wish that is twice comes once":  {"tt0133093\nimdb:tt0133093\n", []string{"tt0133093"}},
		"bytes of another code are a line": {"Sintel\nCaf\xe9\ntt0133093", []string{"Sintel", "tt0133093"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := setup(t)
			write(t, s, tc.text)
			if diff := cmp.Diff(list(t, s), tc.want); diff != "" {
				t.Errorf("List (-got +want):\n%s", diff)
			}
		})
	}
}

func TestListSeesEdits(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	write(t, s, "Sintel\n")
	if diff := cmp.Diff(list(t, s), []string{"Sintel"}); diff != "" {
		t.Error(diff)
	}
	fresh := s.path + ".new" // an editor that saves atomically
	if err := os.WriteFile(fresh, []byte("Sintel\ntt0133093\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, s.path); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list(t, s), []string{"Sintel", "tt0133093"}); diff != "" {
		t.Errorf("after an atomic save: %s", diff)
	}
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	if got := list(t, s); got != nil {
		t.Errorf("after removal List = %v, want nothing", got)
	}
}

func TestBadLinesAreToldOnceAndByNumber(t *testing.T) {
	t.Parallel()
	s, log := setup(t)
	write(t, s, "Sintel\ntmdb:603\n")
	list(t, s)
	list(t, s)
	if got := strings.Count(log.String(), "line=2"); got != 1 {
		t.Errorf("line 2 was told %d times, want once:\n%s", got, log)
	}
	write(t, s, "tmdb:603\n")
	list(t, s)
	if !strings.Contains(log.String(), "line=1") {
		t.Errorf("an edit was not told:\n%s", log)
	}
	h, err := s.Check(t.Context())
	if err != nil || len(h.Warnings) != 1 || !strings.HasPrefix(h.Warnings[0], "line 1: ") {
		t.Errorf("Check = %+v, %v; want a warning of line 1", h, err)
	}
}

func TestMissingFileIsEmptyWithAWarning(t *testing.T) {
	t.Parallel()
	s, log := setup(t)
	list(t, s)
	list(t, s)
	if got := strings.Count(log.String(), "level=WARN"); got != 1 {
		t.Errorf("%d warnings, want 1:\n%s", got, log)
	}
	h, err := s.Check(t.Context())
	if err != nil || len(h.Warnings) != 1 {
		t.Errorf("Check = %+v, %v; want one warning", h, err)
	}
}

func TestListRefusesWhatIsNoWatchlist(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func(path string) error{
		"a directory":       func(p string) error { return os.Mkdir(p, 0o700) },
		"a named pipe":      func(p string) error { return syscall.Mkfifo(p, 0o600) },
		"a file of 2 MiB":   func(p string) error { return os.WriteFile(p, make([]byte, 2<<20), 0o600) },
		"a file in UTF-16":  func(p string) error { return os.WriteFile(p, []byte("\xff\xfeS\x00"), 0o600) },
		"a file in UTF-16B": func(p string) error { return os.WriteFile(p, []byte("\xfe\xff\x00S"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := setup(t)
			if err := create(s.path); err != nil {
				t.Fatal(err)
			}
			err := s.List(t.Context(), func(...sdk.Request) error { return nil })
			var e *sdk.Error
			if !errors.As(err, &e) || e.Kind != sdk.Invalid || e.Attribute != "path" {
				t.Errorf("List = %v, want an Invalid error of path", err)
			}
		})
	}
}

func TestListReturnsTheErrorOfYield(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	write(t, s, "Sintel\n")
	stop := errors.New("stop")
	if err := s.List(t.Context(), func(...sdk.Request) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("List = %v, want %v", err, stop)
	}
}

func TestListWaitsForAnEditorToFinish(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	write(t, s, "Sintel\n")
	s.settle = 1 << 40 // not within this test
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.List(ctx, func(...sdk.Request) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("List of a file just written = %v, want it to wait until it is cancelled", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if got := validate(Settings{Path: "/x/watchlist.txt"}); got != nil {
		t.Errorf("an absolute path: %v", got)
	}
	if got := validate(Settings{}); len(got) != 1 || got[0].Warning {
		t.Errorf("no path: %v, want an error", got)
	}
	if got := validate(Settings{Path: "watchlist.txt"}); got != nil {
		t.Errorf("a relative path: %v", got)
	}
}
