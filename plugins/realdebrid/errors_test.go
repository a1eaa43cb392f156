package realdebrid

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

// The table is written by hand from the documentation's list of numeric error codes, with the status that comes with each.
func TestEveryErrorCodeHasItsMeaning(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		code, status int
		kind         sdk.Kind
		scope        sdk.Reach
	}{
		{-1, 500, sdk.Unavailable, sdk.ReachProvider},
		{1, 400, sdk.Invalid, sdk.ReachItem},
		{2, 400, sdk.Invalid, sdk.ReachItem},
		{3, 404, sdk.Other, sdk.ReachProvider},
		{4, 405, sdk.Other, sdk.ReachProvider},
		{5, 429, sdk.Limited, sdk.ReachAccount},
		{6, 503, sdk.Unavailable, sdk.ReachLink},
		{7, 404, sdk.NotFound, sdk.ReachItem},
		{8, 401, sdk.Denied, sdk.ReachAccount},
		{9, 403, sdk.Denied, sdk.ReachAccount},
		{10, 403, sdk.Denied, sdk.ReachAccount},
		{11, 403, sdk.Denied, sdk.ReachAccount},
		{12, 403, sdk.Denied, sdk.ReachAccount},
		{13, 403, sdk.Denied, sdk.ReachAccount},
		{14, 403, sdk.Denied, sdk.ReachAccount},
		{15, 403, sdk.Denied, sdk.ReachAccount},
		{16, 503, sdk.NotFound, sdk.ReachLink},
		{17, 503, sdk.Unavailable, sdk.ReachLink},
		{18, 503, sdk.Limited, sdk.ReachAccount},
		{19, 503, sdk.Unavailable, sdk.ReachLink},
		{20, 403, sdk.Denied, sdk.ReachAccount},
		{21, 503, sdk.Limited, sdk.ReachAccount},
		{22, 403, sdk.Denied, sdk.ReachAccount},
		{23, 503, sdk.Limited, sdk.ReachAccount},
		{24, 503, sdk.Gone, sdk.ReachLink},
		{25, 503, sdk.Unavailable, sdk.ReachProvider},
		{26, 400, sdk.Gone, sdk.ReachItem},
		{27, 503, sdk.Other, sdk.ReachItem},
		{28, 403, sdk.Gone, sdk.ReachItem},
		{29, 400, sdk.Gone, sdk.ReachItem},
		{30, 400, sdk.Gone, sdk.ReachItem},
		{31, 400, sdk.Other, sdk.ReachItem},
		{32, 400, sdk.Other, sdk.ReachItem},
		{33, 400, sdk.Pending, sdk.ReachItem},
		{34, 429, sdk.Limited, sdk.ReachAccount},
		{35, 451, sdk.Gone, sdk.ReachItem},
		{36, 429, sdk.Limited, sdk.ReachAccount},
		{37, 403, sdk.Unavailable, sdk.ReachProvider},
		{99, 503, sdk.Unavailable, sdk.ReachProvider}, // not in the list: its status tells
		{99, 418, sdk.Other, sdk.ReachItem},
	} {
		t.Run(fmt.Sprintf("%d with status %d", row.code, row.status), func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf(`{"error": "a_word", "error_code": %d}`, row.code)
			got := apiError(row.status, nil, []byte(body))
			want := &sdk.Error{Kind: row.kind, Scope: row.scope, Code: fmt.Sprint(row.code)}
			if diff := cmp.Diff(got, error(want), cmpopts.IgnoreFields(sdk.Error{}, "Message")); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestAnswersWithoutACodeAreJudgedByTheirStatus(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>", `{"error": "odd"}`, `{"error_code": null}`, `[]`} {
		if err := apiError(http.StatusBadGateway, nil, []byte(body)); err != nil {
			t.Errorf("apiError(%q) = %v, want nil", body, err)
		}
	}
	if err := apiError(http.StatusOK, nil, []byte(`{"error_code": 8}`)); err != nil {
		t.Errorf("an answer of 200 is an error: %v", err)
	}
}

func TestEveryCallKeepsTheTableOfErrors(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *RealDebrid) error{
		"add": func(ctx context.Context, r *RealDebrid) error { _, err := r.Add(ctx, request(1)); return err },
		"link": func(ctx context.Context, r *RealDebrid) error {
			_, err := r.Link(ctx, sdk.LinkRequest{Placement: "X"})
			return err
		},
		"library": func(ctx context.Context, r *RealDebrid) error {
			return r.Library(ctx, func(...sdk.Placement) error { return nil })
		},
		"check":  func(ctx context.Context, r *RealDebrid) error { _, err := r.Check(ctx); return err },
		"remove": func(ctx context.Context, r *RealDebrid) error { return r.Remove(ctx, "X") },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, f, up := setup(t)
			f.torrents = []*held{{torrent: torrent{ID: "X", Hash: "aa", Status: statusDownloaded}}}
			but := map[string]sdk.Kind{}
			if name == "remove" { // there is no answer to read, and what is not there need not go
				but = sdktest.Unread()
				but["404 is NotFound"] = ""
			}
			sdktest.Errors(t, up, func(ctx context.Context) error { return call(ctx, r) }, but)
		})
	}
}
