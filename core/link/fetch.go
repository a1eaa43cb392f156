package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// fetch asks for n bytes from off. A reply to a range must be 206 with the range that was asked for: anything else is an
// error, never data. The body gives exactly n bytes or an error.
func fetch(ctx context.Context, c *http.Client, l sdk.Link, rng byteRange) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL, nil)
	if err != nil {
		return nil, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: "the link is no URL"}
	}
	for k, vs := range l.Header {
		req.Header[k] = vs
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", rng.off, rng.off+rng.n-1))
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := c.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if err := check(resp, rng); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return &body{ReadCloser: resp.Body, left: rng.n}, nil
}

// byteRange is what is asked of a file.
type byteRange struct {
	off, n int64
	size   int64 // of the file; 0 unknown
}

// unreachable says why there was no answer. Of the error it tells what the network said: the rest may hold a URL, of the
// link or of a redirect, and that is a secret.
func unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	text := "the server of the link cannot be reached"
	var op *net.OpError
	var u *url.Error
	switch {
	case errors.As(err, &op):
		text += ": " + op.Error()
	case errors.As(err, &u) && u.Timeout():
		text += ": it did not answer in time"
	}
	return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: text}
}

// check decides what a reply means.
func check(resp *http.Response, rng byteRange) error {
	switch code := resp.StatusCode; code {
	case http.StatusPartialContent:
		return checkRange(resp.Header.Get("Content-Range"), rng)
	case http.StatusTooManyRequests:
		return &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachLink, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()), Message: "the server of the link answered 429"}
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		return &sdk.Error{Kind: sdk.Gone, Scope: sdk.ReachLink, Message: fmt.Sprintf("the server of the link answered %d", code)}
	case http.StatusUnauthorized, http.StatusForbidden:
		return &sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachLink, Message: fmt.Sprintf("the server of the link answered %d", code)}
	case http.StatusOK:
		return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: "the server of the link ignored the range that was asked for"}
	default:
		return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: fmt.Sprintf("the server of the link answered %d", code)}
	}
}

// checkRange compares "bytes 0-99/1234" with what was asked.
func checkRange(header string, rng byteRange) error {
	bad := &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: "the server of the link sent another range than was asked for"}
	text, ok := strings.CutPrefix(header, "bytes ")
	span, total, ok2 := strings.Cut(text, "/")
	lo, hi, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return bad
	}
	first, err1 := strconv.ParseInt(lo, 10, 64)
	last, err2 := strconv.ParseInt(hi, 10, 64)
	if err1 != nil || err2 != nil || first != rng.off || last != rng.off+rng.n-1 {
		return bad
	}
	if all, err := strconv.ParseInt(total, 10, 64); err == nil && rng.size > 0 && all != rng.size {
		return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: fmt.Sprintf("the file behind the link has %d bytes, not %d", all, rng.size)}
	}
	return nil
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3); 0 where there is neither.
func retryAfter(v string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(strings.TrimSpace(v)); err == nil && s > 0 {
		return time.Duration(min(s, 86400)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return min(t.Sub(now), 24*time.Hour)
	}
	return 0
}

// body ends after the bytes that were asked for and says so where fewer came.
type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// stale reports whether a fresh link may cure the error: the provider's URLs expire in all of these ways.
func stale(err error) bool {
	var e *sdk.Error
	if !errors.As(err, &e) || e.Scope != sdk.ReachLink {
		return false
	}
	return e.Kind != sdk.Limited
}
