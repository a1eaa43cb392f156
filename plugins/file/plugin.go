// Package file is the source of those who want no service at all: a text file with one wish a line. It reads the file
// again whenever it is asked, so the file may be edited while the daemon runs. It knows nothing of titles: a name is
// passed on as it was written.
package file

import (
	"context"
	"path/filepath"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the source "file".
var Plugin = serve.Plugin{
	Name:         "file",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Source(New, serve.Validate(validate))},
}

// Settings are the attributes of a `source "file" { … }` block.
type Settings struct {
	Path string `hcl:"path" doc:"The watchlist: a text file with one title, id or link a line."`
}

// settle is how long a file must have been left alone before it is read: an editor that writes in place may be halfway.
const settle = 300 * time.Millisecond

// New makes an instance. It does not touch the file.
func New(_ context.Context, env sdk.Env, s Settings) (*Source, error) {
	if s.Path == "" {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "path", Message: "the path is empty"}
	}
	return &Source{path: filepath.Clean(s.Path), log: env.Log, settle: settle}, nil
}

func validate(s Settings) []sdk.Diagnostic {
	if s.Path == "" {
		return []sdk.Diagnostic{{Attribute: "path", Summary: "The path is empty.", Detail: "Name a text file."}}
	}
	return nil
}
