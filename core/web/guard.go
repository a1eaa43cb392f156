package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// who tells which credentials a request carries.
type who string

const (
	nobody      who = ""
	byKey       who = "key"
	bySession   who = "session"
	byPassword  who = "password" // Basic: browsers send it by themselves, as they do cookies
	byOwnSocket who = "local"
)

// errTooMany says that somebody guesses.
var errTooMany = errors.New("too many wrong passwords")

// authenticate tells who sent a request. An api_key of the query is taken out of it, so that nothing behind shows it.
func (s *Server) authenticate(r *http.Request) (who, error) {
	if isLocal(r.Context()) {
		return byOwnSocket, nil
	}
	ctx := r.Context()
	if key := keyOf(r); key != "" {
		id, err := s.keyID(ctx, key)
		if err != nil || id != "" {
			return byKey, err
		}
	}
	password, err := s.passwords.current(ctx)
	if err != nil {
		return nobody, err
	}
	if s.session(r, password) {
		return bySession, nil
	}
	return s.basic(r, password)
}

// keyOf takes the API key from a request.
func keyOf(r *http.Request) string {
	q := r.URL.Query()
	inQuery := q.Get("api_key")
	if q.Has("api_key") {
		q.Del("api_key")
		r.URL.RawQuery = q.Encode()
		r.RequestURI = r.URL.RequestURI()
	}
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	if scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return inQuery
}

// basic takes the password, or a key in its place; the user's name does not matter.
func (s *Server) basic(r *http.Request, hash string) (who, error) {
	_, given, ok := r.BasicAuth()
	if !ok || given == "" {
		return nobody, nil
	}
	if strings.HasPrefix(given, keyPrefix) {
		if id, err := s.keyID(r.Context(), given); err != nil || id != "" {
			return byPassword, err
		}
	}
	if hash == "" {
		return nobody, nil
	}
	if s.passwords.known(hash, given) {
		return byPassword, nil
	}
	release, err := s.try(r.Context())
	if err != nil {
		return nobody, err
	}
	if !s.passwords.matches(r.Context(), hash, given) {
		return nobody, nil
	}
	release()
	return byPassword, nil
}

// guard lets through who has credentials. What a browser sends by itself is not enough for a change that another site asks
// for.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by, err := s.authenticate(r)
		switch {
		case err != nil:
			s.problem(r.Context(), err).write(w)
		case by == nobody:
			s.challenge(w, r)
		case (by == bySession || by == byPassword) && s.sameOrigin(r) != nil:
			s.forbid(w, r)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), keyWho, by)))
		}
	})
}

// sameOrigin is an error for a change that another site has a browser ask for.
func (s *Server) sameOrigin(r *http.Request) error {
	p := http.NewCrossOriginProtection()
	if u, err := url.Parse(s.o.Config().Server.URL); err == nil && u.Host != "" {
		if err := p.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return err
		}
	}
	return p.Check(r)
}

// challenge asks for credentials: a person on a page, a player for a password, a program for a key.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/dav/"), strings.HasPrefix(path, "/library/"), path == "/dav", path == "/metrics":
		w.Header().Set("WWW-Authenticate", `Basic realm="Millrace", charset="UTF-8"`)
		errDenied(r.Context()).write(w)
	case strings.HasPrefix(path, "/api/") || r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("WWW-Authenticate", `Bearer realm="Millrace"`)
		errDenied(r.Context()).write(w)
	default:
		to := "/login"
		if path != "/" {
			to += "?next=" + url.QueryEscape(path)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

func (s *Server) forbid(w http.ResponseWriter, r *http.Request) {
	p := &Problem{Kind: string(sdk.Denied), Request: requestID(r.Context())}
	p.Status, p.Title = http.StatusForbidden, "Another site asked for this."
	p.Detail = "Changes are taken from Millrace's own pages, or with an API key. Behind a proxy, set server.url to the address that browsers use."
	p.write(w)
}
