package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/sdk"
)

// Problem is every error of the API (RFC 9457): what went wrong, where, and what to do about it.
type Problem struct {
	huma.ErrorModel
	Kind    string `json:"kind" doc:"What to do about it: other, invalid, denied, not-found, gone, limited, pending or unavailable"`
	Request string `json:"request,omitempty" doc:"Finds the request in the log"`

	retry int // seconds; 0: unknown
}

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)

// GetStatus implements [huma.StatusError].
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements [huma.ContentTypeFilter].
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements [huma.HeadersError].
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	return h
}

// problem is an error as a client sees it. What is no [sdk.Error] may hold anything: it is told to the log alone.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	kind := sdk.KindOf(err)
	p := &Problem{Kind: string(kind), Request: requestID(ctx), retry: int(math.Ceil(sdk.RetryAfter(err).Seconds()))}
	p.Status, p.Title = kind.HTTPStatus(), kind.Sentence()
	var told *sdk.Error
	switch {
	case errors.Is(err, errTooMany):
		p.Kind, p.retry = string(sdk.Limited), int(tryEvery.Seconds())
		p.Status, p.Title, p.Detail = http.StatusTooManyRequests, "Too many wrong passwords.", "Wait a little, then try again."
	case errors.As(err, &told):
		p.Detail = err.Error()
		if told.Attribute != "" {
			p.Errors = []*huma.ErrorDetail{{Message: told.Message, Location: told.Attribute}}
		}
	case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		p.Detail = "It took too long."
	default:
		p.Detail = "The log of the daemon tells more; look for request " + p.Request + "."
		s.log.Error("a request failed", "request", p.Request, "err", err)
	}
	return p
}

func invalid(format string, args ...any) error { return sdk.Errorf(sdk.Invalid, format, args...) }

// errDenied answers who has no credentials, or wrong ones.
func errDenied(ctx context.Context) *Problem {
	p := &Problem{Kind: string(sdk.Denied), Request: requestID(ctx)}
	p.Status, p.Title = http.StatusUnauthorized, "Credentials are needed."
	p.Detail = "Send an API key in the header X-Api-Key (millrace key new makes one), or log in at /login."
	return p
}

// write sends a problem outside of huma.
func (p *Problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil { // it holds nothing that cannot be written
		http.Error(w, p.Title, p.Status)
		return
	}
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the client may have left
}

// sameShape gives the errors that huma makes itself the shape of all others.
func sameShape(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{ErrorModel: *m, Kind: string(kindOfStatus(m.Status)), Request: requestID(ctx.Context())}
	p.Title = sdk.Kind(p.Kind).Sentence()
	var told []string
	for _, e := range p.Errors {
		e.Value = nil // what was sent may be a secret
		told = append(told, strings.TrimPrefix(e.Location+": "+e.Message, ": "))
	}
	if len(told) > 0 {
		p.Detail = strings.Join(told, "; ")
	}
	return p, nil
}

func kindOfStatus(code int) sdk.Kind {
	switch {
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed:
		return sdk.NotFound
	case code >= 400 && code < 500:
		return sdk.Invalid
	}
	return sdk.Other
}
