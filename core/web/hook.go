package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

// hookRoot begins the address of every hook: /hooks/<instance>/<random>/...
const hookRoot = "/hooks/"

const (
	maxHook    = 1 << 20 // bytes of a hook's body
	hookWithin = 60 * time.Second
)

// hookPath is the address of an instance's hook. Its random part follows from the secret: it stays the same, and who does
// not know it cannot guess it.
func (s *Server) hookPath(capability, name string) string {
	return hookRoot + name + "/" + s.hookToken(capability, name) + "/"
}

func (s *Server) hookToken(capability, name string) string {
	m := hmac.New(sha256.New, s.derived("hook"))
	m.Write([]byte(capability + "/" + name))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// hooked finds the instance of a hook's address.
func (s *Server) hooked(name, token string) (*plugin.Instance, bool) {
	for _, in := range s.o.Pool.All() {
		if in.Name == name && in.Has(sdk.FlagHook) && hmac.Equal([]byte(token), []byte(s.hookToken(in.Capability, in.Name))) {
			return in, true
		}
	}
	return nil, false
}

// hook passes a request on to a plugin and does what its answer asks for.
func (s *Server) hook(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), hookWithin)
	defer cancel()
	in, ok := s.hooked(chi.URLParam(r, "instance"), chi.URLParam(r, "token"))
	if !ok {
		s.problem(ctx, sdk.Errorf(sdk.NotFound, "there is no such hook")).write(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		s.unreadable(w, r, err)
		return
	}
	header := r.Header.Clone()
	header.Del("Cookie") // the session is ours
	header.Del("X-Api-Key")
	resp, ok, err := in.Hook(ctx, sdk.HookRequest{
		Method: r.Method, Path: "/" + chi.URLParam(r, "*"), Query: r.URL.RawQuery, Header: header, Body: body,
	})
	if err == nil && !ok {
		err = sdk.Errorf(sdk.NotFound, "%s takes no hooks", in.Name)
	}
	if err == nil {
		err = s.obey(ctx, in, resp)
	}
	if err != nil {
		s.problem(ctx, err).write(w)
		return
	}
	passBack(w, resp)
}

func (s *Server) unreadable(w http.ResponseWriter, r *http.Request, err error) {
	p := &Problem{Kind: string(sdk.Invalid), Request: requestID(r.Context())}
	p.Status, p.Title, p.Detail = http.StatusBadRequest, "The body cannot be read.", "Send it again."
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		p.Status, p.Title, p.Detail = http.StatusRequestEntityTooLarge, "The body is too large.", "A hook takes at most 1 MiB."
	}
	p.write(w)
}

// obey does what a source's answer to a hook asks for. One request that is wrong does not stop the others.
func (s *Server) obey(ctx context.Context, in *plugin.Instance, resp sdk.HookResponse) error {
	if in.Capability != sdk.CapabilitySource {
		return nil
	}
	for _, q := range resp.Requests {
		if _, err := s.o.Library.Submit(ctx, in.Name, q); err != nil {
			if ctx.Err() != nil {
				return err
			}
			s.log.Warn("a request could not be taken", "source", in.Name, "ref", q.Ref, "ids", q.IDs.String(), "name", q.Name, "err", err)
		}
	}
	if resp.Refresh {
		return s.o.Library.Collect(ctx, in.Name)
	}
	return nil
}

// hookPolicy has a browser treat a plugin's page as one of another site: it reaches nothing of ours.
const hookPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'; base-uri 'none'"

// passBack writes a plugin's answer. Of its headers those go out that cannot be used against our pages.
func passBack(w http.ResponseWriter, resp sdk.HookResponse) {
	h := w.Header()
	h.Set("Content-Security-Policy", hookPolicy)
	for _, name := range []string{"Content-Type", "Location", "Retry-After", "Content-Language"} {
		if v := resp.Header.Get(name); v != "" {
			h.Set(name, v)
		}
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	status := resp.Status
	if status == 0 {
		status = http.StatusOK
	}
	if status < 200 || status > 599 {
		status = http.StatusBadGateway
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		_, _ = w.Write(resp.Body) // the client may have left
	}
}
