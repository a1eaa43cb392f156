package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"

	"github.com/millrace-media/millrace/sdk"
)

// Summaries of HCL's that are told from others: a mistake that does not keep the rest from being read, and one that does.
const (
	redefined = "Attribute redefined"
	unclosed  = "Invalid multi-line string"
)

// maxFile bounds one file of configuration, in bytes.
const maxFile = 1 << 20

// source is the files of a configuration and what must not be shown of them.
type source struct {
	base   string // folder that relative paths are relative to; absolute
	files  map[string]*hcl.File
	broken map[string]bool // files that cannot be read or parsed: nothing is known of their secrets
	mask   mask
}

// open reads and parses the files at path and merges them.
func (s *source) open(path string, report func(problem)) hcl.Body {
	names, err := s.names(path)
	if err != nil {
		s.broken[path] = true
		report(problem{summary: "The configuration cannot be read", detail: err.Error()})
		return hcl.EmptyBody()
	}
	var files []*hcl.File
	for _, name := range names {
		if f := s.parse(name, report); f != nil {
			files = append(files, f)
		}
	}
	return hcl.MergeFiles(files)
}

// names lists the files at path in a fixed order and sets the base.
func (s *source) names(path string) ([]string, error) {
	base, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	s.base = base
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, sayWhy(path, err)
	}
	if !info.IsDir() {
		s.base = filepath.Dir(base)
		return []string{path}, nil
	}
	return folder(path)
}

// folder lists the configuration files of a folder. What begins with a dot is not ours.
func folder(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, sayWhy(path, err)
	}
	var names []string
	for _, e := range entries {
		ours := strings.HasSuffix(e.Name(), ".hcl") || strings.HasSuffix(e.Name(), ".hcl.json")
		if ours && !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	if names == nil {
		return nil, &fileError{path, "has no *.hcl and no *.hcl.json file in it."}
	}
	slices.Sort(names)
	return names, nil
}

func isJSON(name string) bool { return strings.HasSuffix(name, ".json") }

func (s *source) parse(name string, report func(problem)) *hcl.File {
	src, err := readFile(name, maxFile)
	if err != nil {
		s.broken[name] = true
		report(problem{summary: "The configuration cannot be read", detail: err.Error()})
		return nil
	}
	f, diags := parseFile(src, name)
	s.files[name] = f
	if f == nil {
		s.files[name] = &hcl.File{Bytes: src}
	}
	for _, diag := range diags {
		if diag.Summary != redefined {
			s.broken[name] = true
		}
		report(syntaxProblem(diag, src))
		if diag.Summary == unclosed {
			break // whatever follows was read as if it stood in quotes
		}
	}
	return f
}

func parseFile(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if isJSON(name) {
		return hcljson.Parse(src, name)
	}
	return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
}

// readFile reads a file of at most limit bytes. Its errors are sentences for the user.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, sayWhy(name, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &fileError{name, "is a folder."}
	}
	src, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, sayWhy(name, err)
	case int64(len(src)) > limit:
		return nil, &fileError{name, fmt.Sprintf("has more than the %s that are read.", sdk.Size(limit))}
	}
	return src, nil
}

// fileError is a sentence about a file.
type fileError struct{ path, text string }

func (e *fileError) Error() string { return e.path + " " + e.text }

func sayWhy(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &fileError{path, "does not exist."}
	case errors.Is(err, fs.ErrPermission):
		return &fileError{path, "may not be read by this user."}
	}
	return fmt.Errorf("read %s: %w", path, err)
}

// abs is a path of the configuration made absolute; an empty one stays empty.
func (s *source) abs(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.base, path)
}
