package web

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/millrace-media/millrace/sdk"
)

// maxForm is the most that a form of ours may have, in bytes.
const maxForm = 64 << 10

// loginPage asks for the password, and tells what was wrong with the one before.
type loginPage struct {
	Next  string
	Wrong string
	Unset bool // no password is set yet
}

// setupPage sets the first password, and then shows the first API key.
type setupPage struct {
	Token string
	Wrong string
	Key   string
}

func (s *Server) loginRoutes(r chi.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { s.showLogin(w, r, http.StatusOK, "") })
	r.Post("/", s.login)
}

func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	current, err := s.passwords.current(r.Context())
	if err != nil {
		s.pageProblem(w, r, err)
		return
	}
	s.page(w, r, status, "login.html", loginPage{Next: ownPath(r.FormValue("next")), Wrong: wrong, Unset: current == ""})
}

// ownPath is a path of ours to go to, "/" where somebody else's is given.
func ownPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// form reads a form that a page of ours sends.
func (s *Server) form(w http.ResponseWriter, r *http.Request) bool {
	if s.sameOrigin(r) != nil {
		s.forbid(w, r)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.pageProblem(w, r, sdk.Errorf(sdk.Invalid, "the form cannot be read: %w", err))
		return false
	}
	return true
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	ctx := r.Context()
	current, err := s.passwords.current(ctx)
	if err != nil {
		s.pageProblem(w, r, err)
		return
	}
	right, err := s.try(ctx)
	if err != nil {
		w.Header().Set("Retry-After", "10")
		s.showLogin(w, r, http.StatusTooManyRequests, "Too many wrong passwords. Wait a little, then try again.")
		return
	}
	if current == "" || !s.passwords.matches(ctx, current, r.PostFormValue("password")) {
		s.showLogin(w, r, http.StatusUnauthorized, "That is not the password.")
		return
	}
	right()
	s.begin(w, r, current)
	http.Redirect(w, r, ownPath(r.PostFormValue("next")), http.StatusSeeOther)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.end(w, r)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (s *Server) setupRoutes(r chi.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		if s.mayset(w, r, r.URL.Query().Get("token")) {
			s.page(w, r, http.StatusOK, "setup.html", setupPage{Token: s.setup})
		}
	})
	r.Post("/", s.firstPassword)
}

// mayset reports whether the first password may be set with a token; where not, it has answered.
func (s *Server) mayset(w http.ResponseWriter, r *http.Request, token string) bool {
	current, err := s.passwords.current(r.Context())
	switch {
	case err != nil:
		s.pageProblem(w, r, err)
	case current != "":
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	case subtle.ConstantTimeCompare([]byte(token), []byte(s.setup)) != 1:
		s.page(w, r, http.StatusForbidden, "login.html", loginPage{Next: "/", Unset: true})
	default:
		return true
	}
	return false
}

// firstPassword sets the password, makes the first API key where there is none, and shows it this once.
func (s *Server) firstPassword(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) || !s.mayset(w, r, r.PostFormValue("token")) {
		return
	}
	ctx := r.Context()
	page := setupPage{Token: s.setup}
	password := r.PostFormValue("password")
	if password != r.PostFormValue("again") {
		page.Wrong = "The two are not the same."
		s.page(w, r, http.StatusBadRequest, "setup.html", page)
		return
	}
	err := s.passwords.set(ctx, password, true)
	if told := (*sdk.Error)(nil); errors.As(err, &told) && told.Kind == sdk.Invalid && !errors.Is(err, errPasswordSet) {
		page.Wrong = told.Message
		s.page(w, r, http.StatusBadRequest, "setup.html", page)
		return
	}
	if errors.Is(err, errPasswordSet) {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	if err == nil {
		page.Key, err = s.firstKey(r)
	}
	if err != nil {
		s.pageProblem(w, r, err)
		return
	}
	if current, err := s.passwords.current(ctx); err == nil { // else: they log in
		s.begin(w, r, current)
	}
	s.page(w, r, http.StatusOK, "setup.html", page)
}

// firstKey makes an API key where there is none.
func (s *Server) firstKey(r *http.Request) (string, error) {
	list, err := s.keys(r.Context())
	if err != nil || len(list) > 0 {
		return "", err
	}
	k, err := s.newKey(r.Context(), "first")
	return k.Secret, err
}
