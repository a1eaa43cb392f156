// Command plugins is every light plugin of the tree in one file. Linked under the name millrace-plugin-<name> it is the
// plugin <name>: thirty idle processes of one file share its pages in memory, where thirty files would not. A plugin with
// heavy dependencies is a binary of its own.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace-media/millrace/plugins/archive"
	"github.com/millrace-media/millrace/plugins/cinemeta"
	"github.com/millrace-media/millrace/plugins/file"
	"github.com/millrace-media/millrace/plugins/jellyfin"
	"github.com/millrace-media/millrace/plugins/overseerr"
	"github.com/millrace-media/millrace/plugins/plex"
	"github.com/millrace-media/millrace/plugins/realdebrid"
	"github.com/millrace-media/millrace/plugins/torznab"
	"github.com/millrace-media/millrace/sdk/serve"
)

// prefix begins the file name of every plugin.
const prefix = "millrace-plugin-"

func main() {
	executable, err := os.Executable()
	if err != nil {
		executable = "" // the name under which it was started is enough
	}
	p, ok := choose(os.Args[0], executable)
	if !ok {
		help(os.Stderr)
		os.Exit(1)
	}
	serve.Main(p)
}

// all lists the plugins by name.
func all() []serve.Plugin {
	return []serve.Plugin{
		archive.Plugin,
		cinemeta.Plugin,
		file.Plugin,
		jellyfin.Plugin,
		overseerr.Plugin,
		plex.Plugin,
		realdebrid.Plugin,
		torznab.Plugin,
	}
}

// choose finds the plugin by the first path whose last part names one: that under which the program was started, or that
// of its file.
func choose(paths ...string) (serve.Plugin, bool) {
	for _, path := range paths {
		name, ok := strings.CutPrefix(filepath.Base(path), prefix)
		if !ok {
			continue
		}
		for _, p := range all() {
			if p.Name == name {
				return p, true
			}
		}
	}
	return serve.Plugin{}, false
}

func help(w io.Writer) {
	fmt.Fprintf(w, "This file is several plugins of Millrace; it is the one that its own name says. Link it under one of these names:\n")
	for _, p := range all() {
		fmt.Fprintf(w, "  %s%s\n", prefix, p.Name)
	}
}
