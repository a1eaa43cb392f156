// Package archive scrapes films that are free to share from the Internet Archive, which needs no account. An item counts
// as free when it bears a free licence or is in a collection that the user trusts to be in the public domain; what is neither
// is never offered. It knows the Archive's search, its metadata and its torrents; films only, no shows.
//
// Sources: archive.org/developers (advanced search, metadata API) and help.archive.org on BitTorrent.
package archive

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the scraper "archive".
var Plugin = serve.Plugin{
	Name:         "archive",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Scraper(New, serve.TrustUser(), serve.Limit(3, 10, 4), serve.Validate(validate))},
}

// Settings are the attributes of a `scraper "archive" { … }` block.
type Settings struct {
	URL         string   `hcl:"url,optional" default:"https://archive.org" doc:"Where the Archive is."`
	Licenses    []string `hcl:"licenses,optional" default:"by,by-sa,by-nd,by-nc,by-nc-sa,by-nc-nd,zero,mark,publicdomain" doc:"Licences that count as free: Creative Commons' by their codes; zero, mark and publicdomain are its public domain dedications and mark."`
	Collections []string `hcl:"collections,optional" default:"prelinger,FedFlix,nasa" doc:"Identifiers of collections whose items count as public domain though they bear no licence."`
	Candidates  int      `hcl:"candidates,optional" default:"15" min:"1" max:"50" doc:"Look at no more than so many items for one film, the most downloaded first."`
}

// codes are the licences that can be named in Settings.Licenses.
func codes() []string {
	return []string{"by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd", "zero", "mark", "publicdomain"}
}

func validate(s Settings) []sdk.Diagnostic {
	var ds []sdk.Diagnostic
	for i, l := range s.Licenses {
		if !slices.Contains(codes(), strings.ToLower(l)) {
			ds = append(ds, sdk.Diagnostic{
				Attribute: fmt.Sprintf("licenses[%d]", i), Summary: fmt.Sprintf("There is no licence %q.", l),
				Detail: "Known are " + strings.Join(codes(), ", ") + ".",
			})
		}
	}
	for i, c := range s.Collections {
		if !identifier.MatchString(c) {
			ds = append(ds, sdk.Diagnostic{
				Attribute: fmt.Sprintf("collections[%d]", i), Summary: fmt.Sprintf("%q is no identifier of a collection.", c),
				Detail: "It is what follows /details/ in the collection's address.",
			})
		}
	}
	if len(s.Licenses)+len(s.Collections) == 0 {
		ds = append(ds, sdk.Diagnostic{
			Attribute: "licenses", Warning: true, Summary: "Nothing counts as free: no film can be found.", Detail: "Name a licence or a collection.",
		})
	}
	return ds
}

// Archive is the Internet Archive, or a service of the same shape.
type Archive struct {
	client     *client
	free       free
	candidates int
	log        *slog.Logger
}

var (
	_ sdk.Scraper        = (*Archive)(nil)
	_ sdk.TorrentFetcher = (*Archive)(nil)
	_ sdk.Checker        = (*Archive)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*Archive, error) {
	c, err := newClient(env, s.URL)
	if err != nil {
		return nil, err
	}
	f := free{collections: s.Collections}
	for _, l := range s.Licenses {
		f.licenses = append(f.licenses, strings.ToLower(l))
	}
	return &Archive{client: c, free: f, candidates: max(s.Candidates, 1), log: env.Log}, nil
}

// Check searches for anything.
func (a *Archive) Check(ctx context.Context) (sdk.Health, error) {
	_, err := a.client.search(ctx, "mediatype:movies AND collection:prelinger", 1)
	return sdk.Health{}, err
}

// Torrent fetches the .torrent of a release.
func (a *Archive) Torrent(ctx context.Context, url string) (sdk.Torrent, error) {
	return a.client.torrent(ctx, url)
}
