package overseerr

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// notification is the webhook's default payload, in which a template puts every value into a string.
type notification struct {
	Type  httpclient.String `json:"notification_type"`
	Media *struct {
		Type httpclient.String `json:"media_type"`
		TMDB httpclient.Int    `json:"tmdbId"`
		TVDB httpclient.Int    `json:"tvdbId"`
	} `json:"media"`
	Request *struct {
		ID       httpclient.String `json:"request_id"`
		Username httpclient.String `json:"requestedBy_username"`
	} `json:"request"`
	Extra []struct {
		Name  httpclient.String `json:"name"`
		Value httpclient.String `json:"value"`
	} `json:"extra"`
}

// Hook takes the webhook. What it does not act on is refused with the reason, so that it shows in the sender's log.
func (o *Overseerr) Hook(ctx context.Context, r sdk.HookRequest) (sdk.HookResponse, error) {
	var n notification
	switch {
	case r.Method != http.MethodPost:
		return answer(http.StatusMethodNotAllowed, "a webhook is sent with POST"), nil
	case !o.authorized(r.Header):
		return answer(http.StatusUnauthorized, "the authorization header is not the hook_secret of the configuration"), nil
	case json.Unmarshal(r.Body, &n) != nil:
		return answer(http.StatusBadRequest, "the body is not the webhook's JSON payload"), nil
	}
	switch n.Type {
	case "TEST_NOTIFICATION":
		return answer(http.StatusOK, "the test arrived"), nil
	case "MEDIA_APPROVED", "MEDIA_AUTO_APPROVED":
		return o.approved(ctx, n)
	case "":
		return answer(http.StatusBadRequest, "the payload has no notification_type"), nil
	}
	return answer(http.StatusUnprocessableEntity, "notifications of type "+string(n.Type)+" are ignored: only approved requests are taken"), nil
}

// approved looks the request up, because the payload does not tell all of it (4K) and is not to be trusted. Without an id,
// or where the server does not answer, the payload has to do.
func (o *Overseerr) approved(ctx context.Context, n notification) (sdk.HookResponse, error) {
	if n.Request != nil && n.Request.ID != "" {
		r, err := o.client.request(ctx, string(n.Request.ID))
		switch {
		case err == nil && r.wanted():
			return taken(o.wish(ctx, r)), nil
		case err == nil:
			return answer(http.StatusUnprocessableEntity, "the request is not approved, or is available already"), nil
		case sdk.KindOf(err) == sdk.NotFound:
			return answer(http.StatusUnprocessableEntity, "there is no request "+string(n.Request.ID)), nil
		}
		o.log.Warn("A request that a webhook told of cannot be looked up.", "request", string(n.Request.ID), "error", err)
	}
	w, reason := n.wish()
	if reason != "" {
		return answer(http.StatusUnprocessableEntity, reason), nil
	}
	return taken(w), nil
}

// wish is the request as the payload has it, or why it is none.
func (n notification) wish() (w sdk.Request, reason string) {
	if n.Media == nil || n.Media.TMDB <= 0 && n.Media.TVDB <= 0 {
		return sdk.Request{}, "the payload has no tmdbId and no tvdbId"
	}
	w = sdk.Request{IDs: sdk.IDs{TMDB: decimal(n.Media.TMDB), TVDB: decimal(n.Media.TVDB)}}
	switch n.Media.Type {
	case "movie":
		w.Kind = sdk.Movie
	case "tv":
		w.Kind = sdk.Show
	default:
		return sdk.Request{}, "the payload's media_type is neither movie nor tv"
	}
	if n.Request != nil {
		w.Ref, w.Person = string(n.Request.ID), string(n.Request.Username)
	}
	if w.Ref == "" {
		w.Ref = string(n.Media.Type) + ":" + w.IDs.String()
	}
	for _, x := range n.Extra {
		if x.Name == "Requested Seasons" && w.Kind == sdk.Show {
			w.Seasons = seasonList(string(x.Value))
		}
	}
	return w, ""
}

// seasonList reads "1, 2"; what is no number is left out.
func seasonList(s string) []int {
	var out []int
	for part := range strings.SplitSeq(s, ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(part)); err == nil && n >= 0 {
			out = append(out, n)
		}
	}
	return out
}

// authorized compares the header in constant time. It may come with the word Bearer.
func (o *Overseerr) authorized(h http.Header) bool {
	if o.secret.IsZero() {
		return true
	}
	got := strings.TrimPrefix(h.Get("Authorization"), "Bearer ")
	return subtle.ConstantTimeCompare([]byte(got), []byte(o.secret.Reveal())) == 1
}

func taken(w sdk.Request) sdk.HookResponse {
	r := answer(http.StatusOK, "the request is taken")
	r.Requests = []sdk.Request{w}
	return r
}

func answer(status int, message string) sdk.HookResponse {
	body, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		body = nil // a string always marshals
	}
	return sdk.HookResponse{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}
