package sdktest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/sdktest"
	"github.com/millrace-media/millrace/sdk/serve"
)

// other is every capability that no plugin of the tests above has, each an answer of the upstream passed on.
type other struct{ client *httpclient.Client }

func newOther(_ context.Context, env sdk.Env, s settings) (*other, error) {
	c, err := httpclient.New(env, httpclient.Options{URL: s.URL, Retries: -1})
	return &other{c}, err
}

func ask[V any](ctx context.Context, o *other, path string) (v V, err error) {
	return v, o.client.JSON(ctx, httpclient.Request{Path: path, Out: &v})
}

func (o *other) Title(ctx context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	if q.IMDb != "tt0000001" {
		return sdk.Title{}, sdk.Errorf(sdk.NotFound, "no such title")
	}
	return ask[sdk.Title](ctx, o, "title")
}

func (o *other) Search(ctx context.Context, _ sdk.SearchQuery) ([]sdk.Title, error) {
	t, err := ask[sdk.Title](ctx, o, "title")
	return []sdk.Title{t}, err
}

func (o *other) Find(ctx context.Context, _ sdk.SubtitleQuery) ([]sdk.Subtitle, error) {
	return ask[[]sdk.Subtitle](ctx, o, "subtitles")
}

func (o *other) Fetch(ctx context.Context, _ string) (sdk.SubtitleFile, error) {
	return ask[sdk.SubtitleFile](ctx, o, "file")
}

func (o *other) Analyze(ctx context.Context, _ sdk.AnalyzeRequest) (sdk.Media, error) {
	return ask[sdk.Media](ctx, o, "media")
}

func (o *other) Notify(ctx context.Context, n sdk.Notification) error {
	return o.client.JSON(ctx, httpclient.Request{Path: "notify", Body: n, Out: new(struct{})})
}

func others() serve.Plugin {
	return serve.Plugin{Name: "others", Version: "1", Capabilities: []serve.Capability{
		serve.Metadata(newOther), serve.Subtitles(newOther), serve.Analyzer(newOther), serve.Notifier(newOther),
	}}
}

func TestTheOtherSuitesPassAGoodPlugin(t *testing.T) {
	title := sdk.Title{
		IDs: sdk.IDs{IMDb: "tt0000001"}, Kind: sdk.Show, Name: "A Show", Year: 2010,
		Episodes: []sdk.Episode{{Season: 1, Number: 1, AirTime: time.Date(2010, 1, 2, 3, 4, 0, 0, time.UTC)}, {Season: 1, Number: 2}},
	}
	subtitles := []sdk.Subtitle{{ID: "1", Language: "en", Format: "srt", Score: 0.5}}
	file := sdk.SubtitleFile{Name: "a.srt", Data: []byte("1\n")}
	media := sdk.Media{Container: "matroska", Duration: time.Minute, Tracks: []sdk.Track{{Kind: "video", Codec: "h264", Width: 320}}}
	up := sdktest.NewUpstream(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := map[string]any{"/title": title, "/subtitles": subtitles, "/file": file, "/media": media, "/notify": struct{}{}}[r.URL.Path]
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			panic(err)
		}
	}))
	c := sdktest.Case{Plugin: others(), Settings: map[string]any{"url": up.URL}, Upstream: up}
	t.Run("metadata", func(t *testing.T) {
		sdktest.Metadata(t, sdktest.MetadataCase{
			Case: c, Query: sdk.TitleQuery{IDs: title.IDs, Kind: sdk.Show}, Want: title,
			Unknown: sdk.TitleQuery{IDs: sdk.IDs{IMDb: "tt0000002"}}, Search: sdk.SearchQuery{Text: "show"},
		})
	})
	t.Run("subtitles", func(t *testing.T) {
		sdktest.Subtitles(t, sdktest.SubtitlesCase{Case: c, Query: sdk.SubtitleQuery{Languages: []string{"en"}}, Want: subtitles, File: file})
	})
	t.Run("analyzer", func(t *testing.T) {
		sdktest.Analyzer(t, sdktest.AnalyzerCase{Case: c, Request: sdk.AnalyzeRequest{URL: up.URL, Name: "a.mkv"}, Want: media})
	})
	t.Run("notifier", func(t *testing.T) {
		sdktest.Notifier(t, sdktest.NotifierCase{Case: c, Notification: sdk.Notification{Event: "completed", Title: "A Show", Text: "It is here."}, Heard: func(t sdktest.T) {
			if up.Count("POST", "/notify") != 1 {
				t.Errorf("nobody heard of it")
			}
		}})
	})
}
