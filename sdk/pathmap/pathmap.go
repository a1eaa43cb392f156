// Package pathmap turns paths of the daemon's machine into what another program calls the same files: a media server in
// a container, on another machine, or on Windows. It knows no file system; paths are text.
package pathmap

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// Map is a plugin's setting `path_map`, ready to use. The zero value leaves every path as it is.
type Map struct {
	pairs []pair // the longest folder first
}

type pair struct{ from, to string }

// New makes a map of pairs of folders: here, and there.
func New(setting map[string]string) Map {
	var m Map
	for from, to := range setting {
		m.pairs = append(m.pairs, pair{path.Clean(from), to})
	}
	slices.SortFunc(m.pairs, func(a, b pair) int { return len(b.from) - len(a.from) })
	return m
}

// Validate is what is wrong with the setting, under the attribute's name.
func Validate(attribute string, setting map[string]string) []sdk.Diagnostic {
	var out []sdk.Diagnostic
	for _, from := range slices.Sorted(maps.Keys(setting)) {
		if !path.IsAbs(from) || setting[from] == "" {
			out = append(out, sdk.Diagnostic{
				Attribute: attribute, Summary: "A line of " + attribute + " is not a pair of folders.",
				Detail: `Write absolute folders, as { "/mnt/millrace" = "/media" }.`,
			})
		}
	}
	return out
}

// There is the other program's name of an absolute path, by the longest folder that holds it. A folder that is written
// with backslashes has them in what is below it too.
func (m Map) There(p string) string {
	p = path.Clean(p)
	for _, x := range m.pairs {
		rest, ok := strings.CutPrefix(p, strings.TrimSuffix(x.from, "/"))
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		if Windows(x.to) {
			rest = strings.ReplaceAll(rest, "/", `\`)
		}
		if whole := strings.TrimRight(x.to, `/\`) + rest; whole != "" {
			return whole
		}
		return "/"
	}
	return p
}

// Windows reports whether a path is written as on Windows.
func Windows(p string) bool { return strings.Contains(p, `\`) && !strings.Contains(p, "/") }
