package link

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// cure is what may help against a failed request.
type cure int

const (
	nothing  cure = iota
	patience      // the same again, a moment later; then another link
	renewal       // another link
)

// failure is why a request brought nothing.
type failure struct {
	says *sdk.Error
	cure cure
	ill  bool // the server is to be passed over for a while
}

func (f *failure) Error() string { return f.says.Error() }
func (f *failure) Unwrap() error { return f.says }

func fault(k sdk.Kind, c cure, format string, args ...any) *failure {
	return &failure{says: &sdk.Error{Kind: k, Scope: sdk.ReachLink, Message: "the server of the link " + fmt.Sprintf(format, args...)}, cure: c}
}

// request is one range to be had through one link.
type request struct {
	link    *lease
	rng     byteRange
	silence time.Duration // until the answer must have begun
	conn    func(reused bool)
}

// errSilent ends a request that is not answered in time.
var errSilent = errors.New("it did not answer in time")

// answered is a reply that is what was asked for.
type answered struct {
	*http.Response
	cancel context.CancelCauseFunc // ends it
	ctx    context.Context         // of the request: it ends by cancel alone
}

// fetch asks for a range. A reply to a range must be 206 with the range that was asked for: anything else is an error,
// never data.
func fetch(ctx context.Context, c *http.Client, q request) (*answered, error) {
	address, direct := q.link.where()
	a, err := once(ctx, c, q, address)
	var f *failure
	if direct || err == nil || !errors.As(err, &f) || f.cure == nothing {
		return a, err
	}
	q.link.led(q.link.URL) // where redirects led lately serves no more: the link itself is asked again
	return once(ctx, c, q, q.link.URL)
}

// once asks one address. The request's context is not ctx's child: a body is drained when its reader has left already.
func once(ctx context.Context, c *http.Client, q request, address string) (*answered, error) {
	inner, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	leave := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	silence := time.AfterFunc(q.silence, func() { cancel(errSilent) })
	resp, err := ask(inner, c, q, address)
	if left, silent := !leave(), !silence.Stop(); err == nil && (left || silent) {
		resp.Body.Close()
		err = errSilent
		cancel(cmp.Or(context.Cause(ctx), err)) // where that did not happen yet
	}
	if err == nil {
		if err = q.check(resp); err == nil {
			q.link.led(resp.Request.URL.String())
			return &answered{resp, cancel, inner}, nil
		}
		spare(resp, cancel)
	} else {
		err = unreachable(inner, err)
	}
	cancel(nil)
	return nil, err
}

const (
	// refusalBytes and refusalTime bound what is read of an answer that is not wanted, so that its connection can be used
	// again.
	refusalBytes = 4 << 10
	refusalTime  = 200 * time.Millisecond
)

// spare ends an answer that is not wanted, and keeps its connection where that costs nothing.
func spare(resp *http.Response, cancel context.CancelCauseFunc) {
	defer resp.Body.Close()
	if resp.ContentLength < 0 || resp.ContentLength > refusalBytes {
		return
	}
	guard := time.AfterFunc(refusalTime, func() { cancel(errSilent) })
	defer guard.Stop()
	_, _ = io.Copy(io.Discard, resp.Body) // where it fails the connection is not kept
}

func ask(ctx context.Context, c *http.Client, q request, address string) (*http.Response, error) {
	trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { q.conn(i.Reused) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	for k, vs := range q.link.header(address) {
		req.Header[k] = vs
	}
	if !q.link.NoRange {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", q.rng.off, q.rng.off+q.rng.n-1))
	}
	req.Header.Set("Accept-Encoding", "identity")
	return c.Do(req)
}

// unreachable says why there was no answer. Of the error it tells what the network said: the rest may hold a URL, of the
// link or of a redirect, and that is a secret.
func unreachable(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if cause != nil && !errors.Is(cause, errSilent) {
		return cause
	}
	text, c := "cannot be reached", patience
	var op *net.OpError
	var u *url.Error
	switch {
	case errors.Is(err, errCircle), errors.Is(err, errScheme):
		return fault(sdk.Unavailable, renewal, "redirects in a circle, or to what is not safe to follow")
	case cause != nil, errors.As(err, &u) && u.Timeout():
		text, c = "cannot be reached: "+errSilent.Error(), renewal
	case errors.As(err, &op):
		text += ": " + op.Error()
	}
	f := fault(sdk.Unavailable, c, "%s", text)
	f.ill = true
	return f
}

// check decides what a reply means.
func (q request) check(resp *http.Response) error {
	switch code := resp.StatusCode; code {
	case http.StatusPartialContent, http.StatusOK:
		return q.checkBody(resp)
	case http.StatusTooManyRequests:
		f := fault(sdk.Limited, nothing, "answered 429")
		f.says.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
		return f
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		return fault(sdk.Gone, renewal, "answered %d", code)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault(sdk.Denied, renewal, "answered %d", code)
	case http.StatusServiceUnavailable:
		f := fault(sdk.Unavailable, renewal, "answered %d", code)
		f.says.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
		return f
	default:
		f := fault(sdk.Unavailable, renewal, "answered %d", code)
		if code >= 500 {
			f.cure, f.ill = patience, true
		}
		return f
	}
}

// checkBody makes sure that a body is what was asked for, as far as its header tells.
func (q request) checkBody(resp *http.Response) error {
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return fault(sdk.Unavailable, renewal, "sent an encoded body")
	}
	if err := q.checkSpan(resp); err != nil {
		return err
	}
	if !q.link.same(resp.Header.Get("ETag")) {
		return fault(sdk.Unavailable, renewal, "sent another file than before")
	}
	return nil
}

func (q request) checkSpan(resp *http.Response) error {
	switch ok := resp.StatusCode == http.StatusOK; {
	case !ok && !q.link.NoRange:
		return checkRange(resp.Header.Get("Content-Range"), q.rng)
	case !ok:
		return fault(sdk.Unavailable, renewal, "sent a range that nobody asked for")
	case !q.link.NoRange:
		return fault(sdk.Unavailable, renewal, "ignored the range that was asked for")
	case q.rng.size > 0 && resp.ContentLength != q.rng.size: // nothing else tells whether it is the file
		return fault(sdk.Unavailable, renewal, "has a file of %d bytes, not %d", resp.ContentLength, q.rng.size)
	}
	return nil
}
