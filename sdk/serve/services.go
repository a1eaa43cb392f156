package serve

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// services answers every service of the contract. What an instance cannot do is Unimplemented.
type services struct {
	pb.UnimplementedPluginServiceServer
	pb.UnimplementedSourceServiceServer
	pb.UnimplementedMetadataServiceServer
	pb.UnimplementedScraperServiceServer
	pb.UnimplementedDebridServiceServer
	pb.UnimplementedAnalyzerServiceServer
	pb.UnimplementedSubtitlesServiceServer
	pb.UnimplementedUpdaterServiceServer
	pb.UnimplementedNotifierServiceServer
	s *server
}

func (s *server) register(r grpc.ServiceRegistrar) {
	v := &services{s: s}
	pb.RegisterPluginServiceServer(r, v)
	pb.RegisterSourceServiceServer(r, v)
	pb.RegisterMetadataServiceServer(r, v)
	pb.RegisterScraperServiceServer(r, v)
	pb.RegisterDebridServiceServer(r, v)
	pb.RegisterAnalyzerServiceServer(r, v)
	pb.RegisterSubtitlesServiceServer(r, v)
	pb.RegisterUpdaterServiceServer(r, v)
	pb.RegisterNotifierServiceServer(r, v)
}

// attributeOf is the setting that an error blames, or "".
func attributeOf(err error) string {
	var e *sdk.Error
	if errors.As(err, &e) {
		return e.Attribute
	}
	return ""
}

func (v *services) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return wire.PackDescription(v.s.description), nil
}

func (v *services) Validate(ctx context.Context, m *pb.ValidateRequest) (*pb.ValidateResponse, error) {
	c, ok := v.s.capability(m.GetCapability())
	if !ok {
		return nil, wire.PackError(ctx, sdk.Errorf(sdk.Invalid, "the plugin has no capability %q", m.GetCapability()))
	}
	settings, ds := c.check(m.GetSettings())
	return &pb.ValidateResponse{Diagnostics: wire.PackDiagnostics(maskOf(settings).diagnostics(ds))}, nil
}

func (v *services) Configure(ctx context.Context, m *pb.ConfigureRequest) (*pb.ConfigureResponse, error) {
	ds, err := v.s.configure(ctx, m)
	if err != nil {
		return nil, err
	}
	return &pb.ConfigureResponse{Diagnostics: wire.PackDiagnostics(ds)}, nil
}

func (v *services) Release(ctx context.Context, m *pb.ReleaseRequest) (*pb.ReleaseResponse, error) {
	return &pb.ReleaseResponse{}, wire.PackError(ctx, v.s.release(ctx, m.GetInstance()))
}

func (v *services) Drain(ctx context.Context, m *pb.DrainRequest) (*pb.DrainResponse, error) {
	if d := wire.Length(m.GetTimeout()); d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	return &pb.DrainResponse{}, wire.PackError(ctx, v.s.drain(ctx))
}

func (v *services) Check(ctx context.Context, m *pb.CheckRequest) (*pb.CheckResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(c sdk.Checker) (*pb.CheckResponse, error) {
		h, err := c.Check(ctx)
		return &pb.CheckResponse{Health: wire.PackHealth(h)}, err
	})
}

func (v *services) Hook(ctx context.Context, m *pb.HookRequest) (*pb.HookResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(h sdk.Hook) (*pb.HookResponse, error) {
		r, err := h.Hook(ctx, wire.UnpackHook(m))
		return wire.PackHookResponse(r), err
	})
}

func (v *services) List(m *pb.ListRequest, ss grpc.ServerStreamingServer[pb.ListResponse]) error {
	return stream(v.s, ss, m.GetInstance(), func(list []sdk.Request) *pb.ListResponse {
		return &pb.ListResponse{Requests: wire.PackRequests(list)}
	}, sdk.Source.List)
}

func (v *services) Acknowledge(ctx context.Context, m *pb.AcknowledgeRequest) (*pb.AcknowledgeResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(a sdk.Acknowledger) (*pb.AcknowledgeResponse, error) {
		return &pb.AcknowledgeResponse{}, a.Acknowledge(ctx, wire.UnpackAcknowledgement(m))
	})
}

func (v *services) Title(ctx context.Context, m *pb.TitleRequest) (*pb.TitleResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(md sdk.Metadata) (*pb.TitleResponse, error) {
		t, err := md.Title(ctx, wire.UnpackTitleQuery(m))
		return &pb.TitleResponse{Title: wire.PackTitle(t)}, err
	})
}

func (v *services) Search(ctx context.Context, m *pb.SearchRequest) (*pb.SearchResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(s sdk.Searcher) (*pb.SearchResponse, error) {
		list, err := s.Search(ctx, wire.UnpackSearchQuery(m))
		return &pb.SearchResponse{Titles: wire.PackTitles(list)}, err
	})
}

func (v *services) Catalogs(ctx context.Context, m *pb.CatalogsRequest) (*pb.CatalogsResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(c sdk.Cataloger) (*pb.CatalogsResponse, error) {
		list, err := c.Catalogs(ctx)
		return &pb.CatalogsResponse{Catalogs: wire.PackCatalogs(list)}, err
	})
}

func (v *services) Catalog(ctx context.Context, m *pb.CatalogRequest) (*pb.CatalogResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(c sdk.Cataloger) (*pb.CatalogResponse, error) {
		list, err := c.Catalog(ctx, wire.UnpackCatalogQuery(m))
		return &pb.CatalogResponse{Titles: wire.PackTitles(list)}, err
	})
}

func (v *services) Scrape(m *pb.ScrapeRequest, ss grpc.ServerStreamingServer[pb.ScrapeResponse]) error {
	return stream(v.s, ss, m.GetInstance(), func(list []sdk.Release) *pb.ScrapeResponse {
		return &pb.ScrapeResponse{Releases: wire.PackReleases(list)}
	}, func(s sdk.Scraper, ctx context.Context, yield func(...sdk.Release) error) error {
		return s.Scrape(ctx, wire.UnpackQuery(m), yield)
	})
}

func (v *services) Feed(m *pb.FeedRequest, ss grpc.ServerStreamingServer[pb.FeedResponse]) error {
	return stream(v.s, ss, m.GetInstance(), func(list []sdk.Release) *pb.FeedResponse {
		return &pb.FeedResponse{Releases: wire.PackReleases(list)}
	}, func(f sdk.Feed, ctx context.Context, yield func(...sdk.Release) error) error {
		return f.Feed(ctx, wire.Moment(m.GetSince()), yield)
	})
}

func (v *services) Torrent(ctx context.Context, m *pb.TorrentRequest) (*pb.TorrentResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(f sdk.TorrentFetcher) (*pb.TorrentResponse, error) {
		t, err := f.Torrent(ctx, m.GetUrl())
		return wire.PackTorrent(t), err
	})
}

func (v *services) Add(ctx context.Context, m *pb.AddRequest) (*pb.AddResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(d sdk.Debrid) (*pb.AddResponse, error) {
		p, err := d.Add(ctx, wire.UnpackAdd(m))
		return &pb.AddResponse{Placement: wire.PackPlacement(p)}, err
	})
}

func (v *services) Link(ctx context.Context, m *pb.LinkRequest) (*pb.LinkResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(d sdk.Debrid) (*pb.LinkResponse, error) {
		l, err := d.Link(ctx, wire.UnpackLinkRequest(m))
		return wire.PackLink(l), err
	})
}

func (v *services) Remove(ctx context.Context, m *pb.RemoveRequest) (*pb.RemoveResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(d sdk.Debrid) (*pb.RemoveResponse, error) {
		return &pb.RemoveResponse{}, d.Remove(ctx, m.GetPlacement())
	})
}

func (v *services) Available(ctx context.Context, m *pb.AvailableRequest) (*pb.AvailableResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(a sdk.Availability) (*pb.AvailableResponse, error) {
		list, err := a.Available(ctx, m.GetHashes())
		return &pb.AvailableResponse{Available: wire.PackAvailable(list)}, err
	})
}

func (v *services) Library(m *pb.LibraryRequest, ss grpc.ServerStreamingServer[pb.LibraryResponse]) error {
	return stream(v.s, ss, m.GetInstance(), func(list []sdk.Placement) *pb.LibraryResponse {
		return &pb.LibraryResponse{Placements: wire.PackPlacements(list)}
	}, sdk.Library.Library)
}

func (v *services) Analyze(ctx context.Context, m *pb.AnalyzeRequest) (*pb.AnalyzeResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(a sdk.Analyzer) (*pb.AnalyzeResponse, error) {
		media, err := a.Analyze(ctx, wire.UnpackAnalyze(m))
		return wire.PackMedia(media), err
	})
}

func (v *services) Find(ctx context.Context, m *pb.FindRequest) (*pb.FindResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(s sdk.Subtitles) (*pb.FindResponse, error) {
		list, err := s.Find(ctx, wire.UnpackSubtitleQuery(m))
		return &pb.FindResponse{Subtitles: wire.PackSubtitles(list)}, err
	})
}

func (v *services) Fetch(ctx context.Context, m *pb.FetchRequest) (*pb.FetchResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(s sdk.Subtitles) (*pb.FetchResponse, error) {
		f, err := s.Fetch(ctx, m.GetId())
		return wire.PackSubtitleFile(f), err
	})
}

func (v *services) Update(ctx context.Context, m *pb.UpdateRequest) (*pb.UpdateResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(u sdk.Updater) (*pb.UpdateResponse, error) {
		return &pb.UpdateResponse{}, u.Update(ctx, wire.UnpackChanges(m.GetChanges()))
	})
}

func (v *services) Notify(ctx context.Context, m *pb.NotifyRequest) (*pb.NotifyResponse, error) {
	return call(ctx, v.s, m.GetInstance(), func(n sdk.Notifier) (*pb.NotifyResponse, error) {
		return &pb.NotifyResponse{}, n.Notify(ctx, wire.UnpackNotification(m))
	})
}
