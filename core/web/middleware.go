package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/millrace-media/millrace/sdk"
)

// arrive gives every request its id, notes where it comes from, logs how it ended, and answers for a handler that panics.
func (s *Server) arrive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := randomHex(6)
		ctx := context.WithValue(r.Context(), keyRequest, id)
		ctx = context.WithValue(ctx, keyFrom, network(r))
		ctx = context.WithValue(ctx, keyBase, reached(r))
		r = r.WithContext(ctx)
		w.Header().Set("X-Request-Id", id)
		out := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		r.Body = &timedBody{ReadCloser: r.Body, conn: http.NewResponseController(w)}
		begin, method, path, from := time.Now(), r.Method, logged(r.URL.Path), r.RemoteAddr
		defer func() {
			s.recovered(recover(), out, r)
			level := s.log.Debug
			if out.Status() >= http.StatusInternalServerError && out.Status() != http.StatusServiceUnavailable {
				level = s.log.Warn
			}
			level("request", "id", id, "method", method, "path", path, "status", out.Status(), "bytes", out.BytesWritten(),
				"took", time.Since(begin).Round(time.Microsecond), "from", from)
		}()
		next.ServeHTTP(out, r)
	})
}

// bodyWithin is how long a body may take to come.
const bodyWithin = 30 * time.Second

// timedBody bounds how long a body may take to come, and lifts the bound once it is there: one that stood would end what is
// done with it, since the server goes on reading to see whether the client left.
type timedBody struct {
	io.ReadCloser
	conn         *http.ResponseController
	begun, ended bool
}

// Read implements [io.Reader].
func (b *timedBody) Read(p []byte) (int, error) {
	if !b.begun {
		b.begun = true
		_ = b.conn.SetReadDeadline(time.Now().Add(bodyWithin)) // what is no connection has no deadlines
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && !b.ended {
		b.ended = true
		_ = b.conn.SetReadDeadline(time.Time{}) // as above
	}
	return n, err
}

// recovered turns a panic into an answer, where none was begun.
func (s *Server) recovered(v any, w middleware.WrapResponseWriter, r *http.Request) {
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
		panic(v)
	}
	s.log.Error("a request failed for a mistake of ours", "request", requestID(r.Context()), "path", logged(r.URL.Path),
		"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	if w.Status() == 0 {
		p := &Problem{Kind: string(sdk.Other), Request: requestID(r.Context())}
		p.Status, p.Title = http.StatusInternalServerError, sdk.Other.Sentence()
		p.Detail = "This is a mistake in Millrace; the log has it under request " + p.Request + "."
		p.write(w)
	}
}

// logged is a path fit for the log: the random part of a hook's address is a secret.
func logged(path string) string {
	rest, ok := strings.CutPrefix(path, hookRoot)
	if !ok {
		return path
	}
	name, _, _ := strings.Cut(rest, "/")
	return hookRoot + name + "/***"
}

// reached is the address under which a client reaches us.
func reached(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// policy keeps pages to what is served here, and lets no script in but ours.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers that keep browsers from being used against us.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})
}

// fresh keeps what is shown to one person out of caches.
func fresh(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
