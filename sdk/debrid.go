package sdk

import (
	"context"
	"net/http"
	"time"
)

// Debrid takes releases and gives links to their files.
//
// Add is called again and again until the placement is ready, and after a restart: it must first look whether the account
// already holds the release, and never add it twice. It selects what can be played (video and subtitle files) itself.
// A release that the provider refuses for good is an error of [Gone] or [NotFound]; a full queue or slot is [Limited].
type Debrid interface {
	// Add asks for a release and returns where it stands now. A placement that is not ready is no error.
	Add(ctx context.Context, r AddRequest) (Placement, error)
	// Link gives a URL for one file of a placement. The host keeps it until it expires.
	Link(ctx context.Context, r LinkRequest) (Link, error)
	// Remove takes a placement out of the account. One that is not there is no error.
	Remove(ctx context.Context, placement string) error
}

// Availability is a [Debrid] that knows which releases it could serve at once.
type Availability interface {
	// Available answers for each hash asked; a hash that is missing from the answer is unknown.
	Available(ctx context.Context, hashes []string) ([]Available, error)
}

// Library is a [Debrid] that can list what the account holds.
type Library interface {
	// Library yields every placement of the account.
	Library(ctx context.Context, yield func(...Placement) error) error
}

// AddRequest names a release for [Debrid.Add].
type AddRequest struct {
	Hash     string   `json:"hash"` // 40 lower-case hex digits
	Name     string   `json:"name"`
	Magnet   string   `json:"magnet,omitempty"`  // always set by the host: with trackers where they are known
	Torrent  []byte   `json:"torrent,omitempty"` // the .torrent, where the host has it
	WebSeeds []string `json:"web_seeds,omitempty"`
	Private  bool     `json:"private,omitempty"`
	IP       string   `json:"ip,omitempty"` // of the person who will watch, for providers that bind links to it
}

// PlacementState tells how far a provider is with a release.
type PlacementState string

// The states of a placement.
const (
	PlacementQueued      PlacementState = "queued"
	PlacementDownloading PlacementState = "downloading"
	PlacementReady       PlacementState = "ready"
	PlacementFailed      PlacementState = "failed" // for good; Message says why
)

// Placement is a release at a provider.
type Placement struct {
	ID       string         `json:"id"` // the provider's
	Hash     string         `json:"hash"`
	Name     string         `json:"name,omitempty"`
	State    PlacementState `json:"state"`
	Progress float64        `json:"progress,omitempty"` // 0 to 1
	Files    []File         `json:"files,omitempty"`    // once known
	Added    bool           `json:"added,omitempty"`    // this call put it there; false: the account had it
	Retry    time.Duration  `json:"retry,omitempty"`    // when to ask again while it is not ready; 0: the host decides
	Message  string         `json:"message,omitempty"`  // for people
}

// LinkRequest names a file of a placement for [Debrid.Link].
type LinkRequest struct {
	Placement string `json:"placement"`
	Hash      string `json:"hash"`
	File      File   `json:"file"`
	IP        string `json:"ip,omitempty"`    // see AddRequest
	Renew     bool   `json:"renew,omitempty"` // the last link failed: do not answer with the same one
}

// Link is a URL with a life. It is never logged or stored.
type Link struct {
	URL      string      `json:"url"`
	Header   http.Header `json:"header,omitempty"`    // to be sent with every request
	Expires  time.Time   `json:"expires,omitzero"`    // UTC; zero: unknown
	Size     int64       `json:"size,omitempty"`      // bytes; 0 unknown
	ETag     string      `json:"etag,omitempty"`      // comparable only within one provider
	NoRange  bool        `json:"no_range,omitempty"`  // the server does not serve ranges
	IPBound  bool        `json:"ip_bound,omitempty"`  // good only from the address that asked for it
	MaxConns int         `json:"max_conns,omitempty"` // connections allowed at once; 0: no limit known
	Local    bool        `json:"local,omitempty"`     // good on this machine only: always proxied, never redirected to
}

// Cached tells whether a provider can serve a release at once.
type Cached string

// The answers to "is it cached?".
const (
	CachedUnknown Cached = "unknown"
	CachedYes     Cached = "yes"
	CachedNo      Cached = "no"
)

// Available is the answer of [Availability] for one hash.
type Available struct {
	Hash  string        `json:"hash"`
	State Cached        `json:"state"`
	Files []File        `json:"files,omitempty"`
	TTL   time.Duration `json:"ttl,omitempty"` // how long the answer holds; 0: the host decides
}
