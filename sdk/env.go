package sdk

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Trust says whose settings an instance runs with.
type Trust string

// The levels of trust.
const (
	TrustOperator Trust = "operator" // from config.hcl: may reach any address
	TrustUser     Trust = "user"     // brought by a user of the addon: may reach public addresses only
)

// Env is what a host gives to an instance. Nothing else of the host can be reached.
type Env struct {
	Instance string       // name of the block
	Trust    Trust        // HTTP keeps to it by itself
	Log      *slog.Logger // goes to the daemon's log under the instance's name
	HTTP     *http.Client // keeps to Trust, the block's proxy and limit; use httpclient on top
	State    State        // small and durable
	Cache    Cache        // shared, with a time to live
	Limit    Limiter      // the account's rate limit, shared by whoever uses the account
	Folder   string       // a folder of the plugin's own for bulk data, made when first used; small facts belong in State
}

// State keeps small facts of an instance across restarts and shares them among the daemons of one library. Values are at
// most 64 KiB.
type State interface {
	// Load gives a value and its version; a key that is not there has version 0 and no error.
	Load(ctx context.Context, key string) (value []byte, version int64, err error)
	// Store writes a value where the version is still the one that was loaded, and reports whether it was: two daemons
	// must not both spend a refresh token. A nil value deletes.
	Store(ctx context.Context, key string, value []byte, version int64) (swapped bool, err error)
}

// Cache keeps answers for a while. Losing one is never an error. Values are at most 1 MiB.
type Cache interface {
	Get(ctx context.Context, key string) (value []byte, ok bool)
	Put(ctx context.Context, key string, value []byte, ttl time.Duration)
}

// Limiter makes callers wait for their turn.
type Limiter interface {
	// Acquire blocks until n more calls of a class may be made, or ctx ends.
	Acquire(ctx context.Context, class string, n int) error
}
