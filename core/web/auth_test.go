package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/millrace-media/millrace/core/db"
)

// route is one thing that can be asked.
type route struct{ method, path string }

// all walks the router: a route that is added is tested here without being named.
func (w *world) all() []route {
	w.t.Helper()
	placeholder := regexp.MustCompile(`\{[^}]*\}`)
	list := []route{{"PROPFIND", "/dav/"}, {"GET", "/dav"}, {"GET", "/library/movies/x.mkv"}, {"HEAD", "/library/x"}, {"GET", "/nothing"}}
	err := chi.Walk(w.s.chi, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		list = append(list, route{method, placeholder.ReplaceAllString(strings.ReplaceAll(path, "*", "x"), "1")})
		return nil
	})
	w.ok(err)
	if len(list) < 40 {
		w.t.Fatalf("only %d routes were found", len(list))
	}
	return list
}

// open reports whether a route needs no credentials, or is not there.
func (r route) open() bool {
	for _, prefix := range []string{"/healthz", "/readyz", "/static/", "/login", "/setup", "/hooks/"} {
		if strings.HasPrefix(r.path, prefix) {
			return true
		}
	}
	return r.path == "/nothing"
}

func TestNoRouteIsOpenByAccident(t *testing.T) {
	t.Parallel()
	w := setup(t, func(o *Options) { o.Password = "the-password" })
	credentials := map[string]struct {
		give  func(r *http.Request)
		right bool
	}{
		"none":                  {func(*http.Request) {}, false},
		"a wrong key":           {func(r *http.Request) { r.Header.Set("X-Api-Key", w.key+"0") }, false},
		"an empty key":          {func(r *http.Request) { r.Header.Set("X-Api-Key", "") }, false},
		"another key's id":      {func(r *http.Request) { r.Header.Set("X-Api-Key", strings.Replace(w.key, "mr_", "mr_0", 1)) }, false},
		"a wrong bearer":        {func(r *http.Request) { r.Header.Set("Authorization", "Bearer nothing") }, false},
		"a wrong query":         {func(r *http.Request) { r.URL.RawQuery = "api_key=mr_1_2" }, false},
		"a made-up session":     {func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: strings.Repeat("A", 75)}) }, false},
		"a session outlived":    {func(r *http.Request) { r.AddCookie(w.session("another-password")) }, false},
		"an empty password":     {func(r *http.Request) { r.SetBasicAuth("me", "") }, false},
		"the key":               {func(r *http.Request) { r.Header.Set("X-Api-Key", w.key) }, true},
		"the key as a bearer":   {func(r *http.Request) { r.Header.Set("Authorization", "bearer "+w.key) }, true},
		"the key in the query":  {func(r *http.Request) { r.URL.RawQuery = "api_key=" + w.key }, true},
		"the key as a password": {func(r *http.Request) { r.SetBasicAuth("me", w.key) }, true},
		"the password":          {func(r *http.Request) { r.SetBasicAuth("anybody", "the-password") }, true},
		"a session":             {func(r *http.Request) { r.AddCookie(w.session("the-password")) }, true},
	}
	for name, tt := range credentials {
		t.Run(name, func(t *testing.T) {
			for _, rt := range w.all() {
				if rt.path == "/api/v1/events" && tt.right {
					continue // it does not end
				}
				r := httptest.NewRequest(rt.method, rt.path, strings.NewReader("{}"))
				r.Header.Set("Content-Type", "application/json")
				tt.give(r)
				out := w.send(w.s.Handler(), r)
				asked := out.Code == http.StatusUnauthorized || out.Code == http.StatusSeeOther && strings.HasPrefix(out.Header().Get("Location"), "/login")
				if rt.open() || rt.path == "/logout" && tt.right {
					continue
				}
				if asked == tt.right {
					t.Errorf("%s %s: status %d", rt.method, rt.path, out.Code)
				}
			}
		})
	}
}

// session is the cookie of somebody who logged in with a password of the configuration.
func (w *world) session(password string) *http.Cookie {
	w.t.Helper()
	p := newPasswords(password, w.db)
	current, err := p.current(w.t.Context())
	w.ok(err)
	out := httptest.NewRecorder()
	w.s.begin(out, httptest.NewRequest(http.MethodGet, "/", nil), current)
	return out.Result().Cookies()[0]
}

func TestAChangeIsNotTakenFromAnotherSite(t *testing.T) {
	t.Parallel()
	w := setup(t, func(o *Options) { o.Password = "the-password" })
	tests := map[string]struct {
		give   func(r *http.Request)
		status int
	}{
		"a session from another site": {func(r *http.Request) {
			r.AddCookie(w.session("the-password"))
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}, http.StatusForbidden},
		"a session from a sibling": {func(r *http.Request) {
			r.AddCookie(w.session("the-password"))
			r.Header.Set("Sec-Fetch-Site", "same-site")
		}, http.StatusForbidden},
		"a session from another origin": {func(r *http.Request) {
			r.AddCookie(w.session("the-password"))
			r.Header.Set("Origin", "http://evil.example")
		}, http.StatusForbidden},
		"the browser's password from one": {func(r *http.Request) {
			r.SetBasicAuth("", "the-password")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}, http.StatusForbidden},
		"a session from a page of ours": {func(r *http.Request) {
			r.AddCookie(w.session("the-password"))
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}, http.StatusOK},
		"a session from our origin": {func(r *http.Request) {
			r.AddCookie(w.session("the-password"))
			r.Header.Set("Origin", "http://example.com")
		}, http.StatusOK},
		"a key, which no browser sends":      {func(r *http.Request) { r.Header.Set("X-Api-Key", w.key); r.Header.Set("Origin", "http://evil.example") }, http.StatusOK},
		"a login that another site asks for": {func(r *http.Request) { r.URL.Path = "/login"; r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/api/v1/reload", nil)
			tt.give(r)
			if out := w.send(w.s.Handler(), r); out.Code != tt.status {
				t.Errorf("status %d, want %d: %s", out.Code, tt.status, out.Body)
			}
		})
	}
}

func (w *world) post(path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return w.send(w.s.Handler(), r)
}

func TestTheFirstPasswordIsSetOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ok(w.s.revoke(t.Context(), strings.Split(w.key, "_")[1]))
	link := w.s.SetupURL("http://127.0.0.1:8080/")
	u, err := url.Parse(link)
	w.ok(err)
	if out := w.send(w.s.Handler(), httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)); out.Code != http.StatusOK {
		t.Fatalf("the link leads to status %d", out.Code)
	}
	refused := map[string]url.Values{
		"without the token":     {"password": {"long enough"}, "again": {"long enough"}},
		"with another token":    {"token": {"0"}, "password": {"long enough"}, "again": {"long enough"}},
		"too short":             {"token": {u.Query().Get("token")}, "password": {"short"}, "again": {"short"}},
		"with a slip of typing": {"token": {u.Query().Get("token")}, "password": {"long enough"}, "again": {"long enouhg"}},
	}
	for name, form := range refused {
		if out := w.post("/setup", form); out.Code < 400 || len(out.Result().Cookies()) > 0 {
			t.Errorf("%s: status %d", name, out.Code)
		}
	}
	out := w.post("/setup", url.Values{"token": {u.Query().Get("token")}, "password": {"long enough"}, "again": {"long enough"}})
	key := regexp.MustCompile(`mr_[0-9a-f]{8}_[0-9a-f]{40}`).FindString(out.Body.String())
	if out.Code != http.StatusOK || key == "" {
		t.Fatalf("status %d: %s", out.Code, out.Body)
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/version", nil)
	r.Header.Set("X-Api-Key", key)
	if got := w.send(w.s.Handler(), r); got.Code != http.StatusOK {
		t.Errorf("the key that was shown opens nothing: %d", got.Code)
	}
	if got := w.post("/logout", nil, out.Result().Cookies()...); got.Code != http.StatusSeeOther {
		t.Errorf("the session that was begun is none: %d", got.Code)
	}
	if again := w.s.SetupURL("http://x"); again != "" {
		t.Errorf("the link is given again: %s", again)
	}
	second := w.post("/setup", url.Values{"token": {u.Query().Get("token")}, "password": {"another one"}, "again": {"another one"}})
	if second.Code != http.StatusSeeOther {
		t.Errorf("a second password: status %d", second.Code)
	}
}

func TestLoggingIn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ok(w.s.passwords.set(t.Context(), "long enough", true))
	right := w.post("/login", url.Values{"password": {"long enough"}, "next": {"/items/1"}})
	if right.Code != http.StatusSeeOther || right.Header().Get("Location") != "/items/1" {
		t.Fatalf("status %d to %s", right.Code, right.Header().Get("Location"))
	}
	c := right.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("the cookie is %+v", c)
	}
	if away := w.post("/login", url.Values{"password": {"long enough"}, "next": {"//evil.example"}}); away.Header().Get("Location") != "/" {
		t.Errorf("it leads away to %s", away.Header().Get("Location"))
	}
	for i := range tryBurst {
		if out := w.post("/login", url.Values{"password": {fmt.Sprint(i)}}); out.Code != http.StatusUnauthorized {
			t.Fatalf("try %d: status %d", i, out.Code)
		}
	}
	if out := w.post("/login", url.Values{"password": {"long enough"}}); out.Code != http.StatusTooManyRequests {
		t.Errorf("after many wrong ones: status %d", out.Code)
	}
	if out := w.local(http.MethodPut, "/api/v1/password", `{"password":"quite another"}`); out.Code != http.StatusOK {
		t.Fatalf("set: %s", out.Body)
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/version", nil)
	r.AddCookie(c)
	if out := w.send(w.s.Handler(), r); out.Code != http.StatusUnauthorized {
		t.Errorf("a session outlives its password: status %d", out.Code)
	}
}

func TestTheCurrentPasswordIsNeededFromOutside(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ok(w.s.passwords.set(t.Context(), "long enough", true))
	put := func(body string) int {
		r := request(http.MethodPut, "/api/v1/password", body)
		r.Header.Set("X-Api-Key", w.key)
		return w.send(w.s.Handler(), r).Code
	}
	if got := put(`{"password":"new password"}`); got != http.StatusBadRequest {
		t.Errorf("without it: status %d", got)
	}
	if got := put(`{"password":"new password","current":"long enough"}`); got != http.StatusOK {
		t.Errorf("with it: status %d", got)
	}
}

func TestAHashMatchesItsPasswordOnly(t *testing.T) {
	t.Parallel()
	hash := hashPassword("correct horse")
	if !hashMatches(hash, "correct horse") || hashMatches(hash, "correct horsf") || hash == hashPassword("correct horse") {
		t.Error("hashes do not hold")
	}
	for _, bad := range []string{"", "$argon2id$", "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=8,t=1,p=1$AAAA$", strings.Replace(hash, "id", "i", 1)} {
		if hashMatches(bad, "") || hashMatches(bad, "correct horse") {
			t.Errorf("%q matches", bad)
		}
	}
}

func TestTriesAreCountedByAddress(t *testing.T) {
	t.Parallel()
	var tr tries
	now := time.Now()
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	for i := range tryBurst {
		if _, ok := tr.begin(a, now); !ok {
			t.Fatalf("try %d is refused", i)
		}
	}
	if _, ok := tr.begin(a, now); ok {
		t.Error("one too many is let through")
	}
	if _, ok := tr.begin(b, now); !ok {
		t.Error("another address is refused for it")
	}
	right, ok := tr.begin(a, now.Add(tryEvery))
	if !ok {
		t.Fatal("none after a while")
	}
	right()
	if _, ok := tr.begin(a, now.Add(tryEvery)); !ok {
		t.Error("a right one counted")
	}
	for i := range tryPlace * 2 {
		tr.begin(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32), now)
	}
	if len(tr.from) > tryPlace+1 {
		t.Errorf("%d addresses are kept", len(tr.from))
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	w := setup(t, func(o *Options) { o.Password = planted })
	w.plugged()
	id := w.film("tt1727587", "Sintel")
	w.candidates(id)
	w.ok(w.db.Tx(t.Context(), func(tx *db.Tx) error {
		list, err := tx.Candidates(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = tx.SaveReleases(t.Context(), "indexer", []db.Found{secretFound(list[0].Hash, list[0].Name)})
		return err
	}))
	seen := ""
	for _, rt := range w.all() {
		if rt.path == "/api/v1/events" {
			continue
		}
		for _, give := range []func(r *http.Request){
			func(r *http.Request) { r.Header.Set("X-Api-Key", w.key) }, func(r *http.Request) { r.URL.RawQuery = "api_key=" + w.key },
			func(r *http.Request) { r.SetBasicAuth("me", planted) }, func(r *http.Request) { r.SetBasicAuth("me", planted+"x") },
		} {
			r := httptest.NewRequest(rt.method, rt.path, strings.NewReader(`{"magnet":"magnet:?xt=urn:btih:`+strings.Repeat("a", 40)+`&tr=http://x/`+planted+`","password":"`+planted+`"}`))
			r.Header.Set("Content-Type", "application/json")
			give(r)
			out := w.send(w.s.Handler(), r)
			seen += out.Body.String() + fmt.Sprint(out.Header())
		}
	}
	seen += w.log.String()
	secret := w.key[strings.LastIndex(w.key, "_")+1:]
	hook := w.s.hookToken("source", "stub")
	for what, v := range map[string]string{"the planted secret": planted, "the API key": secret} {
		if i := strings.Index(seen, v); i >= 0 {
			t.Errorf("%s is shown: %s", what, seen[max(0, i-300):min(len(seen), i+100)])
		}
	}
	w.local(http.MethodPost, w.s.hookPath("source", "stub"), "{}")
	if strings.Contains(w.log.String(), hook) {
		t.Error("the log holds a hook's address")
	}
}

func TestReadinessTellsPartsToThoseWhoMayKnow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.plugged()
	out := decode[Readiness](w, w.send(w.s.Handler(), request(http.MethodGet, "/readyz", "")), http.StatusOK)
	if !out.Ready || out.Components != nil {
		t.Errorf("got %+v", out)
	}
	if out = decode[Readiness](w, w.local(http.MethodGet, "/readyz", ""), http.StatusOK); len(out.Components) != 3 {
		t.Errorf("got %+v", out)
	}
	w.s.o.Ready = func() error { return context.DeadlineExceeded }
	if got := w.local(http.MethodGet, "/readyz", ""); got.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", got.Code)
	}
}

// secretFound is a release as a private indexer tells it.
func secretFound(hash, name string) db.Found {
	f := db.Found{}
	f.Hash, f.Name, f.Magnet = hash, name, "magnet:?xt=urn:btih:"+hash+"&tr=http://t/"+planted
	f.Torrent = "http://indexer/dl?passkey=" + planted
	return f
}
