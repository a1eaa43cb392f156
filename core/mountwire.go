package core

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
)

// What the daemon and the process of "millrace mount" say to one another over a socket in the data folder: HTTP, with JSON
// below /v1, the files at /dav/ and /library/, and calls to debrid instances as gRPC.

// mountProtocol is the version of all that. Processes whose versions differ do not talk: each says so and goes on.
const mountProtocol = 1

// Headers of requests to the mount process.
const (
	protocolHeader = "Millrace-Protocol" // what the daemon speaks
	clientHeader   = "Millrace-Client"   // address of the reader whose request is passed on
)

// MountSocketPath is where the process of "millrace mount" listens for the daemon.
func MountSocketPath(data string) string { return filepath.Join(data, "run", "mount.sock") }

// errMountRuns says that a process of "millrace mount" runs on the same data folder.
var errMountRuns = errors.New("millrace mount uses the data folder")

// greeting is what a mount process says of itself.
type greeting struct {
	Protocol int       `json:"protocol"`
	Version  string    `json:"version"`
	PID      int       `json:"pid"`
	Mount    string    `json:"mount"` // where the library is mounted; empty: nowhere
	Started  time.Time `json:"started"`
}

// told is what a provider answered about a file, for the daemon, which alone decides about the library.
type told struct {
	File     int64    `json:"file"`
	Release  int64    `json:"release"`
	Instance string   `json:"instance"`
	Kind     sdk.Kind `json:"kind,omitempty"`
	Text     string   `json:"text,omitempty"`
}

// refusal is an error on its way.
type refusal struct {
	Kind       sdk.Kind      `json:"kind"`
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	Message    string        `json:"message"`
}

// vfsKinds pairs the errors of files with those that cross.
var vfsKinds = []struct {
	err  error
	kind sdk.Kind
}{
	{vfs.ErrNotExist, sdk.NotFound}, {vfs.ErrPermission, sdk.Denied}, {vfs.ErrInvalid, sdk.Invalid}, {vfs.ErrBusy, sdk.Limited},
}

func newRefusal(err error) refusal {
	r := refusal{Kind: sdk.KindOf(err), RetryAfter: sdk.RetryAfter(err), Message: err.Error()}
	for _, k := range vfsKinds {
		if errors.Is(err, k.err) {
			r.Kind = k.kind
		}
	}
	return r
}

// err is the error that a refusal was made of, as far as callers tell errors apart.
func (r refusal) err() error {
	e := &sdk.Error{Kind: r.Kind, RetryAfter: r.RetryAfter, Message: r.Message}
	for _, k := range vfsKinds {
		if r.Kind == k.kind {
			e.Err = k.err
		}
	}
	return e
}

// reply answers a request with what do returns.
func reply[T any](do func(ctx context.Context, r *http.Request) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := do(r.Context(), r)
		if err != nil {
			answer(w, http.StatusBadGateway, newRefusal(err))
			return
		}
		answer(w, http.StatusOK, v)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // what is said can be written
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the daemon may have ended
}
