package httpclient

import (
	"context"
	"net/http"
	"net/url"

	"github.com/millrace-media/millrace/sdk"
)

// Auth is how a client says who it is. The zero value says nothing.
type Auth struct {
	source func(context.Context) (sdk.Secret, error)
	set    func(*http.Request, string)
}

// Bearer sends "Authorization: Bearer token"; nothing where the token is empty.
func Bearer(token sdk.Secret) Auth {
	return BearerFunc(func(context.Context) (sdk.Secret, error) { return token, nil })
}

// BearerFunc sends the token that a function gives, asked before each attempt: for tokens that are renewed. The
// function's error ends the call.
func BearerFunc(token func(context.Context) (sdk.Secret, error)) Auth {
	return Auth{source: token, set: func(r *http.Request, v string) { r.Header.Set("Authorization", "Bearer "+v) }}
}

// HeaderKey sends a key in a header; nothing where the key is empty.
func HeaderKey(name string, key sdk.Secret) Auth {
	return Auth{source: fixed(key), set: func(r *http.Request, v string) { r.Header.Set(name, v) }}
}

// QueryKey sends a key as a parameter of the query; nothing where the key is empty or the URL has that parameter already.
func QueryKey(name string, key sdk.Secret) Auth {
	return Auth{source: fixed(key), set: func(r *http.Request, v string) {
		if r.URL.Query().Has(name) {
			return
		}
		if r.URL.RawQuery != "" {
			r.URL.RawQuery += "&" // the rest stays as it was written: a link may be signed
		}
		r.URL.RawQuery += url.QueryEscape(name) + "=" + url.QueryEscape(v)
	}}
}

// Basic sends a user name and a password; nothing where the password is empty.
func Basic(user string, password sdk.Secret) Auth {
	return Auth{source: fixed(password), set: func(r *http.Request, v string) { r.SetBasicAuth(user, v) }}
}

func fixed(s sdk.Secret) func(context.Context) (sdk.Secret, error) {
	return func(context.Context) (sdk.Secret, error) { return s, nil }
}

func (a Auth) isZero() bool { return a.set == nil }

// apply adds the credentials to a request and gives the values that must not be shown.
func (a Auth) apply(ctx context.Context, r *http.Request) ([]string, error) {
	if a.isZero() {
		return nil, nil
	}
	s, err := a.source(ctx)
	if err != nil || s.IsZero() {
		return nil, err
	}
	a.set(r, s.Reveal())
	return []string{s.Reveal()}, nil
}
