// Package httpclient calls the HTTP API of an upstream service on behalf of a plugin: it waits for the account's rate
// limit, retries what may be retried, turns every failure into an [sdk.Error], bounds what it reads, and keeps secrets
// out of errors and logs.
//
// It knows nothing of any one service. A plugin names a [Request] and where its answer goes; what a service says beyond
// HTTP statuses is read by the plugin's own [Options].Errors.
//
//	c, err := httpclient.New(env, httpclient.Options{URL: s.URL, Auth: httpclient.Bearer(s.Token)})
//	var out struct{ Name string }
//	err = c.JSON(ctx, httpclient.Request{Path: "v1/user", Out: &out})
package httpclient

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// What a zero option stands for.
const (
	DefaultRetries = 2
	DefaultMaxBody = 16 << 20
	DefaultTimeout = 30 * time.Second
	DefaultBackoff = 500 * time.Millisecond
)

// Options say how a service is called. Only URL is required.
type Options struct {
	URL       string        // where the service is, http or https; its path and query are kept for every request
	Auth      Auth          // sent to that host only; the zero value sends nothing
	Header    http.Header   // sent with every request to that host
	UserAgent string        // default "Millrace/" and the SDK's version
	Retries   int           // attempts after the first; default 2, negative for none
	Backoff   time.Duration // before the first retry, doubled for each further one; default 500 ms
	MaxBody   int64         // bytes of an answer, unpacked; default 16 MiB
	Timeout   time.Duration // of one attempt, answer included; default 30 s
	// Errors reads the service's own way to say that something failed. It sees every answer, also of status 200. What it
	// returns is the error of the call; nil leaves the judgement to the status. An [sdk.Error] without RetryAfter
	// gets the answer's.
	Errors func(status int, header http.Header, body []byte) error
}

// Client calls one service. It is safe for concurrent use.
type Client struct {
	base    *url.URL
	http    *http.Client
	log     *slog.Logger
	limit   sdk.Limiter
	options Options
}

// New makes a client. It does no network. A URL that cannot be used is an [sdk.Invalid] of the attribute "url".
func New(env sdk.Env, o Options) (*Client, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		// The parser's own message would repeat the URL, which may hold a key.
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "url", Message: "the URL must begin with http:// or https:// and name a host"}
	}
	if env.HTTP == nil {
		return nil, errors.New("the environment has no HTTP client")
	}
	if env.Log == nil {
		env.Log = slog.New(slog.DiscardHandler)
	}
	if o.Auth.isZero() && base.User != nil {
		pass, _ := base.User.Password()
		o.Auth = Basic(base.User.Username(), sdk.NewSecret(pass))
	}
	base.User, base.Fragment = nil, ""
	c := &Client{base: base, log: env.Log, limit: env.Limit, options: o.withDefaults()}
	c.http = c.wrap(env.HTTP)
	return c, nil
}

func (o Options) withDefaults() Options {
	o.UserAgent = cmpOr(o.UserAgent, "Millrace/"+sdk.Version)
	o.Retries = cmpOr(o.Retries, DefaultRetries)
	o.Backoff = cmpOr(o.Backoff, DefaultBackoff)
	o.MaxBody = cmpOr(o.MaxBody, DefaultMaxBody)
	o.Timeout = cmpOr(o.Timeout, DefaultTimeout)
	return o
}

func cmpOr[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

// wrap keeps the host's client, its transport and its rule for redirects, and adds ours: what identifies the account
// stays with the service's own host, and a redirect to another scheme (as magnet:) is an answer, not a failure.
func (c *Client) wrap(h *http.Client) *http.Client {
	wrapped := *h
	wrapped.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		r.Header.Del("Referer") // would tell the key in the last URL's query
		if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
			return http.ErrUseLastResponse
		}
		if !c.own(r.URL) {
			for name := range via[0].Header {
				if !slices.Contains([]string{"Accept", "User-Agent"}, name) {
					r.Header.Del(name)
				}
			}
		}
		if h.CheckRedirect != nil {
			return h.CheckRedirect(r, via)
		}
		if len(via) >= 10 {
			return errors.New("more than 10 redirects")
		}
		return nil
	}
	return &wrapped
}

// own reports whether a URL is at the service itself; an upgrade from http to https at one host counts as such.
func (c *Client) own(u *url.URL) bool {
	if u.Scheme == c.base.Scheme && u.Host == c.base.Host {
		return true
	}
	return c.base.Scheme == "http" && u.Scheme == "https" && u.Hostname() == c.base.Hostname()
}

// URL is where the service is, without credentials, for composing links to it.
func (c *Client) URL() *url.URL {
	u := *c.base
	return &u
}

// JSON makes a request and decodes its JSON answer into Out. Status 204 leaves Out as it is; any other answer that is not
// JSON, an empty one among them, is [sdk.Unavailable]: something else stands where the service should be.
func (c *Client) JSON(ctx context.Context, r Request) error {
	return c.decode(ctx, r, "application/json", DecodeJSON)
}

// XML makes a request and decodes its XML answer into Out, as leniently as [DecodeXML].
func (c *Client) XML(ctx context.Context, r Request) error {
	return c.decode(ctx, r, "application/xml, text/xml, */*;q=0.5", DecodeXML)
}

// Bytes makes a request and gives the body of its answer.
func (c *Client) Bytes(ctx context.Context, r Request) ([]byte, error) {
	a, err := c.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

func (c *Client) decode(ctx context.Context, r Request, accept string, decode func([]byte, any) error) error {
	r.accept = accept
	a, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	if r.Out == nil || a.Status == http.StatusNoContent {
		return nil
	}
	if err := decode(a.Body, r.Out); err != nil {
		return &sdk.Error{
			Kind: sdk.Unavailable, Scope: sdk.ReachProvider,
			Message: "read the answer of " + a.what + ": " + scrub(err.Error(), a.secrets),
		}
	}
	return nil
}
