package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// alive answers as long as the process does.
func alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // the client may have left
}

// readyWithin bounds a probe.
const readyWithin = 5 * time.Second

// ready tells whether the daemon serves: 200 or 503. What its parts are is told to who has credentials.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	out := Readiness{Ready: true}
	add := func(name string, err error, needed bool) {
		c := Component{Name: name, Ready: err == nil}
		if err != nil {
			c.Error = err.Error()
			out.Ready = out.Ready && !needed
		}
		out.Components = append(out.Components, c)
	}
	add("daemon", s.o.Ready(), true)
	_, err := s.o.DB.Cursor(ctx)
	add("database", err, true)
	for _, in := range s.o.Pool.All() {
		add(in.Capability+" "+in.Name, in.Unwell(), false)
	}
	if by, err := s.authenticate(r); err != nil || by == nobody {
		out.Components = nil
	}
	status := http.StatusOK
	if !out.Ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, out)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // what is shown can be written
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have left
}
