package httpclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

const (
	// maxBackoff bounds the wait between two attempts when the service names none.
	maxBackoff = 10 * time.Second
	// maxPatience is the longest Retry-After that is waited for here; a longer one is the caller's to plan with.
	maxPatience = 30 * time.Second
)

// Do makes a request and gives the whole answer. Each attempt first waits for the rate limit. Calls that may be sent twice
// are sent again after a failure of the transport and after the statuses 429, 502, 503 and 504, as long as ctx
// has time for the wait. A redirect to another scheme is an answer with Location.
//
// An error is the context's own where ctx has ended, else an [sdk.Error]:
//
//	400, 405, 406, 411, 413, 414, 415, 422   Invalid
//	401, 402, 403, 407                       Denied, of the account; a challenge of Cloudflare is Unavailable
//	404                                      NotFound
//	410, 451                                 Gone
//	429, 509                                 Limited, of the account, with RetryAfter
//	408, 425 and the other 5xx               Unavailable, of the provider
//	no connection, a time-out, a body that
//	breaks off or cannot be decoded          Unavailable, of the provider
//	a body over the bound, all else          Other
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	data, contentType, err := r.payload()
	if err != nil {
		return nil, sdk.Errorf(sdk.Invalid, "encode the request: %w", err)
	}
	for n := 0; ; n++ {
		a, again, err := c.attempt(ctx, r, data, contentType)
		if err == nil {
			return a, nil
		}
		if ctx.Err() != nil || !again || !r.repeatable() || n >= c.options.Retries {
			return nil, err
		}
		if !wait(ctx, c.pause(n, err)) {
			return nil, err
		}
	}
}

// pause is how long to wait before the next attempt.
func (c *Client) pause(n int, err error) time.Duration {
	if d := sdk.RetryAfter(err); d > 0 {
		return d
	}
	d := min(c.options.Backoff<<min(n, 16), maxBackoff)
	return d/2 + rand.N(d/2+1)
}

// wait waits, and reports false at once where there is no time for that.
func wait(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); d > maxPatience || ok && time.Until(deadline) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt makes the request once and reports whether another try could help.
func (c *Client) attempt(ctx context.Context, r Request, data []byte, contentType string) (a *Answer, again bool, err error) {
	if c.limit != nil {
		if err := c.limit.Acquire(ctx, r.Class, 1); err != nil {
			return nil, false, fmt.Errorf("wait for the rate limit: %w", err)
		}
	}
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	req, secrets, err := c.build(limited, r, data, contentType)
	if err != nil {
		return nil, false, err
	}
	what := mask(req.Method+" "+Redact(req.URL), secrets)
	began := time.Now()
	a, err = c.send(req, cmpOr(r.MaxBody, c.options.MaxBody))
	if err != nil {
		err, again = c.transportError(ctx, what, err, secrets)
		c.log.Debug("call failed", "call", what, "took", time.Since(began), "error", err)
		return nil, again, err
	}
	c.log.Debug("called", "call", what, "status", a.Status, "bytes", len(a.Body), "took", time.Since(began))
	a.what, a.secrets = what, secrets
	if err := c.judge(a, r.Allow); err != nil {
		return nil, repeatableStatus(a.Status), err
	}
	return a, false, nil
}

// errTooLarge is a body over its bound.
var errTooLarge = errors.New("the answer is too large")

func (c *Client) send(req *http.Request, limit int64) (*Answer, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() // read to its end below; nothing is left to fail
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	a := &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, URL: resp.Request.URL.String()}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		a.Location = resp.Header.Get("Location")
	}
	return a, nil
}

// transportError tells what a call that got no whole answer means, without the URL that net/http puts into its errors.
func (c *Client) transportError(ctx context.Context, what string, err error, secrets []string) (mapped error, again bool) {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%s: %w", what, cause), false
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var ours *sdk.Error // of the host's own client, as an address that a user may not reach
	if errors.As(err, &ours) {
		return fmt.Errorf("%s: %w", what, ours), false
	}
	e := &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: what + ": " + scrub(err.Error(), secrets)}
	switch {
	case errors.Is(err, errTooLarge):
		e.Kind, e.Scope = sdk.Other, sdk.ReachItem
		return e, false
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = fmt.Sprintf("%s: no answer within %s", what, c.options.Timeout)
	}
	return e, true
}

// judge decides whether an answer is one.
func (c *Client) judge(a *Answer, allow []int) error {
	if c.options.Errors != nil {
		if err := c.options.Errors(a.Status, a.Header, a.Body); err != nil {
			return a.told(err)
		}
	}
	if a.Status < 300 || slices.Contains(allow, a.Status) || a.Location != "" {
		return nil
	}
	e := &sdk.Error{Message: fmt.Sprintf("%s: %d %s", a.what, a.Status, http.StatusText(a.Status))}
	e.Kind, e.Scope = KindOfStatus(a.Status)
	if a.Header.Get("Cf-Mitigated") == "challenge" {
		e.Kind, e.Scope = sdk.Unavailable, sdk.ReachProvider
		e.Message = a.what + ": Cloudflare asks for a browser"
	}
	a.date(e)
	return e
}

// told is what the service's own reader of errors made of an answer, without what must not be shown.
func (a *Answer) told(err error) error {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return &sdk.Error{Kind: sdk.Other, Message: a.what + ": " + scrub(err.Error(), a.secrets)}
	}
	full := *e
	if e.Message == "" && e.Err != nil {
		full.Message = e.Err.Error()
	}
	full.Message = scrub(full.Message, a.secrets)
	a.date(&full)
	return &full
}

// date adds when to ask again, where that matters and the headers tell.
func (a *Answer) date(e *sdk.Error) {
	switch e.Kind {
	case sdk.Limited, sdk.Unavailable, sdk.Pending:
		if e.RetryAfter == 0 {
			e.RetryAfter = RetryAfter(a.Header, time.Now())
		}
	}
}

func repeatableStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// KindOfStatus tells what a status of 300 and above means where the service says nothing more, as the table at [Client.Do].
func KindOfStatus(status int) (sdk.Kind, sdk.Reach) {
	switch status {
	case 400, 405, 406, 411, 413, 414, 415, 422:
		return sdk.Invalid, sdk.ReachItem
	case 401, 402, 403, 407:
		return sdk.Denied, sdk.ReachAccount
	case 404:
		return sdk.NotFound, sdk.ReachItem
	case 410, 451:
		return sdk.Gone, sdk.ReachItem
	case 429, 509:
		return sdk.Limited, sdk.ReachAccount
	case 408, 425:
		return sdk.Unavailable, sdk.ReachProvider
	}
	if status >= 500 {
		return sdk.Unavailable, sdk.ReachProvider
	}
	return sdk.Other, sdk.ReachItem
}
