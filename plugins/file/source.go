package file

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/millrace-media/millrace/sdk"
)

// maxSize is how many bytes a watchlist may have.
const maxSize = 1 << 20

// maxWarnings is how many bad lines Check names.
const maxWarnings = 20

// Source reads one watchlist.
type Source struct {
	path   string
	log    *slog.Logger
	settle time.Duration

	mu   sync.Mutex        // guards told
	told [sha256.Size]byte // the content whose bad lines were logged, so that each edit is told once
}

var (
	_ sdk.Source  = (*Source)(nil)
	_ sdk.Checker = (*Source)(nil)
)

// List yields the wishes of the file as it is now. A file that is not there is empty; a line that cannot be understood is
// logged with its number and does not stop the others.
func (s *Source) List(ctx context.Context, yield func(...sdk.Request) error) error {
	text, err := s.read(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		s.tell(nil, "The watchlist is not there; it counts as empty.", nil)
		return nil
	}
	if err != nil {
		return err
	}
	wishes, bad := parse(text)
	s.tell(text, "A line of the watchlist was not understood.", bad)
	if len(wishes) == 0 {
		return nil
	}
	return yield(wishes...)
}

// Check reports a file that cannot be read as an error, and lines that are not understood as warnings.
func (s *Source) Check(ctx context.Context) (sdk.Health, error) {
	text, err := s.read(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return sdk.Health{Warnings: []string{s.path + " is not there; it counts as empty"}}, nil
	}
	if err != nil {
		return sdk.Health{}, err
	}
	wishes, bad := parse(text)
	h := sdk.Health{Message: fmt.Sprintf("%d wishes", len(wishes))}
	for i, b := range bad {
		if i == maxWarnings {
			h.Warnings = append(h.Warnings, fmt.Sprintf("and %d more lines", len(bad)-i))
			break
		}
		h.Warnings = append(h.Warnings, fmt.Sprintf("line %d: %v", b.line, b.err))
	}
	return h, nil
}

// tell logs what is wrong with a content, once for each content.
func (s *Source) tell(text []byte, message string, bad []badLine) {
	sum := sha256.Sum256(append([]byte(message), text...))
	s.mu.Lock()
	known := s.told == sum
	s.told = sum
	s.mu.Unlock()
	if known {
		return
	}
	if text == nil {
		s.log.Warn(message, "path", s.path)
	}
	for _, b := range bad {
		s.log.Warn(message, "path", s.path, "line", b.line, "reason", b.err.Error())
	}
}

// read gives the file's text once nobody has written to it for a moment. Only plain files are opened: opening a named
// pipe would wait for a writer.
func (s *Source) read(ctx context.Context) ([]byte, error) {
	info, err := s.settled(ctx)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, denied(err)
	case err != nil:
		return nil, fmt.Errorf("read the watchlist: %w", err)
	case info.IsDir():
		return nil, s.invalid("%s is a directory: name a text file", s.path)
	case !info.Mode().IsRegular():
		return nil, s.invalid("%s is not a plain file", s.path)
	case info.Size() > maxSize:
		return nil, s.invalid("%s has %d bytes; a watchlist may have %d", s.path, info.Size(), maxSize)
	}
	return s.load()
}

func (s *Source) load() ([]byte, error) {
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, denied(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the watchlist: %w", err)
	}
	defer f.Close() // only read: closing loses nothing
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the watchlist: %w", err)
	case len(text) > maxSize:
		return nil, s.invalid("%s has more than %d bytes", s.path, maxSize)
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, s.invalid("%s is written in UTF-16: save it as UTF-8", s.path)
	}
	return text, nil
}

// settled waits until the file has been left alone for a moment, at most twenty moments, and gives its last state.
func (s *Source) settled(ctx context.Context) (fs.FileInfo, error) {
	for range 20 {
		info, err := os.Stat(s.path)
		if err != nil {
			return nil, err
		}
		age := time.Since(info.ModTime())
		if age >= s.settle || age < 0 {
			return info, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(s.settle - age):
		}
	}
	return os.Stat(s.path)
}

func (s *Source) invalid(format string, args ...any) error {
	return &sdk.Error{Kind: sdk.Invalid, Attribute: "path", Message: fmt.Sprintf(format, args...)}
}

func denied(err error) error {
	return sdk.Errorf(sdk.Denied, "the daemon may not read the watchlist: %w", err)
}

// badLine is a line that was not understood; lines count from 1.
type badLine struct {
	line int
	err  error
}

// parse reads every line. A wish that is written twice is given once.
func parse(text []byte) (wishes []sdk.Request, bad []badLine) {
	seen := map[string]bool{}
	body := strings.TrimPrefix(string(text), "\ufeff")
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body)
	for i, line := range strings.Split(body, "\n") {
		wish, ok, err := ParseLine(line)
		if err != nil {
			bad = append(bad, badLine{i + 1, err})
			continue
		}
		if ok && !seen[wish.Ref] {
			seen[wish.Ref] = true
			wishes = append(wishes, wish)
		}
	}
	return wishes, bad
}

// quoteShort shows a stranger's text in a message: quoted, and not all of a long one.
func quoteShort(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
