// Package sdk is the language between Millrace and its plugins: what a title, a release, a file and a link are, which
// capabilities a plugin can have, and how an error says what its caller should do.
//
// It knows nothing of processes, gRPC or HTTP. A plugin's main calls [github.com/millrace-media/millrace/sdk/serve];
// a client of an upstream service is made with [github.com/millrace-media/millrace/sdk/httpclient]; a plugin's tests use
// [github.com/millrace-media/millrace/sdk/sdktest].
//
// A capability is an interface of one to three methods. What a service may or may not be able to do is an optional
// interface of its own, found by type assertion and reported to the host as a flag, so that a capability grows by a new
// optional interface and never by a new method.
package sdk

// Version is the version of the SDK, reported by every plugin to its host.
const Version = "0.1.0"

// Capability names, which are also the block types of config.hcl.
const (
	CapabilitySource    = "source"
	CapabilityMetadata  = "metadata"
	CapabilityScraper   = "scraper"
	CapabilityDebrid    = "debrid"
	CapabilityAnalyzer  = "analyzer"
	CapabilitySubtitles = "subtitles"
	CapabilityUpdater   = "updater"
	CapabilityNotifier  = "notifier"
)

// Capabilities lists every capability in the order in which data flows through them.
func Capabilities() []string {
	return []string{
		CapabilitySource, CapabilityMetadata, CapabilityScraper, CapabilityDebrid,
		CapabilityAnalyzer, CapabilitySubtitles, CapabilityUpdater, CapabilityNotifier,
	}
}

// Flags name the optional abilities of a capability's implementation. They are derived from the interfaces that the
// implementation's type satisfies; an author never sets them.
const (
	FlagCheck        = "check"        // Checker
	FlagHook         = "hook"         // Hook
	FlagAcknowledge  = "acknowledge"  // Acknowledger
	FlagSearch       = "search"       // Searcher
	FlagCatalog      = "catalog"      // Cataloger
	FlagFeed         = "feed"         // Feed
	FlagTorrent      = "torrent"      // TorrentFetcher
	FlagAvailability = "availability" // Availability
	FlagLibrary      = "library"      // Library
	FlagTrustUser    = "trust-user"   // honours Env.Trust == TrustUser; declared with serve.TrustUser()
	FlagLocal        = "local"        // links are good on this machine only; declared with serve.Local()
)
