package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/millrace-media/millrace/sdk"
)

func get(t *testing.T, c *client, url string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func newTestClient(t *testing.T, o clientOptions) *client {
	t.Helper()
	c, err := newClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestUserInstancesReachPublicAddressesOnly(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	t.Cleanup(private.Close)
	u, err := url.Parse(private.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := newTestClient(t, clientOptions{trust: sdk.TrustUser})
	for _, target := range []string{private.URL, "http://localhost:" + u.Port(), "http://[::1]:" + u.Port(), "http://[::ffff:127.0.0.1]:" + u.Port(), "http://0.0.0.0:" + u.Port(), "http://169.254.169.254/"} {
		if err := get(t, c, target); !errors.Is(err, errPrivate) || sdk.KindOf(err) != sdk.Denied {
			t.Errorf("%s: %v", target, err)
		}
	}
	if asked.Load() {
		t.Error("the private server was asked")
	}
	if err := get(t, newTestClient(t, clientOptions{trust: sdk.TrustOperator}), private.URL); err != nil {
		t.Errorf("the operator's instance: %v", err)
	}
}

func TestUserInstancesAreCheckedBehindAProxy(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "public.example" {
			http.Redirect(w, r, "http://inside.example/", http.StatusFound)
		}
	}))
	t.Cleanup(proxy.Close)
	c := newTestClient(t, clientOptions{trust: sdk.TrustUser, proxy: proxy.URL})
	ct, _ := c.Transport.(*checkedTransport)
	ct.lookup = func(_ context.Context, _, host string) ([]netip.Addr, error) {
		return map[string][]netip.Addr{
			"public.example": {netip.MustParseAddr("9.9.9.9")},
			"plain.example":  {netip.MustParseAddr("9.9.9.9")},
			"inside.example": {netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("10.0.0.1")},
		}[host], nil
	}
	if err := get(t, c, "http://plain.example/"); err != nil {
		t.Errorf("a public name: %v", err)
	}
	for _, target := range []string{"http://inside.example/", "http://10.0.0.1/", "http://public.example/"} {
		if err := get(t, c, target); !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestRedirectsEnd(t *testing.T) {
	t.Parallel()
	var hops atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hops.Add(1)
		http.Redirect(w, r, "/", http.StatusFound)
	}))
	t.Cleanup(s.Close)
	if err := get(t, newTestClient(t, clientOptions{}), s.URL); err == nil || hops.Load() != maxRedirects {
		t.Errorf("%d requests, %v", hops.Load(), err)
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	gate := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		<-gate
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(s.Close)
	c := newTestClient(t, clientOptions{concurrency: 2})
	var calls sync.WaitGroup
	for range 6 {
		calls.Go(func() {
			if err := get(t, c, s.URL); err != nil {
				t.Error(err)
			}
		})
	}
	for range 6 {
		gate <- struct{}{}
	}
	calls.Wait()
	if most.Load() > 2 {
		t.Errorf("%d calls at once", most.Load())
	}
}

func TestBadProxyIsToldByItsAttribute(t *testing.T) {
	t.Parallel()
	if _, err := newClient(clientOptions{proxy: "proxy:3128"}); sdk.KindOf(err) != sdk.Invalid || attributeOf(err) != "proxy" {
		t.Errorf("got %v", err)
	}
}
