package sdktest

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

// ScraperCase is a query and what it must find.
type ScraperCase struct {
	Case
	Query sdk.Query
	Want  []sdk.Release // in any order
	// Nothing is a query that finds nothing; the zero value leaves that out.
	Nothing sdk.Query
}

// Scraper is the suite of a [sdk.Scraper].
func Scraper(t T, c ScraperCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilityScraper)
	i := Instance[sdk.Scraper](t, s.plugin, s.capability, c.Settings)
	stream := func(ctx context.Context, yield func(...sdk.Release) error) error {
		return i.Scrape(ctx, c.Query, yield)
	}
	scrape := sorted(gather(stream))
	want := slices.SortedFunc(slices.Values(c.Want), byHash)
	whole(t, scrape, want)
	run(t, "its releases are sane", func(t T) {
		got, err := scrape(t.Context())
		if err != nil {
			t.Fatalf("Scrape: %v", err)
		}
		saneReleases(t, got)
	})
	if given(c.Nothing) {
		run(t, "a title that nobody has is no error", func(t T) {
			got, err := gather(func(ctx context.Context, yield func(...sdk.Release) error) error {
				return i.Scrape(ctx, c.Nothing, yield)
			})(t.Context())
			if err != nil || len(got) > 0 {
				t.Errorf("Scrape = %d releases, %v; want none", len(got), err)
			}
		})
	}
	stops(t, stream)
	s.feed(i)
	s.checkHealth(i)
	s.faults(func(ctx context.Context) error { _, err := scrape(ctx); return err })
	atOnce(t, scrape)
	s.end()
}

// feed runs Feed where there is one.
func (s *suite) feed(scraper any) {
	s.t.Helper()
	f, ok := scraper.(sdk.Feed)
	if !ok {
		return
	}
	stream := func(ctx context.Context, yield func(...sdk.Release) error) error {
		return f.Feed(ctx, time.Time{}, yield)
	}
	run(s.t, "its feed is sane", func(t T) {
		got, err := gather(stream)(t.Context())
		if err != nil {
			t.Fatalf("Feed: %v", err)
		}
		saneReleases(t, got)
	})
}

func byHash(a, b sdk.Release) int {
	return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Name, b.Name))
}

func sorted(call func(context.Context) ([]sdk.Release, error)) func(context.Context) ([]sdk.Release, error) {
	return func(ctx context.Context) ([]sdk.Release, error) {
		got, err := call(ctx)
		slices.SortFunc(got, byHash)
		return got, err
	}
}

// SourceCase is what a source must list.
type SourceCase struct {
	Case
	Want []sdk.Request // in this order
	// Acknowledge is news for the source; the zero value leaves that out. What came of it is the test's own to look at.
	Acknowledge sdk.Acknowledgement
}

// Source is the suite of a [sdk.Source].
func Source(t T, c SourceCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilitySource)
	i := Instance[sdk.Source](t, s.plugin, s.capability, c.Settings)
	list := gather(i.List)
	whole(t, list, c.Want)
	run(t, "its requests are sane", func(t T) {
		got, err := list(t.Context())
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		saneRequests(t, got)
	})
	run(t, "its requests keep their Refs", func(t T) {
		first, err := list(t.Context())
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		again, err := list(t.Context())
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		if diff := gocmp.Diff(again, first); diff != "" {
			t.Errorf("listed again (-again +first):\n%s", diff)
		}
	})
	stops(t, i.List)
	if a, ok := i.(sdk.Acknowledger); ok && given(c.Acknowledge) {
		run(t, "it takes news", func(t T) {
			if err := a.Acknowledge(t.Context(), c.Acknowledge); err != nil {
				t.Errorf("Acknowledge: %v", err)
			}
		})
	}
	if h, ok := i.(sdk.Hook); ok {
		run(t, "its hook refuses what is none of its own", func(t T) {
			r, err := h.Hook(t.Context(), sdk.HookRequest{Method: "POST", Path: "/", Body: []byte("\x00 nothing")})
			if err == nil && (r.Status < 400 || r.Status > 499 || len(r.Requests) > 0) {
				t.Errorf("Hook answered %d with %d requests, want a status of 400 to 499 and none", r.Status, len(r.Requests))
			}
		})
	}
	s.checkHealth(i)
	s.faults(func(ctx context.Context) error { _, err := list(ctx); return err })
	atOnce(t, list)
	s.end()
}

// MetadataCase is a title that a service knows, and one that it does not.
type MetadataCase struct {
	Case
	Query   sdk.TitleQuery
	Want    sdk.Title
	Unknown sdk.TitleQuery  // the zero value leaves it out
	Search  sdk.SearchQuery // must find Want by its ids; the zero value leaves it out
}

// Metadata is the suite of a [sdk.Metadata].
func Metadata(t T, c MetadataCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilityMetadata)
	i := Instance[sdk.Metadata](t, s.plugin, s.capability, c.Settings)
	title := func(ctx context.Context) (sdk.Title, error) { return i.Title(ctx, c.Query) }
	whole(t, title, c.Want)
	run(t, "its title is sane", func(t T) {
		got, err := title(t.Context())
		if err != nil {
			t.Fatalf("Title: %v", err)
		}
		saneTitle(t, got)
	})
	if given(c.Unknown) {
		run(t, "a title that it does not know is NotFound", func(t T) {
			if _, err := i.Title(t.Context(), c.Unknown); sdk.KindOf(err) != sdk.NotFound {
				t.Errorf("Title = %v, want NotFound", err)
			}
		})
	}
	if f, ok := i.(sdk.Searcher); ok && given(c.Search) {
		run(t, "a search finds the title", func(t T) {
			found, err := f.Search(t.Context(), c.Search)
			if err != nil || !slices.ContainsFunc(found, func(x sdk.Title) bool { return x.IDs.Same(c.Want.IDs) }) {
				t.Errorf("Search = %d titles without %v, %v", len(found), c.Want.IDs, err)
			}
		})
	}
	s.checkHealth(i)
	s.faults(func(ctx context.Context) error { _, err := title(ctx); return err })
	atOnce(t, title)
	s.end()
}

// DebridCase is a release that a provider has at once.
type DebridCase struct {
	Case
	Add sdk.AddRequest
	// Want is the placement once the account holds it: ready, and not added by this call.
	Want sdk.Placement
	// Reset empties the account before the table of errors, so that Add has to ask; nil leaves that out.
	Reset func()
	// Count is how many of the release the account holds; nil leaves out what needs it.
	Count func() int
}

// Debrid is the suite of a [sdk.Debrid].
func Debrid(t T, c DebridCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilityDebrid)
	i := Instance[sdk.Debrid](t, s.plugin, s.capability, c.Settings)
	add := func(ctx context.Context) (sdk.Placement, error) {
		p, err := i.Add(ctx, c.Add)
		p.Added = false
		return p, err
	}
	whole(t, add, c.Want)
	run(t, "its placement is sane", func(t T) {
		p, err := add(t.Context())
		if err != nil {
			t.Fatalf("Add: %v", err)
		}
		sanePlacement(t, p)
		s.links(t, i, p)
	})
	atOnce(t, add)
	if c.Count != nil {
		run(t, "what is added by many is there once", func(t T) {
			if n := c.Count(); n != 1 {
				t.Errorf("the account holds the release %d times", n)
			}
		})
	}
	if l, ok := i.(sdk.Library); ok {
		run(t, "its library holds what was added", func(t T) {
			held, err := gather(l.Library)(t.Context())
			if err != nil || !slices.ContainsFunc(held, func(p sdk.Placement) bool { return p.ID == c.Want.ID && p.Hash == c.Want.Hash }) {
				t.Errorf("Library = %d placements without %s, %v", len(held), c.Want.ID, err)
			}
			for _, p := range held {
				sanePlacement(t, p)
			}
		})
		stops(t, l.Library)
	}
	s.availability(i, c.Add.Hash)
	s.checkHealth(i)
	s.faults(func(ctx context.Context) error {
		if c.Reset != nil {
			c.Reset()
		}
		_, err := i.Add(ctx, c.Add)
		return err
	})
	run(t, "a placement that is not there can be removed", func(t T) {
		if err := i.Remove(t.Context(), c.Want.ID); err != nil {
			t.Errorf("Remove: %v", err)
		}
		if err := i.Remove(t.Context(), c.Want.ID); err != nil {
			t.Errorf("Remove again: %v", err)
		}
	})
	s.end()
}

// links asks for a link to each file that is ready.
func (s *suite) links(t T, i sdk.Debrid, p sdk.Placement) {
	t.Helper()
	ready := 0
	for _, f := range p.Files {
		if !f.Ready {
			continue
		}
		ready++
		l, err := i.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, Hash: p.Hash, File: f})
		if err != nil {
			t.Errorf("Link to %s: %v", f.Path, err)
			continue
		}
		if u, err := url.Parse(l.URL); err != nil || u.Host == "" && !l.Local || l.Size < 0 || l.MaxConns < 0 {
			t.Errorf("Link to %s is none: size %d, connections %d, %v", f.Path, l.Size, l.MaxConns, err)
		}
		saneTime(t, "link to "+f.Path, l.Expires)
	}
	if p.State == sdk.PlacementReady {
		nothing(t, "files that are ready", ready)
	}
}

// availability asks for a hash where that can be known.
func (s *suite) availability(i sdk.Debrid, hash string) {
	s.t.Helper()
	a, ok := i.(sdk.Availability)
	if !ok {
		return
	}
	run(s.t, "it tells what it could serve", func(t T) {
		got, err := a.Available(t.Context(), []string{hash})
		if err != nil {
			t.Fatalf("Available: %v", err)
		}
		for _, x := range got {
			if x.Hash != hash || !slices.Contains([]sdk.Cached{sdk.CachedUnknown, sdk.CachedYes, sdk.CachedNo}, x.State) {
				t.Errorf("Available answered %q for %s", x.State, x.Hash)
			}
		}
	})
}

// UpdaterCase is what a media server is told.
type UpdaterCase struct {
	Case
	Changes []sdk.Change
	// Heard is called after the changes were told, to look at what the server heard; nil leaves that out.
	Heard func(T)
}

// Updater is the suite of a [sdk.Updater].
func Updater(t T, c UpdaterCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilityUpdater)
	i := Instance[sdk.Updater](t, s.plugin, s.capability, c.Settings)
	update := func(ctx context.Context) error { return i.Update(ctx, c.Changes) }
	run(t, "a server hears of the changes", func(t T) {
		if err := update(t.Context()); err != nil {
			t.Fatalf("Update: %v", err)
		}
		if c.Heard != nil {
			c.Heard(t)
		}
	})
	run(t, "no change is no news", func(t T) {
		if err := i.Update(t.Context(), nil); err != nil {
			t.Errorf("Update of nothing: %v", err)
		}
	})
	s.checkHealth(i)
	s.faults(update)
	atOnce(t, func(ctx context.Context) (bool, error) { return true, update(ctx) })
	s.end()
}

// NotifierCase is a piece of news.
type NotifierCase struct {
	Case
	Notification sdk.Notification
	// Heard is called after the news was told, to look at what the service heard; nil leaves that out.
	Heard func(T)
}

// Notifier is the suite of a [sdk.Notifier].
func Notifier(t T, c NotifierCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilityNotifier)
	i := Instance[sdk.Notifier](t, s.plugin, s.capability, c.Settings)
	notify := func(ctx context.Context) error { return i.Notify(ctx, c.Notification) }
	run(t, "people hear of it", func(t T) {
		if err := notify(t.Context()); err != nil {
			t.Fatalf("Notify: %v", err)
		}
		if c.Heard != nil {
			c.Heard(t)
		}
	})
	s.checkHealth(i)
	s.faults(notify)
	s.end()
}

// SubtitlesCase is a file and the subtitles that there are for it.
type SubtitlesCase struct {
	Case
	Query sdk.SubtitleQuery
	Want  []sdk.Subtitle
	File  sdk.SubtitleFile // what fetching the first of Want gives
}

// Subtitles is the suite of a [sdk.Subtitles].
func Subtitles(t T, c SubtitlesCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilitySubtitles)
	i := Instance[sdk.Subtitles](t, s.plugin, s.capability, c.Settings)
	find := func(ctx context.Context) ([]sdk.Subtitle, error) { return i.Find(ctx, c.Query) }
	whole(t, find, c.Want)
	if len(c.Want) > 0 {
		run(t, "a subtitle can be fetched", func(t T) {
			got, err := i.Fetch(t.Context(), c.Want[0].ID)
			if diff := gocmp.Diff(got, c.File); err != nil || diff != "" {
				t.Errorf("Fetch: %v (-got +want):\n%s", err, diff)
			}
		})
	}
	s.checkHealth(i)
	s.faults(func(ctx context.Context) error { _, err := find(ctx); return err })
	atOnce(t, find)
	s.end()
}

// AnalyzerCase is a file and what it holds.
type AnalyzerCase struct {
	Case
	Request sdk.AnalyzeRequest
	Want    sdk.Media
}

// Analyzer is the suite of a [sdk.Analyzer].
func Analyzer(t T, c AnalyzerCase) {
	t.Helper()
	s := begin(t, c.Case, sdk.CapabilityAnalyzer)
	i := Instance[sdk.Analyzer](t, s.plugin, s.capability, c.Settings)
	analyze := func(ctx context.Context) (sdk.Media, error) { return i.Analyze(ctx, c.Request) }
	whole(t, analyze, c.Want)
	s.faults(func(ctx context.Context) error { _, err := analyze(ctx); return err })
	atOnce(t, analyze)
	s.end()
}
