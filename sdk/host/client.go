package host

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// caller makes calls to an instance: a [Process] once, a [Supervisor] once more after a crash, where again says that this
// is harmless. A nil again is never.
type caller interface {
	call(ctx context.Context, instance string, again func() bool, do func(context.Context, grpc.ClientConnInterface) error) error
}

// client is an instance with every method that any capability has; the tables in combine.go narrow it to what the plugin
// reported.
type client struct {
	caller
	instance string
}

func always() bool { return true }

// unary makes one call of a service's method. again is as in caller.
func unary[S, M, R any](ctx context.Context, c client, again func() bool, service func(grpc.ClientConnInterface) S,
	method func(S, context.Context, M, ...grpc.CallOption) (R, error), m M) (R, error) {
	var r R
	err := c.call(ctx, c.instance, again, func(ctx context.Context, conn grpc.ClientConnInterface) error {
		var err error
		r, err = method(service(conn), ctx, m)
		return err
	})
	return r, err
}

// streamed makes one call whose answers come in batches. It may be made again as long as nothing was yielded. An error of
// yield ends it and is returned as it is.
func streamed[M, V any](ctx context.Context, c client, open func(context.Context, grpc.ClientConnInterface) (grpc.ServerStreamingClient[M], error),
	unpack func(*M) []V, yield func(...V) error) error {
	var yielded bool
	var stopped error
	err := c.call(ctx, c.instance, func() bool { return !yielded }, func(ctx context.Context, conn grpc.ClientConnInterface) error {
		ctx, cancel := context.WithCancel(ctx) // leaving early ends the plugin's work
		defer cancel()
		ss, err := open(ctx, conn)
		for err == nil {
			var m *M
			if m, err = ss.Recv(); err != nil {
				break
			}
			values := unpack(m)
			if len(values) == 0 {
				continue
			}
			yielded = true
			if stopped = yield(values...); stopped != nil {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	})
	if stopped != nil {
		return stopped
	}
	return err
}

func (c client) Check(ctx context.Context) (sdk.Health, error) {
	m, err := unary(ctx, c, always, pb.NewPluginServiceClient, pb.PluginServiceClient.Check, &pb.CheckRequest{Instance: c.instance})
	return wire.UnpackHealth(m.GetHealth()), err
}

func (c client) Hook(ctx context.Context, r sdk.HookRequest) (sdk.HookResponse, error) {
	m, err := unary(ctx, c, nil, pb.NewPluginServiceClient, pb.PluginServiceClient.Hook, wire.PackHook(c.instance, r))
	return wire.UnpackHookResponse(m), err
}

func (c client) List(ctx context.Context, yield func(...sdk.Request) error) error {
	return streamed(ctx, c, func(ctx context.Context, conn grpc.ClientConnInterface) (grpc.ServerStreamingClient[pb.ListResponse], error) {
		return pb.NewSourceServiceClient(conn).List(ctx, &pb.ListRequest{Instance: c.instance})
	}, func(m *pb.ListResponse) []sdk.Request { return wire.UnpackRequests(m.GetRequests()) }, yield)
}

func (c client) Acknowledge(ctx context.Context, a sdk.Acknowledgement) error {
	_, err := unary(ctx, c, nil, pb.NewSourceServiceClient, pb.SourceServiceClient.Acknowledge, wire.PackAcknowledgement(c.instance, a))
	return err
}

func (c client) Title(ctx context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	m, err := unary(ctx, c, always, pb.NewMetadataServiceClient, pb.MetadataServiceClient.Title, wire.PackTitleQuery(c.instance, q))
	return wire.UnpackTitle(m.GetTitle()), err
}

func (c client) Search(ctx context.Context, q sdk.SearchQuery) ([]sdk.Title, error) {
	m, err := unary(ctx, c, always, pb.NewMetadataServiceClient, pb.MetadataServiceClient.Search, wire.PackSearchQuery(c.instance, q))
	return wire.UnpackTitles(m.GetTitles()), err
}

func (c client) Catalogs(ctx context.Context) ([]sdk.Catalog, error) {
	m, err := unary(ctx, c, always, pb.NewMetadataServiceClient, pb.MetadataServiceClient.Catalogs, &pb.CatalogsRequest{Instance: c.instance})
	return wire.UnpackCatalogs(m.GetCatalogs()), err
}

func (c client) Catalog(ctx context.Context, q sdk.CatalogQuery) ([]sdk.Title, error) {
	m, err := unary(ctx, c, always, pb.NewMetadataServiceClient, pb.MetadataServiceClient.Catalog, wire.PackCatalogQuery(c.instance, q))
	return wire.UnpackTitles(m.GetTitles()), err
}

func (c client) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	return streamed(ctx, c, func(ctx context.Context, conn grpc.ClientConnInterface) (grpc.ServerStreamingClient[pb.ScrapeResponse], error) {
		return pb.NewScraperServiceClient(conn).Scrape(ctx, wire.PackQuery(c.instance, q))
	}, func(m *pb.ScrapeResponse) []sdk.Release { return wire.UnpackReleases(m.GetReleases()) }, yield)
}

func (c client) Feed(ctx context.Context, since time.Time, yield func(...sdk.Release) error) error {
	return streamed(ctx, c, func(ctx context.Context, conn grpc.ClientConnInterface) (grpc.ServerStreamingClient[pb.FeedResponse], error) {
		return pb.NewScraperServiceClient(conn).Feed(ctx, &pb.FeedRequest{Instance: c.instance, Since: wire.Stamp(since)})
	}, func(m *pb.FeedResponse) []sdk.Release { return wire.UnpackReleases(m.GetReleases()) }, yield)
}

func (c client) Torrent(ctx context.Context, url string) (sdk.Torrent, error) {
	m, err := unary(ctx, c, always, pb.NewScraperServiceClient, pb.ScraperServiceClient.Torrent, &pb.TorrentRequest{Instance: c.instance, Url: url})
	return wire.UnpackTorrent(m), err
}

func (c client) Add(ctx context.Context, r sdk.AddRequest) (sdk.Placement, error) {
	m, err := unary(ctx, c, always, pb.NewDebridServiceClient, pb.DebridServiceClient.Add, wire.PackAdd(c.instance, r))
	return wire.UnpackPlacement(m.GetPlacement()), err
}

func (c client) Link(ctx context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	m, err := unary(ctx, c, always, pb.NewDebridServiceClient, pb.DebridServiceClient.Link, wire.PackLinkRequest(c.instance, r))
	return wire.UnpackLink(m), err
}

func (c client) Remove(ctx context.Context, placement string) error {
	_, err := unary(ctx, c, always, pb.NewDebridServiceClient, pb.DebridServiceClient.Remove, &pb.RemoveRequest{Instance: c.instance, Placement: placement})
	return err
}

func (c client) Available(ctx context.Context, hashes []string) ([]sdk.Available, error) {
	m, err := unary(ctx, c, always, pb.NewDebridServiceClient, pb.DebridServiceClient.Available, &pb.AvailableRequest{Instance: c.instance, Hashes: hashes})
	return wire.UnpackAvailable(m.GetAvailable()), err
}

func (c client) Library(ctx context.Context, yield func(...sdk.Placement) error) error {
	return streamed(ctx, c, func(ctx context.Context, conn grpc.ClientConnInterface) (grpc.ServerStreamingClient[pb.LibraryResponse], error) {
		return pb.NewDebridServiceClient(conn).Library(ctx, &pb.LibraryRequest{Instance: c.instance})
	}, func(m *pb.LibraryResponse) []sdk.Placement { return wire.UnpackPlacements(m.GetPlacements()) }, yield)
}

func (c client) Analyze(ctx context.Context, r sdk.AnalyzeRequest) (sdk.Media, error) {
	m, err := unary(ctx, c, always, pb.NewAnalyzerServiceClient, pb.AnalyzerServiceClient.Analyze, wire.PackAnalyze(c.instance, r))
	return wire.UnpackMedia(m), err
}

func (c client) Find(ctx context.Context, q sdk.SubtitleQuery) ([]sdk.Subtitle, error) {
	m, err := unary(ctx, c, always, pb.NewSubtitlesServiceClient, pb.SubtitlesServiceClient.Find, wire.PackSubtitleQuery(c.instance, q))
	return wire.UnpackSubtitles(m.GetSubtitles()), err
}

func (c client) Fetch(ctx context.Context, id string) (sdk.SubtitleFile, error) {
	m, err := unary(ctx, c, always, pb.NewSubtitlesServiceClient, pb.SubtitlesServiceClient.Fetch, &pb.FetchRequest{Instance: c.instance, Id: id})
	return wire.UnpackSubtitleFile(m), err
}

func (c client) Update(ctx context.Context, changes []sdk.Change) error {
	_, err := unary(ctx, c, always, pb.NewUpdaterServiceClient, pb.UpdaterServiceClient.Update, &pb.UpdateRequest{Instance: c.instance, Changes: wire.PackChanges(changes)})
	return err
}

func (c client) Notify(ctx context.Context, n sdk.Notification) error {
	_, err := unary(ctx, c, nil, pb.NewNotifierServiceClient, pb.NotifierServiceClient.Notify, wire.PackNotification(c.instance, n))
	return err
}
