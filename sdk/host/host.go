// Package host is the daemon's end of the plugin contract: it starts plugin processes, watches them, starts them again when
// they die, and gives what runs in them as values of sdk's interfaces.
//
// A [Process] is one run of one binary. A [Supervisor] keeps a process running and its instances configured; the clients
// that it hands out survive restarts. A client has an optional interface, such as [sdk.Feed], only where the plugin
// reported the flag, so callers find abilities by type assertion as plugins do.
//
// Package host knows nothing of configuration files, accounts or what is asked of a plugin. There is no promise that it
// stays as it is.
package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// The faults that are the process's, not an upstream's. They are wrapped in an [sdk.Error] of kind Unavailable and reach
// Provider, and found with errors.Is.
var (
	ErrCrashed     = errors.New("the plugin's process died")
	ErrFailed      = errors.New("the plugin keeps dying and is not started any more")
	ErrStopped     = errors.New("the plugin is stopped")
	ErrStart       = errors.New("the plugin does not start")
	ErrVersion     = errors.New("the plugin speaks another version of the protocol")
	ErrChecksum    = errors.New("the plugin's file is not the one that was verified")
	ErrUnsupported = errors.New("the plugin cannot do this")
)

// Services is what the daemon does for instances. Every call names the instance by its id; implementations are called at
// once from several goroutines.
type Services interface {
	// LoadState and StoreState are [sdk.State] of an instance.
	LoadState(ctx context.Context, instance, key string) (value []byte, version int64, err error)
	StoreState(ctx context.Context, instance, key string, value []byte, version int64) (swapped bool, err error)
	// CacheGet and CachePut are [sdk.Cache] of an instance.
	CacheGet(ctx context.Context, instance, key string) (value []byte, ok bool)
	CachePut(ctx context.Context, instance, key string, value []byte, ttl time.Duration)
	// Acquire is [sdk.Limiter] of the account that an instance uses.
	Acquire(ctx context.Context, instance, class string, n int) error
}

// Options say how a process is started. Path, Name and Runtime are required.
type Options struct {
	Path    string   // of the binary
	Name    string   // of the plugin, as in the file name
	Runtime *Runtime // where its sockets live
	// Log gets what the plugin logs and prints, and what befalls it; it should carry the plugin's name. Nil: nothing is logged.
	Log *slog.Logger
	// LogLevel is the least level that the plugin sends: trace, debug, info, warn or error; "" is info.
	LogLevel string
	// Services are what instances may ask of the daemon; nil: every request is refused.
	Services Services
	// Dir is the process's working directory, from which paths in settings are read; "" is the daemon's own.
	Dir string
	// Env lists variables (as KEY=value) that the process has besides the allowed ones of the daemon's own: PATH, HOME,
	// TZ, LANG, SSL_CERT_FILE, SSL_CERT_DIR and the proxy variables. Secrets do not belong there.
	Env []string
	// Checksum is the SHA-256, in hex, that the file must have; "" is not checked.
	Checksum string
	// MemoryLimit is passed as GOMEMLIMIT, in bytes; 0 is none.
	MemoryLimit sdk.Size
	// StartTimeout is how long the process has until it answers; 0 is 15 s.
	StartTimeout time.Duration
	// Grace is how long the process has to end by itself before it is killed; 0 is 2 s.
	Grace time.Duration
}

// Instance is a capability of a plugin together with settings.
type Instance struct {
	ID         string          // unique among the instances of one process
	Name       string          // of the block, for people and logs; "" is ID
	Capability string          // one of sdk.Capabilities
	Settings   json.RawMessage // a JSON object of attributes as the plugin's schema has them; holds secrets
	Trust      sdk.Trust       // "" is TrustOperator
	Proxy      string          // URL of an HTTP or SOCKS5 proxy; "": what the environment says
	Limits     sdk.Limits      // zero: what the plugin declares
	Folder     string          // becomes Env.Folder
	LogLevel   string          // "" is the process's
}

// String names the instance and keeps its settings from being printed.
func (i Instance) String() string { return fmt.Sprintf("%s %q", i.Capability, i.ID) }

// GoString is String.
func (i Instance) GoString() string { return i.String() }

// LogValue is String, for slog.
func (i Instance) LogValue() slog.Value { return slog.StringValue(i.String()) }

// State is what a supervised plugin is doing.
type State string

// The states of a supervised plugin.
const (
	StateStopped  State = "stopped"  // not asked to run yet, or ended
	StateStarting State = "starting" // until it has answered and its instances are configured
	StateRunning  State = "running"
	StateBackoff  State = "backoff" // died; waits to be started again
	StateFailed   State = "failed"  // died too often; Reset starts it again
)

// Status is what there is to tell of a supervised plugin.
type Status struct {
	State     State     `json:"state"`
	Name      string    `json:"name"`
	Version   string    `json:"version,omitempty"` // of the plugin; "" while unknown
	PID       int       `json:"pid,omitempty"`
	Restarts  int       `json:"restarts"`
	Started   time.Time `json:"started,omitzero"` // of the present process, UTC
	LastError string    `json:"last_error,omitempty"`
	Stderr    []string  `json:"stderr,omitempty"` // the last lines that it printed
	Memory    sdk.Size  `json:"memory,omitempty"` // proportional set size; 0 unknown
}

// unavailable is an error of the process itself.
func unavailable(cause error, format string, args ...any) *sdk.Error {
	return &sdk.Error{
		Kind:    sdk.Unavailable,
		Scope:   sdk.ReachProvider,
		Message: fmt.Sprintf(format, args...),
		Err:     cause,
	}
}
