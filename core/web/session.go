package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"
)

const (
	cookieName  = "millrace_session"
	sessionLife = 30 * 24 * time.Hour
)

// sessionSize is what a session's cookie says: 8 bytes until when it is good, in seconds since 1970, and 16 random ones.
const sessionSize = 24

// seal signs a session. It is good as long as the password is the one that it was made with.
func (s *Server) seal(body []byte, password string) []byte {
	m := hmac.New(sha256.New, s.derived("session"))
	m.Write([]byte(password))
	m.Write([]byte{0})
	m.Write(body)
	return m.Sum(nil)
}

// derived is a key for one purpose.
func (s *Server) derived(purpose string) []byte {
	m := hmac.New(sha256.New, s.o.Secret)
	m.Write([]byte(purpose))
	return m.Sum(nil)
}

// begin gives the client a session.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, password string) {
	body := make([]byte, sessionSize)
	rand.Read(body) // never fails
	binary.BigEndian.PutUint64(body, uint64(time.Now().Add(sessionLife).Unix()))
	value := base64.RawURLEncoding.EncodeToString(append(body, s.seal(body, password)...))
	http.SetCookie(w, s.cookie(r, value, int(sessionLife.Seconds())))
}

// end takes the session from the client.
func (s *Server) end(w http.ResponseWriter, r *http.Request) { http.SetCookie(w, s.cookie(r, "", -1)) }

func (s *Server) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(s.base(r.Context()), "https://"),
	}
}

// session reports whether a request carries a good one.
func (s *Server) session(r *http.Request, password string) bool {
	c, err := r.Cookie(cookieName)
	if err != nil || password == "" {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(b) != sessionSize+sha256.Size {
		return false
	}
	body, sum := b[:sessionSize], b[sessionSize:]
	if !hmac.Equal(sum, s.seal(body, password)) {
		return false
	}
	return time.Now().Unix() < int64(binary.BigEndian.Uint64(body))
}
