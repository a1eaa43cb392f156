package web

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"
)

// FuzzCredentials looks for credentials that open something and are not the right ones.
func FuzzCredentials(f *testing.F) {
	f.Add("mr_00000000_00", "Basic bWU6cHc=", "AAAA", "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAA")
	f.Add("", "Bearer mr_", base64.RawURLEncoding.EncodeToString(make([]byte, 56)), "$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, key, authorization, cookie, hash string) {
		w := setup(t, func(o *Options) { o.Password = "correct horse battery" })
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Api-Key", key)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("Cookie", cookieName+"="+cookie)
		if by, err := w.s.authenticate(r); by != nobody || err != nil {
			t.Errorf("it is taken for %q: %v", by, err)
		}
		hashMatches(hash, "correct horse battery")
	})
}

// FuzzNext looks for a place to go to that is not ours.
func FuzzNext(f *testing.F) {
	for _, s := range []string{"/", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/items/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) {
		base := httptest.NewRequest(http.MethodGet, "http://ours.example/login", nil).URL
		u, err := base.Parse(ownPath(next))
		if err == nil && u.Host != base.Host {
			t.Errorf("%q leads to %s", next, u)
		}
	})
}
