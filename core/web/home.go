package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

func (s *Server) pageRoutes(r chi.Router) {
	r.Post("/logout", s.logout)
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/api/v1/items", http.StatusSeeOther)
	})
}
