package host

import (
	"context"
	"encoding/json"

	"github.com/millrace-media/millrace/sdk"
)

// instances gives typed clients. Both a process and a supervisor have these methods.
type instances struct {
	caller
	find func(instance, capability string) (sdk.CapabilityDescription, error)
}

func typed[T any](n instances, id, capability string, of func(client, sdk.CapabilityDescription) T) (T, error) {
	d, err := n.find(id, capability)
	if err != nil {
		var none T
		return none, err
	}
	return of(client{n.caller, id}, d), nil
}

// Source is an instance as what it is. It has [sdk.Acknowledger], [sdk.Checker] and [sdk.Hook] where the plugin has. An
// instance that is not configured, or is something else, is an error of kind Invalid; so it is for the methods below.
func (n instances) Source(id string) (sdk.Source, error) {
	return typed(n, id, sdk.CapabilitySource, sourceOf)
}

// Metadata may have [sdk.Searcher], [sdk.Cataloger], [sdk.Checker] and [sdk.Hook].
func (n instances) Metadata(id string) (sdk.Metadata, error) {
	return typed(n, id, sdk.CapabilityMetadata, metadataOf)
}

// Scraper may have [sdk.Feed], [sdk.TorrentFetcher], [sdk.Checker] and [sdk.Hook].
func (n instances) Scraper(id string) (sdk.Scraper, error) {
	return typed(n, id, sdk.CapabilityScraper, scraperOf)
}

// Debrid may have [sdk.Availability], [sdk.Library], [sdk.Checker] and [sdk.Hook].
func (n instances) Debrid(id string) (sdk.Debrid, error) {
	return typed(n, id, sdk.CapabilityDebrid, debridOf)
}

// Analyzer may have [sdk.Checker] and [sdk.Hook].
func (n instances) Analyzer(id string) (sdk.Analyzer, error) {
	return typed(n, id, sdk.CapabilityAnalyzer, analyzerOf)
}

// Subtitles may have [sdk.Checker] and [sdk.Hook].
func (n instances) Subtitles(id string) (sdk.Subtitles, error) {
	return typed(n, id, sdk.CapabilitySubtitles, subtitlesOf)
}

// Updater may have [sdk.Checker] and [sdk.Hook].
func (n instances) Updater(id string) (sdk.Updater, error) {
	return typed(n, id, sdk.CapabilityUpdater, updaterOf)
}

// Notifier may have [sdk.Checker] and [sdk.Hook].
func (n instances) Notifier(id string) (sdk.Notifier, error) {
	return typed(n, id, sdk.CapabilityNotifier, notifierOf)
}

// Client is an instance of whatever capability, as the value that the method of its capability gives: for callers that
// look for optional interfaces alone.
func (n instances) Client(id string) (any, error) {
	d, err := n.find(id, "")
	if err != nil {
		return nil, err
	}
	c := client{n.caller, id}
	switch d.Capability {
	case sdk.CapabilitySource:
		return sourceOf(c, d), nil
	case sdk.CapabilityMetadata:
		return metadataOf(c, d), nil
	case sdk.CapabilityScraper:
		return scraperOf(c, d), nil
	case sdk.CapabilityDebrid:
		return debridOf(c, d), nil
	case sdk.CapabilityAnalyzer:
		return analyzerOf(c, d), nil
	case sdk.CapabilitySubtitles:
		return subtitlesOf(c, d), nil
	case sdk.CapabilityUpdater:
		return updaterOf(c, d), nil
	case sdk.CapabilityNotifier:
		return notifierOf(c, d), nil
	}
	return nil, sdk.Errorf(sdk.Invalid, "instance %q is a %s, which this version of Millrace does not know", id, d.Capability)
}

// Instances is what gives clients: a [Process] or a [Supervisor].
type Instances interface {
	Configure(ctx context.Context, in Instance) ([]sdk.Diagnostic, error)
	Validate(ctx context.Context, capability string, settings json.RawMessage) ([]sdk.Diagnostic, error)
	Release(ctx context.Context, id string) error
	Source(id string) (sdk.Source, error)
	Metadata(id string) (sdk.Metadata, error)
	Scraper(id string) (sdk.Scraper, error)
	Debrid(id string) (sdk.Debrid, error)
	Analyzer(id string) (sdk.Analyzer, error)
	Subtitles(id string) (sdk.Subtitles, error)
	Updater(id string) (sdk.Updater, error)
	Notifier(id string) (sdk.Notifier, error)
	Client(id string) (any, error)
}

var (
	_ Instances = (*Process)(nil)
	_ Instances = (*Supervisor)(nil)
)

// pick checks that what was configured under an id is what is asked for.
func pick(id, want string, d sdk.CapabilityDescription, ok bool) (sdk.CapabilityDescription, error) {
	if !ok {
		return d, sdk.Errorf(sdk.Invalid, "there is no instance %q", id)
	}
	if want != "" && d.Capability != want {
		return d, sdk.Errorf(sdk.Invalid, "instance %q is a %s, not a %s", id, d.Capability, want)
	}
	return d, nil
}
