package httpclient_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

const secret = "s3cr3t/key+value"

// setup serves a handler and gives a client of it.
func setup(t *testing.T, o httpclient.Options, h http.HandlerFunc) *httpclient.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	o.URL = srv.URL + o.URL
	return client(t, sdk.Env{HTTP: srv.Client()}, o)
}

func client(t *testing.T, env sdk.Env, o httpclient.Options) *httpclient.Client {
	t.Helper()
	if o.Backoff == 0 {
		o.Backoff = time.Microsecond
	}
	c, err := httpclient.New(env, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNew(t *testing.T) {
	t.Parallel()
	for name, u := range map[string]string{
		"refuses an empty URL":       "",
		"refuses another scheme":     "ftp://example.org",
		"refuses a URL without host": "http:///api",
		"refuses a relative URL":     "/api",
		"refuses garbage":            "http://ex ample.org/?key=" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := httpclient.New(sdk.Env{HTTP: http.DefaultClient}, httpclient.Options{URL: u})
			var e *sdk.Error
			if !errors.As(err, &e) || e.Kind != sdk.Invalid || e.Attribute != "url" {
				t.Errorf("got %v, want an Invalid of url", err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestRequestIsSent(t *testing.T) {
	t.Parallel()
	type seen struct{ Method, Path, Query, Type, Body, Auth, Key, Agent string }
	tests := map[string]struct {
		options httpclient.Options
		request httpclient.Request
		want    seen
	}{
		"as GET with the path below the service's own": {
			httpclient.Options{URL: "/base/?fixed=1"},
			httpclient.Request{Path: "v1/find", Query: url.Values{"q": {"a b"}}},
			seen{Method: "GET", Path: "/base/v1/find", Query: "fixed=1&q=a+b"},
		},
		"as POST where there is a form": {
			httpclient.Options{},
			httpclient.Request{Path: "form", Form: url.Values{"a": {"1"}}},
			seen{Method: "POST", Path: "/form", Type: "application/x-www-form-urlencoded", Body: "a=1"},
		},
		"as JSON where there is a body": {
			httpclient.Options{},
			httpclient.Request{Path: "json", Body: map[string]int{"a": 1}},
			seen{Method: "POST", Path: "/json", Type: "application/json", Body: `{"a":1}`},
		},
		"raw with another method": {
			httpclient.Options{UserAgent: "other/1"},
			httpclient.Request{Method: "PUT", Path: "raw", Raw: []byte("d8:"), Type: "application/x-bittorrent"},
			seen{Method: "PUT", Path: "/raw", Type: "application/x-bittorrent", Body: "d8:", Agent: "other/1"},
		},
		"with a bearer token": {
			httpclient.Options{Auth: httpclient.Bearer(sdk.NewSecret("tok"))},
			httpclient.Request{},
			seen{Method: "GET", Path: "/", Auth: "Bearer tok"},
		},
		"with a key in a header": {
			httpclient.Options{Auth: httpclient.HeaderKey("X-Api-Key", sdk.NewSecret("tok"))},
			httpclient.Request{},
			seen{Method: "GET", Path: "/", Key: "tok"},
		},
		"with a key in the query": {
			httpclient.Options{Auth: httpclient.QueryKey("apikey", sdk.NewSecret("t&k"))},
			httpclient.Request{Query: url.Values{"t": {"caps"}}},
			seen{Method: "GET", Path: "/", Query: "t=caps&apikey=t%26k"},
		},
		"with user and password": {
			httpclient.Options{Auth: httpclient.Basic("u", sdk.NewSecret("p"))},
			httpclient.Request{},
			seen{Method: "GET", Path: "/", Auth: "Basic dTpw"},
		},
		"without credentials where the secret is empty": {
			httpclient.Options{Auth: httpclient.Bearer(sdk.Secret{})},
			httpclient.Request{},
			seen{Method: "GET", Path: "/"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := setup(t, tt.options, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				json.NewEncoder(w).Encode(seen{
					r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), string(body),
					r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"), r.Header.Get("User-Agent"),
				})
			})
			var got seen
			tt.request.Out = &got
			if err := c.JSON(t.Context(), tt.request); err != nil {
				t.Fatal(err)
			}
			if tt.want.Agent == "" {
				tt.want.Agent = "Millrace/" + sdk.Version
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestMultipartFormCarriesFieldsAndFiles(t *testing.T) {
	t.Parallel()
	c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) {
		f, h, err := r.FormFile("file")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		data, _ := io.ReadAll(f)
		fmt.Fprintf(w, "%s %s %s", r.FormValue("seed"), h.Filename, data)
	})
	got, err := c.Bytes(t.Context(), httpclient.Request{
		Form:  url.Values{"seed": {"1"}},
		Files: []httpclient.FormFile{{Field: "file", Name: "a.torrent", Data: []byte("d8:")}},
	})
	if err != nil || string(got) != "1 a.torrent d8:" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestStatusesBecomeKinds(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]sdk.Kind{
		200: "", 204: "", 304: sdk.Other, 400: sdk.Invalid, 401: sdk.Denied, 402: sdk.Denied, 403: sdk.Denied, 404: sdk.NotFound,
		405: sdk.Invalid, 408: sdk.Unavailable, 409: sdk.Other, 410: sdk.Gone, 422: sdk.Invalid, 429: sdk.Limited, 451: sdk.Gone,
		500: sdk.Unavailable, 502: sdk.Unavailable, 503: sdk.Unavailable, 504: sdk.Unavailable, 509: sdk.Limited, 520: sdk.Unavailable,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
			_, err := c.Do(t.Context(), httpclient.Request{Path: "x"})
			if got := sdk.KindOf(err); got != want {
				t.Errorf("got %q (%v), want %q", got, err, want)
			}
		})
	}
}

func TestAllowedStatusIsNoError(t *testing.T) {
	t.Parallel()
	c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "none", http.StatusNotFound) })
	a, err := c.Do(t.Context(), httpclient.Request{Allow: []int{404}})
	if err != nil || a.Status != 404 || string(a.Body) != "none\n" {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want    sdk.Kind
		handler http.HandlerFunc
	}{
		"an HTML page instead of JSON is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<html>portal</html>")
		}},
		"a truncated document is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"a": [1, 2`)
		}},
		"an empty answer is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {}},
		"a body that breaks off is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"a": 1}`)
		}},
		"a closed connection is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		}},
		"a body over the bound is Other": {sdk.Other, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, strings.Repeat(" ", 2000)+"{}")
		}},
		"a packed body is bounded by what it unpacks to": {sdk.Other, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, strings.Repeat(" ", 1<<20))
			z.Close()
		}},
		"a challenge of Cloudflare is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cf-Mitigated", "challenge")
			w.WriteHeader(http.StatusForbidden)
		}},
		"an endless redirect is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}},
		"an answer that does not come in time is Unavailable": {sdk.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := httpclient.Options{MaxBody: 1000, Retries: -1}
			if strings.HasPrefix(name, "an answer that does not come") {
				o.Timeout = 50 * time.Millisecond
			}
			c := setup(t, o, tt.handler)
			var out map[string]any
			err := c.JSON(t.Context(), httpclient.Request{Out: &out})
			var e *sdk.Error
			if !errors.As(err, &e) || e.Kind != tt.want {
				t.Errorf("got %v (%q), want %q", err, sdk.KindOf(err), tt.want)
			}
		})
	}
}

func TestNobodyListeningIsUnavailable(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	c := client(t, sdk.Env{HTTP: http.DefaultClient}, httpclient.Options{URL: srv.URL})
	srv.Close()
	_, err := c.Bytes(t.Context(), httpclient.Request{})
	if got := sdk.KindOf(err); got != sdk.Unavailable || sdk.ScopeOf(err) != sdk.ReachProvider {
		t.Errorf("got %v (%q)", err, got)
	}
}

func TestErrorsOfTheHostsClientKeepTheirKind(t *testing.T) {
	t.Parallel()
	refuse := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &sdk.Error{Kind: sdk.Denied, Message: "a private address"}
	})
	c := client(t, sdk.Env{HTTP: &http.Client{Transport: refuse}}, httpclient.Options{URL: "http://10.0.0.1"})
	_, err := c.Bytes(t.Context(), httpclient.Request{})
	if got := sdk.KindOf(err); got != sdk.Denied {
		t.Errorf("got %v (%q), want denied", err, got)
	}
}

func TestHookReadsTheServicesErrors(t *testing.T) {
	t.Parallel()
	hook := func(status int, _ http.Header, body []byte) error {
		switch {
		case strings.Contains(string(body), "SLOTS"):
			return &sdk.Error{Kind: sdk.Limited, Code: "SLOTS", Message: "no slot free"}
		case strings.Contains(string(body), "ODD"):
			return errors.New("odd")
		}
		return nil
	}
	tests := map[string]struct {
		status int
		body   string
		want   sdk.Error
	}{
		"in an answer of status 200":        {200, "SLOTS", sdk.Error{Kind: sdk.Limited, Code: "SLOTS", Message: "no slot free", RetryAfter: 40 * time.Second}},
		"in place of the status":            {403, "SLOTS", sdk.Error{Kind: sdk.Limited, Code: "SLOTS", Message: "no slot free", RetryAfter: 40 * time.Second}},
		"as Other where it has no kind":     {200, "ODD", sdk.Error{Kind: sdk.Other}},
		"and leaves the rest to the status": {403, "{}", sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachAccount}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := setup(t, httpclient.Options{Errors: hook}, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", "40")
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			_, err := c.Bytes(t.Context(), httpclient.Request{})
			var got *sdk.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if tt.want.Message == "" {
				tt.want.Message = got.Message
			}
			if diff := cmp.Diff(*got, tt.want, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request httpclient.Request
		status  int
		want    int32
	}{
		"happens after 502":                  {httpclient.Request{}, 502, 3},
		"happens after 503":                  {httpclient.Request{}, 503, 3},
		"happens after 504":                  {httpclient.Request{}, 504, 3},
		"happens after 429":                  {httpclient.Request{}, 429, 3},
		"happens for DELETE":                 {httpclient.Request{Method: "DELETE"}, 503, 3},
		"happens for a POST that allows it":  {httpclient.Request{Body: 1, Idempotent: true}, 503, 3},
		"does not happen for any other POST": {httpclient.Request{Body: 1}, 503, 1},
		"does not happen after 500":          {httpclient.Request{}, 500, 1},
		"does not happen after 404":          {httpclient.Request{}, 404, 1},
		"does not happen after 401":          {httpclient.Request{}, 401, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if body, _ := io.ReadAll(r.Body); tt.request.Body != nil && string(body) != "1" {
					t.Errorf("attempt %d sent %q", calls.Load(), body)
				}
				w.WriteHeader(tt.status)
			})
			if _, err := c.Do(t.Context(), tt.request); err == nil {
				t.Error("got no error")
			}
			if got := calls.Load(); got != tt.want {
				t.Errorf("got %d calls, want %d", got, tt.want)
			}
		})
	}
}

func TestRetrySucceedsOnceTheServiceIsBack(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	limit := &countingLimiter{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch calls.Add(1) {
		case 1:
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		case 2:
			w.WriteHeader(http.StatusBadGateway)
		default:
			io.WriteString(w, `{"ok": true}`)
		}
	}))
	t.Cleanup(srv.Close)
	c := client(t, sdk.Env{HTTP: srv.Client(), Limit: limit}, httpclient.Options{URL: srv.URL})
	var out struct{ OK bool }
	if err := c.JSON(t.Context(), httpclient.Request{Method: "DELETE", Class: "write", Out: &out}); err != nil || !out.OK {
		t.Errorf("got %+v, %v", out, err)
	}
	if diff := cmp.Diff(limit.classes, []string{"write", "write", "write"}); diff != "" {
		t.Errorf("the limit was asked otherwise than once an attempt: got -, want +:\n%s", diff)
	}
}

type countingLimiter struct {
	mu      sync.Mutex // guards classes
	classes []string
}

func (l *countingLimiter) Acquire(ctx context.Context, class string, _ int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.classes = append(l.classes, class)
	return ctx.Err()
}

func TestRateLimitThatCannotBeHadEndsTheCall(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := client(t, sdk.Env{HTTP: http.DefaultClient, Limit: &countingLimiter{}}, httpclient.Options{URL: "http://127.0.0.1:1"})
	if _, err := c.Bytes(ctx, httpclient.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestCancelledCallReturnsTheContextsError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := c.Bytes(ctx, httpclient.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestSecretsStayOutOfErrorsAndLogs(t *testing.T) {
	t.Parallel()
	for name, auth := range map[string]httpclient.Auth{
		"in the query":  httpclient.QueryKey("apikey", sdk.NewSecret(secret)),
		"in a header":   httpclient.HeaderKey("X-Key", sdk.NewSecret(secret)),
		"as a bearer":   httpclient.Bearer(sdk.NewSecret(secret)),
		"as a password": httpclient.Basic("user", sdk.NewSecret(secret)),
	} {
		for fault, h := range map[string]http.HandlerFunc{
			"a closed connection": func(w http.ResponseWriter, r *http.Request) {
				conn, _, _ := http.NewResponseController(w).Hijack()
				conn.Close()
			},
			"a refusal": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) },
			"a bad redirect": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "http://[bad?apikey="+secret)
				w.WriteHeader(302)
			},
			"an endless one":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
			"what it was told": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "FAIL") },
			"garbage":          func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, secret) },
		} {
			t.Run(name+" with "+fault, func(t *testing.T) {
				t.Parallel()
				var log strings.Builder
				srv := httptest.NewServer(h)
				t.Cleanup(srv.Close)
				c := client(t, sdk.Env{
					HTTP: srv.Client(), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
				}, httpclient.Options{URL: srv.URL, Auth: auth, Retries: -1, Errors: func(_ int, _ http.Header, body []byte) error {
					if string(body) == "FAIL" {
						return fmt.Errorf("key %s at http://example.org/x?apikey=%s is bad", secret, url.QueryEscape(secret))
					}
					return nil
				}})
				err := c.JSON(t.Context(), httpclient.Request{Query: url.Values{"q": {"private search"}}, Out: new(map[string]any)})
				if err == nil {
					t.Fatal("got no error")
				}
				for _, text := range []string{secret, url.QueryEscape(secret), "private"} {
					if all := err.Error() + log.String(); strings.Contains(all, text) {
						t.Errorf("%q is told:\n%s", text, all)
					}
				}
			})
		}
	}
}

func TestErrorNamesTheCall(t *testing.T) {
	t.Parallel()
	c := setup(t, httpclient.Options{Auth: httpclient.QueryKey("apikey", sdk.NewSecret(secret))}, http.NotFound)
	_, err := c.Bytes(t.Context(), httpclient.Request{Path: "v1/0123456789abcdef0123456789/find", Query: url.Values{"q": {"x"}}})
	want := "GET " + c.URL().String() + "/v1/…/find?apikey&q: 404 Not Found"
	if err == nil || err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestCredentialsStayWithTheService(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(r.Header)
	}))
	t.Cleanup(other.Close)
	c := setup(t, httpclient.Options{
		Auth: httpclient.HeaderKey("X-Api-Key", sdk.NewSecret(secret)), Header: http.Header{"X-Profile": {"p"}},
	}, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	for name, path := range map[string]string{"through a redirect": "go?passkey=abc", "to a whole URL": other.URL} {
		var got http.Header
		if err := c.JSON(t.Context(), httpclient.Request{Path: path, Out: &got}); err != nil {
			t.Fatal(err)
		}
		for _, h := range []string{"X-Api-Key", "X-Profile", "Referer"} {
			if got.Get(h) != "" {
				t.Errorf("%s: the other host was sent %s: %s", name, h, got.Get(h))
			}
		}
	}
}

func TestRedirectToMagnetIsAnAnswer(t *testing.T) {
	t.Parallel()
	const magnet = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567"
	c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", magnet)
		w.WriteHeader(http.StatusFound)
	})
	a, err := c.Do(t.Context(), httpclient.Request{})
	if err != nil || a.Location != magnet {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestConnectionIsReused(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]bool{}
	c := setup(t, httpclient.Options{}, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.RemoteAddr] = true
		w.WriteHeader(http.StatusNotFound)
	})
	for range 5 {
		if _, err := c.Bytes(t.Context(), httpclient.Request{}); sdk.KindOf(err) != sdk.NotFound {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 1 {
		t.Errorf("5 calls took %d connections, want 1", len(seen))
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
