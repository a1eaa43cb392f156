// Command millrace-plugin-bittorrent takes releases from the swarm itself: no account, no provider. It is a debrid plugin
// whose links are HTTP ranges on a loopback port of its own, each under a path that cannot be guessed.
package main

import "github.com/millrace-media/millrace/sdk/serve"

// version is set by the linker for a release.
var version = "0.1.0"

func main() { serve.Main(Plugin()) }

// Plugin is what the binary offers.
func Plugin() serve.Plugin {
	return serve.Plugin{
		Name:         "bittorrent",
		Version:      version,
		Capabilities: []serve.Capability{serve.Debrid(New, serve.Local(), serve.Validate(validate))},
	}
}
