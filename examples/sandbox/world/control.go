package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// control is the API of the world itself: what it holds and heard, and what shall go wrong. It has no keys; it listens on loopback.
type control struct{ w *World }

func (c *control) routes() http.Handler {
	w := c.w
	mux := http.NewServeMux()
	show := func(pattern string, get func() any) {
		mux.HandleFunc("GET /control/"+pattern, func(rw http.ResponseWriter, _ *http.Request) { writeJSON(rw, http.StatusOK, get()) })
	}
	show("endpoints", func() any { return w.Endpoints })
	show("catalog", func() any { return w.Catalog() })
	show("originals", func() any { return w.Originals() })
	show("heard", func() any { return w.Heard() })
	show("requests", func() any { return w.Requests() })
	show("requests/changes", func() any { return w.StatusChanges() })
	show("faults", func() any { return w.Faults() })
	show("seeder", func() any { return w.Seeds() })
	show("tracker", func() any { return w.tracker.state() })
	show("realdebrid", func() any { return w.Accounts() })
	show("services", func() any { return w.Services() })

	mux.HandleFunc("GET /control/calls", func(rw http.ResponseWriter, r *http.Request) {
		writeJSON(rw, http.StatusOK, w.Calls(r.URL.Query().Get("service")))
	})
	do(mux, "DELETE /control/calls", func(*http.Request, none) (any, error) { w.ForgetCalls(); return nil, nil })
	do(mux, "POST /control/fault", func(_ *http.Request, f Fault) (any, error) {
		id, err := w.SetFault(f)
		return map[string]any{"id": id}, err
	})
	do(mux, "DELETE /control/fault/{id}", func(r *http.Request, _ none) (any, error) {
		w.ClearFault(atoi(r.PathValue("id"), -1))
		return nil, nil
	})
	do(mux, "DELETE /control/faults", func(*http.Request, none) (any, error) { w.ClearFaults(); return nil, nil })
	do(mux, "DELETE /control/heard", func(*http.Request, none) (any, error) { w.heard.forget(); return nil, nil })
	do(mux, "POST /control/requests", func(_ *http.Request, in Request) (any, error) { return w.AddRequest(in) })
	do(mux, "DELETE /control/requests", func(*http.Request, none) (any, error) { w.requests.drop(0); return nil, nil })
	do(mux, "POST /control/requests/{id}/webhook", c.webhook)
	do(mux, "POST /control/seeder", c.seeder)
	do(mux, "POST /control/realdebrid", func(_ *http.Request, in AccountChange) (any, error) { return w.ChangeAccount(in) })
	do(mux, "POST /control/realdebrid/release", func(_ *http.Request, in struct {
		Hash   string
		Debrid Debrid
	}) (any, error) {
		return nil, w.SetDebrid(in.Hash, in.Debrid)
	})
	do(mux, "POST /control/services/{name}/{action}", c.service)
	do(mux, "POST /control/airs", func(_ *http.Request, in struct{ At time.Time }) (any, error) { w.SetAirs(in.At); return nil, nil })
	do(mux, "POST /control/library", func(_ *http.Request, in struct{ Path string }) (any, error) { w.SetLibrary(in.Path); return nil, nil })
	return mux
}

// none is the body of a request that has none.
type none struct{}

// do answers a request whose body, if any, is the JSON of a T: 200 with the result, 204 without one, 400 with what was wrong.
func do[T any](mux *http.ServeMux, pattern string, f func(*http.Request, T) (any, error)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		var in T
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil && !errors.Is(err, io.EOF) {
			writeJSON(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
			return
		}
		out, err := f(r, in)
		switch {
		case err != nil:
			writeJSON(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
		case out == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			writeJSON(w, http.StatusOK, out)
		}
	})
}

// webhook posts a request's notification to a URL.
func (c *control) webhook(r *http.Request, in Webhook) (any, error) {
	status, err := c.w.Notify(r.Context(), atoi(r.PathValue("id"), 0), in)
	return map[string]any{"status": status}, err
}

// seeder drops or seeds a torrent, or bounds the upload.
func (c *control) seeder(_ *http.Request, in struct {
	Hash           string
	Seed           *bool
	BytesPerSecond *int
}) (any, error) {
	if in.BytesPerSecond != nil {
		c.w.seeder.setLimit(*in.BytesPerSecond)
	}
	if in.Seed == nil {
		return nil, nil
	}
	return nil, c.w.SetSeeding(in.Hash, *in.Seed)
}

// service starts or stops a service.
func (c *control) service(r *http.Request, _ none) (any, error) {
	name := r.PathValue("name")
	switch action := r.PathValue("action"); {
	case name == "control":
		return nil, errors.New("the control API cannot stop itself")
	case action == "stop":
		return nil, c.w.StopService(name)
	case action == "start":
		return nil, c.w.StartService(name)
	default:
		return nil, fmt.Errorf("action %q: want start or stop", action)
	}
}
