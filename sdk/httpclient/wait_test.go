package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

func TestWaitBetweenAttempts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		retryAfter string
		deadline   time.Duration
		calls      int
		min, max   time.Duration
	}{
		"grows from the backoff":                      {"", 0, 3, 1500 * time.Millisecond, 3 * time.Second},
		"is what the service asks for":                {"7", 0, 3, 14 * time.Second, 14 * time.Second},
		"is left out when the deadline is before it":  {"7", 5 * time.Second, 1, 0, 0},
		"is left out when it is too long to sit out":  {"3600", 0, 1, 0, 0},
		"stops when there is no time for another one": {"", 1400 * time.Millisecond, 2, 500 * time.Millisecond, time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				busy := roundTrip(func(r *http.Request) (*http.Response, error) {
					calls++
					return &http.Response{
						StatusCode: http.StatusTooManyRequests, Request: r, Body: io.NopCloser(strings.NewReader("")),
						Header: http.Header{"Retry-After": {tt.retryAfter}},
					}, nil
				})
				c := client(t, sdk.Env{HTTP: &http.Client{Transport: busy}},
					httpclient.Options{URL: "http://example.org", Backoff: time.Second})
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				began := time.Now()
				_, err := c.Bytes(ctx, httpclient.Request{})
				if sdk.KindOf(err) != sdk.Limited {
					t.Errorf("got %v, want Limited", err)
				}
				if took := time.Since(began); calls != tt.calls || took < tt.min || took > tt.max {
					t.Errorf("got %d calls in %s, want %d in %s to %s", calls, took, tt.calls, tt.min, tt.max)
				}
				if want, _ := time.ParseDuration(tt.retryAfter + "s"); sdk.RetryAfter(err) != want {
					t.Errorf("got RetryAfter %s, want %s", sdk.RetryAfter(err), want)
				}
			})
		})
	}
}

func TestDeadlineOfTheCallerIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		c := client(t, sdk.Env{HTTP: &http.Client{Transport: silent}}, httpclient.Options{URL: "http://example.org"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Bytes(ctx, httpclient.Request{})
		if !errors.Is(err, context.DeadlineExceeded) || sdk.KindOf(err) != sdk.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}
