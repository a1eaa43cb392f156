package wire

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// words are what the fields of named string types may hold: another value would rightly be lost.
var words = map[reflect.Type]string{
	reflect.TypeFor[sdk.TitleKind]():      string(sdk.Show),
	reflect.TypeFor[sdk.Status]():         string(sdk.StatusEnded),
	reflect.TypeFor[sdk.Scope]():          string(sdk.ScopeEpisode),
	reflect.TypeFor[sdk.Progress]():       string(sdk.ProgressPartial),
	reflect.TypeFor[sdk.PlacementState](): string(sdk.PlacementReady),
	reflect.TypeFor[sdk.Cached]():         string(sdk.CachedYes),
	reflect.TypeFor[sdk.ChangeKind]():     string(sdk.ChangeDeleted),
}

// fill gives every field of a value, however deep, something of its own that is not zero.
func fill(v reflect.Value, n *int64) {
	*n++
	if t, ok := v.Addr().Interface().(*time.Time); ok {
		*t = time.Unix(1_700_000_000+*n, *n).UTC()
		return
	}
	switch v.Kind() {
	case reflect.String:
		if w, ok := words[v.Type()]; ok {
			v.SetString(w)
			return
		}
		v.SetString(fmt.Sprintf("text %d ü", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(-*n)
	case reflect.Float64:
		v.SetFloat(float64(*n) / 8)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(fmt.Appendf(nil, `{"n":%d}`, *n))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	}
}

// trip is a way over the wire and back.
func trip[V any, M proto.Message](pack func(V) M, unpack func(M) V) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		var empty, full V
		n := int64(0)
		fill(reflect.ValueOf(&full).Elem(), &n)
		for _, want := range []V{empty, full} {
			m := pack(want)
			b, err := proto.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			back, _ := m.ProtoReflect().New().Interface().(M)
			if err := proto.Unmarshal(b, back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, unpack(back)); diff != "" {
				t.Errorf("something was lost (-want +got):\n%s", diff)
			}
		}
	}
}

func withInstance[V, M any](pack func(string, V) M) func(V) M {
	return func(v V) M { return pack("instance", v) }
}

func TestNothingIsLostOnTheWire(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T){
		"description":     trip(PackDescription, UnpackDescription),
		"health":          trip(PackHealth, UnpackHealth),
		"hook":            trip(withInstance(PackHook), UnpackHook),
		"hook response":   trip(PackHookResponse, UnpackHookResponse),
		"title":           trip(PackTitle, UnpackTitle),
		"title query":     trip(withInstance(PackTitleQuery), UnpackTitleQuery),
		"search query":    trip(withInstance(PackSearchQuery), UnpackSearchQuery),
		"catalog query":   trip(withInstance(PackCatalogQuery), UnpackCatalogQuery),
		"query":           trip(withInstance(PackQuery), UnpackQuery),
		"torrent":         trip(PackTorrent, UnpackTorrent),
		"add":             trip(withInstance(PackAdd), UnpackAdd),
		"placement":       trip(PackPlacement, UnpackPlacement),
		"link request":    trip(withInstance(PackLinkRequest), UnpackLinkRequest),
		"link":            trip(PackLink, UnpackLink),
		"acknowledgement": trip(withInstance(PackAcknowledgement), UnpackAcknowledgement),
		"analyze":         trip(withInstance(PackAnalyze), UnpackAnalyze),
		"media":           trip(PackMedia, UnpackMedia),
		"subtitle query":  trip(withInstance(PackSubtitleQuery), UnpackSubtitleQuery),
		"subtitle file":   trip(PackSubtitleFile, UnpackSubtitleFile),
		"notification":    trip(withInstance(PackNotification), UnpackNotification),
		"limits":          trip(PackLimits, UnpackLimits),
		"requests": trip(func(v []sdk.Request) *pb.ListResponse { return &pb.ListResponse{Requests: PackRequests(v)} },
			func(m *pb.ListResponse) []sdk.Request { return UnpackRequests(m.GetRequests()) }),
		"catalogs": trip(func(v []sdk.Catalog) *pb.CatalogsResponse { return &pb.CatalogsResponse{Catalogs: PackCatalogs(v)} },
			func(m *pb.CatalogsResponse) []sdk.Catalog { return UnpackCatalogs(m.GetCatalogs()) }),
		"releases": trip(func(v []sdk.Release) *pb.ScrapeResponse { return &pb.ScrapeResponse{Releases: PackReleases(v)} },
			func(m *pb.ScrapeResponse) []sdk.Release { return UnpackReleases(m.GetReleases()) }),
		"available": trip(func(v []sdk.Available) *pb.AvailableResponse {
			return &pb.AvailableResponse{Available: PackAvailable(v)}
		}, func(m *pb.AvailableResponse) []sdk.Available { return UnpackAvailable(m.GetAvailable()) }),
		"subtitles": trip(func(v []sdk.Subtitle) *pb.FindResponse { return &pb.FindResponse{Subtitles: PackSubtitles(v)} },
			func(m *pb.FindResponse) []sdk.Subtitle { return UnpackSubtitles(m.GetSubtitles()) }),
		"changes": trip(func(v []sdk.Change) *pb.UpdateRequest { return &pb.UpdateRequest{Changes: PackChanges(v)} },
			func(m *pb.UpdateRequest) []sdk.Change { return UnpackChanges(m.GetChanges()) }),
		"diagnostics": trip(func(v []sdk.Diagnostic) *pb.ValidateResponse {
			return &pb.ValidateResponse{Diagnostics: PackDiagnostics(v)}
		}, func(m *pb.ValidateResponse) []sdk.Diagnostic { return UnpackDiagnostics(m.GetDiagnostics()) }),
	} {
		t.Run(name, run)
	}
}

func TestEveryWordHasANumber(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{
		"title kinds": len(titleKinds.word), "statuses": len(statuses.word), "scopes": len(scopes.word), "progresses": len(progresses.word),
		"placement states": len(placementStates.word), "cached": len(cacheds.word), "change kinds": len(changeKinds.word), "trusts": len(trusts.word),
	} {
		want := map[string]int{
			"title kinds": len(pb.TitleKind_name), "statuses": len(pb.Status_name), "scopes": len(pb.Scope_name), "progresses": len(pb.Progress_name),
			"placement states": len(pb.PlacementState_name), "cached": len(pb.Cached_name), "change kinds": len(pb.ChangeKind_name), "trusts": len(pb.Trust_name),
		}[name] - 1 // the unspecified one
		if n != want {
			t.Errorf("%s: %d words for %d numbers", name, n, want)
		}
	}
	if got := UnpackTrust(99); got != sdk.TrustUser {
		t.Errorf("an unknown level of trust is %q", got)
	}
}

func TestBadTextCostsNothingElse(t *testing.T) {
	t.Parallel()
	m := &pb.ScrapeResponse{Releases: PackReleases([]sdk.Release{{Name: "a\xffb", Files: []sdk.File{{Path: "\xc3"}}}, {Name: "good"}})}
	if _, err := proto.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if got := UnpackReleases(m.GetReleases()); got[0].Name != "a\uFFFDb" || got[1].Name != "good" {
		t.Errorf("got %+v", got)
	}
}

func TestErrorsCross(t *testing.T) {
	t.Parallel()
	full := sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachAccount, RetryAfter: time.Minute, Code: "8", Message: "bad token", Attribute: "token"}
	for _, tt := range []struct {
		name string
		err  error
		want sdk.Error
	}{
		{"whole", &full, full},
		{"with what was attempted", fmt.Errorf("add: %w", &full), sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachAccount, RetryAfter: time.Minute, Code: "8", Message: "add: bad token", Attribute: "token"}},
		{"with their cause in words", &sdk.Error{Kind: sdk.Gone, Code: "x", Err: errors.New("why")}, sdk.Error{Kind: sdk.Gone, Code: "x", Message: "why"}},
		{"as other where nothing is known", errors.New("boom"), sdk.Error{Kind: sdk.Other, Message: "boom"}},
		{"as unavailable where a deadline of their own passed", fmt.Errorf("get: %w", context.DeadlineExceeded), sdk.Error{Kind: sdk.Unavailable, Message: "get: context deadline exceeded"}},
		{"as other where the kind is none", &sdk.Error{Kind: "odd", Message: "m"}, sdk.Error{Kind: sdk.Other, Message: "m"}},
		{"without keys in URLs", errors.New(`Get "https://u:p@h.example/a?apikey=hunter2&x=1": EOF`), sdk.Error{Kind: sdk.Other, Message: `Get "https://…@h.example/a?…": EOF`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got *sdk.Error
			if err := UnpackError(PackError(t.Context(), tt.err)); !errors.As(err, &got) {
				t.Fatalf("got %T %v", err, err)
			}
			if diff := cmp.Diff(tt.want, *got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
	for _, k := range sdk.Kinds() {
		if got := sdk.KindOf(UnpackError(PackError(t.Context(), &sdk.Error{Kind: k}))); got != k {
			t.Errorf("%s became %s", k, got)
		}
	}
}

func TestTransportErrorsAreNotTakenForUpstreams(t *testing.T) {
	t.Parallel()
	err := UnpackError(status.Error(codes.Unavailable, "connection refused"))
	if e := (*sdk.Error)(nil); errors.As(err, &e) || status.Code(err) != codes.Unavailable {
		t.Errorf("got %T %v", err, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := status.Code(PackError(ctx, errors.New("read: connection reset"))); got != codes.Canceled {
		t.Errorf("a call that was cut off fails with %v", got)
	}
	if err := UnpackError(status.Error(codes.DeadlineExceeded, "late")); !errors.Is(err, context.DeadlineExceeded) || sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
	if PackError(t.Context(), nil) != nil || UnpackError(nil) != nil {
		t.Error("nil became an error")
	}
}

func TestLongMessagesAreShortened(t *testing.T) {
	t.Parallel()
	err := UnpackError(PackError(t.Context(), errors.New(strings.Repeat("ü", 1<<20))))
	if n := len(err.Error()); n > maxMessage+8 {
		t.Errorf("%d bytes", n)
	}
}

// FuzzUnpack reads a stranger's bytes as every message that a host gets.
func FuzzUnpack(f *testing.F) {
	var r sdk.Release
	n := int64(0)
	fill(reflect.ValueOf(&r).Elem(), &n)
	seed, err := proto.Marshal(&pb.ScrapeResponse{Releases: PackReleases([]sdk.Release{r})})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if m := new(pb.ScrapeResponse); proto.Unmarshal(b, m) == nil {
			if _, err := proto.Marshal(&pb.ScrapeResponse{Releases: PackReleases(UnpackReleases(m.GetReleases()))}); err != nil {
				t.Error(err)
			}
		}
		if m := new(pb.TitleResponse); proto.Unmarshal(b, m) == nil {
			PackTitle(UnpackTitle(m.GetTitle()))
		}
		if m := new(pb.DescribeResponse); proto.Unmarshal(b, m) == nil {
			PackDescription(UnpackDescription(m))
		}
		if m := new(pb.HookResponse); proto.Unmarshal(b, m) == nil {
			PackHookResponse(UnpackHookResponse(m))
		}
		if m := new(pb.LinkResponse); proto.Unmarshal(b, m) == nil {
			PackLink(UnpackLink(m))
		}
		if m := new(pb.AnalyzeResponse); proto.Unmarshal(b, m) == nil {
			PackMedia(UnpackMedia(m))
		}
		if m := new(pb.LibraryResponse); proto.Unmarshal(b, m) == nil {
			PackPlacements(UnpackPlacements(m.GetPlacements()))
		}
	})
}

// FuzzMaskURLs checks that no query survives.
func FuzzMaskURLs(f *testing.F) {
	f.Add(`Get "https://h/a?apikey=hunter2": EOF`)
	f.Add("://?://?")
	f.Fuzz(func(t *testing.T, s string) {
		if got := maskURLs("https://h/p?" + s); strings.HasPrefix(s, "k") && strings.Contains(got, "?k") {
			t.Errorf("%q became %q", s, got)
		}
	})
}
