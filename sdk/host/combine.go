package host

import "github.com/millrace-media/millrace/sdk"

// This file is one table: for each capability and each set of flags, a type that has the methods which the flags stand for
// and no others, so that a caller's type assertion tells the truth. Go has no other way to choose methods at run time.

// The optional interfaces under names of their own: an embedded sdk.Feed would hide its own method Feed.
type (
	checker      interface{ sdk.Checker }
	hooker       interface{ sdk.Hook }
	acknowledger interface{ sdk.Acknowledger }
	searcher     interface{ sdk.Searcher }
	cataloger    interface{ sdk.Cataloger }
	feeder       interface{ sdk.Feed }
	fetcher      interface{ sdk.TorrentFetcher }
	knower       interface{ sdk.Availability }
	lister       interface{ sdk.Library }
)

// which is the set of flags that hold, of those listed, as bits in their order.
func which(d sdk.CapabilityDescription, flags ...string) int {
	set := 0
	for i, f := range flags {
		if d.Has(f) {
			set |= 1 << i
		}
	}
	return set
}

func sourceOf(c client, d sdk.CapabilityDescription) sdk.Source {
	switch which(d, sdk.FlagCheck, sdk.FlagHook, sdk.FlagAcknowledge) {
	case 1:
		return struct {
			sdk.Source
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Source
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Source
			checker
			hooker
		}{c, c, c}
	case 4:
		return struct {
			sdk.Source
			acknowledger
		}{c, c}
	case 5:
		return struct {
			sdk.Source
			checker
			acknowledger
		}{c, c, c}
	case 6:
		return struct {
			sdk.Source
			hooker
			acknowledger
		}{c, c, c}
	case 7:
		return struct {
			sdk.Source
			checker
			hooker
			acknowledger
		}{c, c, c, c}
	}
	return struct{ sdk.Source }{c}
}

func metadataOf(c client, d sdk.CapabilityDescription) sdk.Metadata {
	switch which(d, sdk.FlagCheck, sdk.FlagHook, sdk.FlagSearch, sdk.FlagCatalog) {
	case 1:
		return struct {
			sdk.Metadata
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Metadata
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Metadata
			checker
			hooker
		}{c, c, c}
	case 4:
		return struct {
			sdk.Metadata
			searcher
		}{c, c}
	case 5:
		return struct {
			sdk.Metadata
			checker
			searcher
		}{c, c, c}
	case 6:
		return struct {
			sdk.Metadata
			hooker
			searcher
		}{c, c, c}
	case 7:
		return struct {
			sdk.Metadata
			checker
			hooker
			searcher
		}{c, c, c, c}
	case 8:
		return struct {
			sdk.Metadata
			cataloger
		}{c, c}
	case 9:
		return struct {
			sdk.Metadata
			checker
			cataloger
		}{c, c, c}
	case 10:
		return struct {
			sdk.Metadata
			hooker
			cataloger
		}{c, c, c}
	case 11:
		return struct {
			sdk.Metadata
			checker
			hooker
			cataloger
		}{c, c, c, c}
	case 12:
		return struct {
			sdk.Metadata
			searcher
			cataloger
		}{c, c, c}
	case 13:
		return struct {
			sdk.Metadata
			checker
			searcher
			cataloger
		}{c, c, c, c}
	case 14:
		return struct {
			sdk.Metadata
			hooker
			searcher
			cataloger
		}{c, c, c, c}
	case 15:
		return struct {
			sdk.Metadata
			checker
			hooker
			searcher
			cataloger
		}{c, c, c, c, c}
	}
	return struct{ sdk.Metadata }{c}
}

func scraperOf(c client, d sdk.CapabilityDescription) sdk.Scraper {
	switch which(d, sdk.FlagCheck, sdk.FlagHook, sdk.FlagFeed, sdk.FlagTorrent) {
	case 1:
		return struct {
			sdk.Scraper
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Scraper
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Scraper
			checker
			hooker
		}{c, c, c}
	case 4:
		return struct {
			sdk.Scraper
			feeder
		}{c, c}
	case 5:
		return struct {
			sdk.Scraper
			checker
			feeder
		}{c, c, c}
	case 6:
		return struct {
			sdk.Scraper
			hooker
			feeder
		}{c, c, c}
	case 7:
		return struct {
			sdk.Scraper
			checker
			hooker
			feeder
		}{c, c, c, c}
	case 8:
		return struct {
			sdk.Scraper
			fetcher
		}{c, c}
	case 9:
		return struct {
			sdk.Scraper
			checker
			fetcher
		}{c, c, c}
	case 10:
		return struct {
			sdk.Scraper
			hooker
			fetcher
		}{c, c, c}
	case 11:
		return struct {
			sdk.Scraper
			checker
			hooker
			fetcher
		}{c, c, c, c}
	case 12:
		return struct {
			sdk.Scraper
			feeder
			fetcher
		}{c, c, c}
	case 13:
		return struct {
			sdk.Scraper
			checker
			feeder
			fetcher
		}{c, c, c, c}
	case 14:
		return struct {
			sdk.Scraper
			hooker
			feeder
			fetcher
		}{c, c, c, c}
	case 15:
		return struct {
			sdk.Scraper
			checker
			hooker
			feeder
			fetcher
		}{c, c, c, c, c}
	}
	return struct{ sdk.Scraper }{c}
}

func debridOf(c client, d sdk.CapabilityDescription) sdk.Debrid {
	switch which(d, sdk.FlagCheck, sdk.FlagHook, sdk.FlagAvailability, sdk.FlagLibrary) {
	case 1:
		return struct {
			sdk.Debrid
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Debrid
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Debrid
			checker
			hooker
		}{c, c, c}
	case 4:
		return struct {
			sdk.Debrid
			knower
		}{c, c}
	case 5:
		return struct {
			sdk.Debrid
			checker
			knower
		}{c, c, c}
	case 6:
		return struct {
			sdk.Debrid
			hooker
			knower
		}{c, c, c}
	case 7:
		return struct {
			sdk.Debrid
			checker
			hooker
			knower
		}{c, c, c, c}
	case 8:
		return struct {
			sdk.Debrid
			lister
		}{c, c}
	case 9:
		return struct {
			sdk.Debrid
			checker
			lister
		}{c, c, c}
	case 10:
		return struct {
			sdk.Debrid
			hooker
			lister
		}{c, c, c}
	case 11:
		return struct {
			sdk.Debrid
			checker
			hooker
			lister
		}{c, c, c, c}
	case 12:
		return struct {
			sdk.Debrid
			knower
			lister
		}{c, c, c}
	case 13:
		return struct {
			sdk.Debrid
			checker
			knower
			lister
		}{c, c, c, c}
	case 14:
		return struct {
			sdk.Debrid
			hooker
			knower
			lister
		}{c, c, c, c}
	case 15:
		return struct {
			sdk.Debrid
			checker
			hooker
			knower
			lister
		}{c, c, c, c, c}
	}
	return struct{ sdk.Debrid }{c}
}

func analyzerOf(c client, d sdk.CapabilityDescription) sdk.Analyzer {
	switch which(d, sdk.FlagCheck, sdk.FlagHook) {
	case 1:
		return struct {
			sdk.Analyzer
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Analyzer
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Analyzer
			checker
			hooker
		}{c, c, c}
	}
	return struct{ sdk.Analyzer }{c}
}

func subtitlesOf(c client, d sdk.CapabilityDescription) sdk.Subtitles {
	switch which(d, sdk.FlagCheck, sdk.FlagHook) {
	case 1:
		return struct {
			sdk.Subtitles
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Subtitles
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Subtitles
			checker
			hooker
		}{c, c, c}
	}
	return struct{ sdk.Subtitles }{c}
}

func updaterOf(c client, d sdk.CapabilityDescription) sdk.Updater {
	switch which(d, sdk.FlagCheck, sdk.FlagHook) {
	case 1:
		return struct {
			sdk.Updater
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Updater
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Updater
			checker
			hooker
		}{c, c, c}
	}
	return struct{ sdk.Updater }{c}
}

func notifierOf(c client, d sdk.CapabilityDescription) sdk.Notifier {
	switch which(d, sdk.FlagCheck, sdk.FlagHook) {
	case 1:
		return struct {
			sdk.Notifier
			checker
		}{c, c}
	case 2:
		return struct {
			sdk.Notifier
			hooker
		}{c, c}
	case 3:
		return struct {
			sdk.Notifier
			checker
			hooker
		}{c, c, c}
	}
	return struct{ sdk.Notifier }{c}
}
