package core

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk/host"
)

// serve answers the daemon until ctx ends. What it streams then ends at once: the daemon finds the files away.
func (m *Mounter) serve(ctx context.Context, lis net.Listener) error {
	relay := m.pool.Relay()
	s := &http.Server{
		Handler: m.handler(relay), ReadHeaderTimeout: 10 * time.Second, Protocols: new(http.Protocols),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	defer relay.Close()
	return serveUntil(ctx, s, lis)
}

// handler has all that a daemon may ask.
func (m *Mounter) handler(relay *host.Relay) http.Handler {
	mux := http.NewServeMux()
	dav, files := m.handlers()
	mux.Handle("/dav/", reader(dav))
	mux.Handle("/dav", reader(dav))
	mux.Handle("/library/", reader(files))
	mux.HandleFunc("GET /v1/evidence", m.serveEvidence)
	mux.HandleFunc("GET /v1/plugins", reply(func(context.Context, *http.Request) (map[string]host.Status, error) { return m.pool.Status(), nil }))
	mux.HandleFunc("POST /v1/plugins/{name}/restart", reply(func(_ context.Context, r *http.Request) (struct{}, error) {
		return struct{}{}, m.pool.Restart(r.PathValue("name"))
	}))
	mux.HandleFunc("POST /v1/reload", reply(func(ctx context.Context, _ *http.Request) (config.Diagnostics, error) {
		ds, err := m.Reload(ctx)
		if ds.HasErrors() { // they say it with the lines
			err = nil
		}
		return ds, err
	}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.metrics.registry, promhttp.HandlerOpts{}))
	serveFiles(mux, ownFiles{m.fs})
	known := spoken(mux, relay)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/hello" { // whatever the daemon speaks
			answer(w, http.StatusOK, greeting{
				Protocol: mountProtocol, Version: m.o.Version, PID: os.Getpid(), Mount: m.kernel.dir(), Started: m.started,
			})
			return
		}
		known.ServeHTTP(w, r)
	})
}

// spoken lets through what is of this version of the protocol, to the relay or to the others.
func spoken(next, relay http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get(protocolHeader) != strconv.Itoa(mountProtocol):
			http.Error(w, "this process speaks another version of the protocol", http.StatusServiceUnavailable)
		case r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc"):
			relay.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// reader has a request that the daemon passes on look as the reader sent it.
func reader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get(clientHeader); from != "" {
			r.RemoteAddr = from
		}
		next.ServeHTTP(w, r)
	})
}

// serveEvidence streams what providers answer about files, a line each, until the daemon leaves.
func (m *Mounter) serveEvidence(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	err := out.Flush()
	for err == nil {
		select {
		case <-r.Context().Done():
			return
		case t := <-m.evidence:
			if err = json.NewEncoder(w).Encode(t); err == nil {
				err = out.Flush()
			}
		}
	}
	m.log.Debug("the daemon does not take evidence any more", "err", err)
}
