package plex

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/pathmap"
)

// scan is a folder to look at, in a section.
type scan struct{ section, folder string }

// Update scans the folders of the changed files, each once, in every section that holds it. What lies in no section is
// told at the end, when the others have been scanned.
func (p *Plex) Update(ctx context.Context, changes []sdk.Change) error {
	if len(changes) == 0 {
		return nil
	}
	sections, err := p.client.sections(ctx)
	if err != nil {
		return fmt.Errorf("list the sections: %w", err)
	}
	done := map[scan]bool{}
	outside := ""
	for _, c := range changes {
		folder := p.paths.There(folderOf(c.Path))
		keys := holding(sections, folder)
		if len(keys) == 0 && outside == "" {
			outside = folder
		}
		for _, key := range keys {
			s := scan{key, folder}
			if done[s] {
				continue
			}
			done[s] = true
			if err := p.client.refresh(ctx, key, folder); err != nil {
				return fmt.Errorf("scan %s: %w", folder, err)
			}
		}
	}
	if outside != "" {
		return nowhere(outside, sections)
	}
	return nil
}

// extension is the end of a file's name; that of a folder may have a dot too, as "Mr. Robot" and "S.W.A.T.".
var extension = regexp.MustCompile(`\.[A-Za-z][A-Za-z0-9]{1,4}$`)

// folderOf is the folder to scan for a path: its own where it is a folder.
func folderOf(p string) string {
	p = path.Clean(p)
	if extension.MatchString(p) {
		return path.Dir(p)
	}
	return p
}

// holding lists the keys of the sections in one of whose folders a folder lies.
func holding(sections []section, folder string) []string {
	var keys []string
	for _, s := range sections {
		for _, l := range s.Location {
			if inside(l.Path, folder) {
				keys = append(keys, string(s.Key))
				break
			}
		}
	}
	return keys
}

// inside reports whether a folder is another one or below it. Windows does not tell capitals apart.
func inside(parent, folder string) bool {
	if pathmap.Windows(parent) {
		parent, folder = strings.ToLower(parent), strings.ToLower(folder)
	}
	rest, ok := strings.CutPrefix(folder, strings.TrimRight(parent, `/\`))
	return ok && parent != "" && (rest == "" || rest[0] == '/' || rest[0] == '\\')
}

// nowhere tells what the server's folders are, because the cure is a line of path_map or a folder of a section.
func nowhere(folder string, sections []section) error {
	var known []string
	for _, s := range sections {
		for _, l := range s.Location {
			known = append(known, fmt.Sprintf("%s (%s)", l.Path, s.Title))
		}
	}
	message := "Plex has no section with " + folder
	if len(known) == 0 {
		message += ": it has no sections"
	} else {
		message += "; its folders are " + strings.Join(known, ", ")
	}
	return &sdk.Error{Kind: sdk.Invalid, Attribute: "path_map", Message: message}
}

// Check asks for the version, which needs no token, and then for the sections, which do.
func (p *Plex) Check(ctx context.Context) (sdk.Health, error) {
	version, err := p.client.version(ctx)
	if err != nil {
		return sdk.Health{}, fmt.Errorf("ask who the server is: %w", err)
	}
	sections, err := p.client.sections(ctx)
	if err != nil {
		return sdk.Health{}, fmt.Errorf("list the sections: %w", err)
	}
	h := sdk.Health{Version: version, Message: fmt.Sprintf("%d sections", len(sections))}
	if len(sections) == 0 {
		h.Warnings = []string{"the server has no sections: nothing can be scanned"}
	}
	return h, nil
}
