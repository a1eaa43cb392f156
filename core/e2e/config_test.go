package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// frame is what every configuration begins with. The address is the system's choice.
const frame = `
data = "./data"
server { listen = "127.0.0.1:0" }
log { level = "debug" }
mount {
  path = "./mnt"
  cache { chunk = "64KiB" }
}
`

// clips is the profile where a test has none of its own: the films are clips, which have no bitrate of films.
const clips = `profile "default" { min_bitrate = 0 }`

// write makes the configuration of a daemon, in a folder of its name, of the frame and blocks. It returns the file.
func (s *scene) write(name string, blocks ...string) string {
	s.t.Helper()
	file := filepath.Join(s.path(name), "config.hcl")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Fatal(err)
	}
	text := frame + strings.Join(blocks, "\n")
	if !strings.Contains(text, `profile "default"`) {
		text += "\n" + clips
	}
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// block writes a block of a plugin; extra lines come last.
func block(capability, name string, at world.Endpoint, key string, extra ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q {\n  url = %q\n", capability, name, at.URL)
	if at.Key != "" {
		fmt.Fprintf(&b, "  %s = %q\n", key, at.Key)
	}
	for _, line := range extra {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String() + "}\n"
}

// overseerr is asked every second, where the extra lines do not say otherwise.
func (s *scene) overseerr(extra ...string) string {
	if len(extra) == 0 {
		extra = []string{`every = "1s"`}
	}
	return block("source", "overseerr", s.world.Endpoints.Overseerr, "api_key", extra...)
}

func (s *scene) cinemeta() string {
	return block("metadata", "cinemeta", s.world.Endpoints.Cinemeta, "")
}

// torznab allows any number of calls: the indexer is ours.
func (s *scene) torznab() string {
	return block("scraper", "indexer", s.world.Endpoints.Torznab, "api_key", `plugin = "torznab"`, `limit = "1000/s"`)
}

func (s *scene) realdebrid(extra ...string) string {
	return block("debrid", "realdebrid", s.world.Endpoints.RealDebrid, "token", append([]string{`limit = "1000/s"`}, extra...)...)
}

// realdebrid2 is the same service with another account.
func (s *scene) realdebrid2(extra ...string) string {
	return block("debrid", "second", s.world.Endpoints.RealDebrid2, "token", append([]string{`plugin = "realdebrid"`, `limit = "1000/s"`}, extra...)...)
}

func bittorrent(extra ...string) string {
	lines := append([]string{`dht = false`, `from = ["indexer"]`, `upload = "1MiB/s"`}, extra...)
	return "debrid \"bittorrent\" {\n  " + strings.Join(lines, "\n  ") + "\n}\n"
}

func (s *scene) mediaServers() string {
	return block("updater", "jellyfin", s.world.Endpoints.Jellyfin, "api_key") + block("updater", "plex", s.world.Endpoints.Plex, "token")
}

// usual is a whole configuration: requests, metadata, an indexer and a debrid account.
func (s *scene) usual() []string {
	return []string{s.overseerr(), s.cinemeta(), s.torznab(), s.realdebrid()}
}
