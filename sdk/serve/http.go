package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Times that a provider has. The answer as a whole is bounded by the call's context alone: bodies may be long.
const (
	dialTimeout   = 10 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 60 * time.Second
	idleTimeout   = 60 * time.Second
	maxRedirects  = 10
)

type clientOptions struct {
	trust       sdk.Trust
	proxy       string // URL; "" is what the environment says
	concurrency int    // calls under way at once; 0 is no limit
}

// client is an instance's HTTP client. Redirects go through the same transport, so that trust holds for each of them.
type client struct {
	*http.Client
}

func newClient(o clientOptions) (*client, error) {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       idleTimeout,
		TLSHandshakeTimeout:   tlsTimeout,
		ResponseHeaderTimeout: headerTimeout,
		ExpectContinueTimeout: time.Second,
	}
	var rt http.RoundTripper = t
	if o.trust == sdk.TrustUser {
		t.Proxy = nil // the daemon's own proxy stands inside its network
		dialer.Control = refusePrivate
	}
	if o.proxy != "" {
		u, err := url.Parse(o.proxy)
		if err != nil || u.Host == "" {
			return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "proxy", Message: "the proxy is not a URL, as http://proxy:3128"}
		}
		t.Proxy = http.ProxyURL(u)
		if o.trust == sdk.TrustUser {
			dialer.Control = nil // the operator chose the proxy; what it is asked for is checked instead
			rt = &checkedTransport{next: t, lookup: net.DefaultResolver.LookupNetIP}
		}
	}
	if o.concurrency > 0 {
		rt = &narrowTransport{next: rt, slots: make(chan struct{}, o.concurrency)}
	}
	return &client{&http.Client{Transport: rt, CheckRedirect: checkRedirect}}, nil
}

func checkRedirect(_ *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	return nil
}

// errPrivate is what an instance of a user's gets for an address of the daemon's own network.
var errPrivate = sdk.Errorf(sdk.Denied, "a user's instance may reach public addresses only")

// refusePrivate is a dialer's Control: it sees the address after DNS, for every connection, so that neither a name nor a
// redirect leads around it.
func refusePrivate(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") || !sdk.PublicAddr(ap.Addr()) {
		return errPrivate
	}
	return nil
}

// checkedTransport keeps a user's instance that goes through a proxy from private addresses, as far as the names that it
// asks for tell: the proxy resolves them for itself.
type checkedTransport struct {
	next   http.RoundTripper
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

func (t *checkedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.check(r.Context(), r.URL.Hostname()); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	return t.next.RoundTrip(r)
}

func (t *checkedTransport) check(ctx context.Context, host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if !sdk.PublicAddr(a) {
			return errPrivate
		}
		return nil
	}
	addrs, err := t.lookup(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("look up %s: %w", host, err)
	}
	for _, a := range addrs {
		if !sdk.PublicAddr(a) {
			return errPrivate
		}
	}
	return nil
}

func (t *checkedTransport) CloseIdleConnections() { closeIdle(t.next) }

// narrowTransport lets so many calls at once through as it has slots. A call ends when its body is closed.
type narrowTransport struct {
	next  http.RoundTripper
	slots chan struct{}
}

func (t *narrowTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case t.slots <- struct{}{}:
	case <-r.Context().Done():
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, r.Context().Err()
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		<-t.slots
		return nil, err
	}
	resp.Body = &slotBody{ReadCloser: resp.Body, free: sync.OnceFunc(func() { <-t.slots })}
	return resp, nil
}

func (t *narrowTransport) CloseIdleConnections() { closeIdle(t.next) }

type slotBody struct {
	io.ReadCloser
	free func()
}

// Read frees the slot at the end of the body: a caller that read all of it may forget to close.
func (b *slotBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.free()
	}
	return n, err
}

func (b *slotBody) Close() error {
	b.free()
	return b.ReadCloser.Close()
}

func closeIdle(rt http.RoundTripper) {
	if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
