// Package serve makes a binary a plugin: a main of one line, serve.Main(plugin), answers the host's calls with the
// capabilities that the plugin lists.
//
// A capability is a constructor from its settings to a value that implements one of sdk's interfaces:
//
//	var Plugin = serve.Plugin{
//		Name:         "example",
//		Version:      "1.0.0",
//		Capabilities: []serve.Capability{serve.Scraper(New)},
//	}
//
//	func New(ctx context.Context, env sdk.Env, s Settings) (*Example, error)
//
// What settings there are is read from the struct's tags (see [sdk.Schema]), what the value is able to do from the
// interfaces that its type implements, so that both are known before an instance exists. Package serve knows nothing of
// what a plugin does; it carries calls, errors, logs and settings.
package serve

import (
	"context"
	"reflect"

	"github.com/millrace-media/millrace/sdk"
)

// Plugin is what a binary offers.
type Plugin struct {
	Name         string // as in the file name millrace-plugin-<name>: lower-case letters, digits and dashes
	Version      string // of the plugin, for people
	Capabilities []Capability
}

// Capability is one thing that a plugin can do. It is made by [Source], [Metadata], [Scraper] and their like.
type Capability struct {
	name     string
	flags    []string
	limits   sdk.Limits
	settings reflect.Type
	validate any // func(S) []sdk.Diagnostic, or nil
	build    func(ctx context.Context, env sdk.Env, settings reflect.Value) (any, error)
}

// Source makes a capability of a constructor. It tells what people want.
func Source[S any, T sdk.Source](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilitySource, new, opts)
}

// Metadata makes a capability of a constructor. It knows titles.
func Metadata[S any, T sdk.Metadata](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilityMetadata, new, opts)
}

// Scraper makes a capability of a constructor. It finds releases.
func Scraper[S any, T sdk.Scraper](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilityScraper, new, opts)
}

// Debrid makes a capability of a constructor. It takes releases and gives links to their files.
func Debrid[S any, T sdk.Debrid](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilityDebrid, new, opts)
}

// Analyzer makes a capability of a constructor. It looks into files.
func Analyzer[S any, T sdk.Analyzer](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilityAnalyzer, new, opts)
}

// Subtitles makes a capability of a constructor. It finds and fetches subtitles.
func Subtitles[S any, T sdk.Subtitles](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilitySubtitles, new, opts)
}

// Updater makes a capability of a constructor. It tells a media server that paths changed.
func Updater[S any, T sdk.Updater](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilityUpdater, new, opts)
}

// Notifier makes a capability of a constructor. It tells people.
func Notifier[S any, T sdk.Notifier](new func(context.Context, sdk.Env, S) (T, error), opts ...Option) Capability {
	return define(sdk.CapabilityNotifier, new, opts)
}

// Option says more of a capability than its types do.
type Option func(*Capability)

// TrustUser declares that the capability may be offered to users of the addon: it reaches the network through Env.HTTP
// alone, which keeps to public addresses when Env.Trust is [sdk.TrustUser], and reads no file that settings name.
func TrustUser() Option {
	return func(c *Capability) { c.flags = append(c.flags, sdk.FlagTrustUser) }
}

// Local declares that the capability's links are good on this machine only.
func Local() Option {
	return func(c *Capability) { c.flags = append(c.flags, sdk.FlagLocal) }
}

// Limit declares how hard the service may be asked where the user does not say: calls a second, calls at once after a
// rest, and calls under way at once. A zero is no limit.
func Limit(rate float64, burst, concurrency int) Option {
	return func(c *Capability) { c.limits = sdk.Limits{Rate: rate, Burst: burst, Concurrency: concurrency} }
}

// Validate declares the rules that no tag can state, such as two settings that exclude each other. It does no network:
// it also runs for `millrace config validate`. S is the settings type of the capability.
func Validate[S any](check func(S) []sdk.Diagnostic) Option {
	return func(c *Capability) { c.validate = check }
}

func define[S, T any](name string, new func(context.Context, sdk.Env, S) (T, error), opts []Option) Capability {
	c := Capability{
		name:     name,
		flags:    flagsOf(name, reflect.TypeFor[T]()),
		settings: reflect.TypeFor[S](),
		build: func(ctx context.Context, env sdk.Env, settings reflect.Value) (any, error) {
			s, _ := settings.Interface().(S)
			return new(ctx, env, s)
		},
	}
	if new == nil {
		c.build = nil // which Check tells
	}
	for _, o := range opts {
		o(&c)
	}
	return c
}

// optional are the interfaces whose presence is a flag, with the capability that each belongs to ("" for all).
var optional = []struct {
	capability, flag string
	iface            reflect.Type
}{
	{"", sdk.FlagCheck, reflect.TypeFor[sdk.Checker]()},
	{"", sdk.FlagHook, reflect.TypeFor[sdk.Hook]()},
	{sdk.CapabilitySource, sdk.FlagAcknowledge, reflect.TypeFor[sdk.Acknowledger]()},
	{sdk.CapabilityMetadata, sdk.FlagSearch, reflect.TypeFor[sdk.Searcher]()},
	{sdk.CapabilityMetadata, sdk.FlagCatalog, reflect.TypeFor[sdk.Cataloger]()},
	{sdk.CapabilityScraper, sdk.FlagFeed, reflect.TypeFor[sdk.Feed]()},
	{sdk.CapabilityScraper, sdk.FlagTorrent, reflect.TypeFor[sdk.TorrentFetcher]()},
	{sdk.CapabilityDebrid, sdk.FlagAvailability, reflect.TypeFor[sdk.Availability]()},
	{sdk.CapabilityDebrid, sdk.FlagLibrary, reflect.TypeFor[sdk.Library]()},
}

func flagsOf(capability string, impl reflect.Type) []string {
	var flags []string
	for _, o := range optional {
		if (o.capability == "" || o.capability == capability) && impl.Implements(o.iface) {
			flags = append(flags, o.flag)
		}
	}
	return flags
}
