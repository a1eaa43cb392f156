package sdk

import (
	"context"
	"net/http"
	"time"
)

// Source tells what people want.
type Source interface {
	// List yields everything that is wanted now. What was yielded before may be yielded again: the host knows it by Ref and ids.
	List(ctx context.Context, yield func(...Request) error) error
}

// Acknowledger is a [Source] that wants to hear what became of a request.
type Acknowledger interface {
	Acknowledge(ctx context.Context, a Acknowledgement) error
}

// Request is one wish of a [Source]: a title by ids or by name, or something to import.
type Request struct {
	IDs
	Ref     string    `json:"ref"`            // the source's own id of the wish; stable
	Kind    TitleKind `json:"kind,omitempty"` // empty: unknown, the host finds out
	Name    string    `json:"name,omitempty"` // used where there is no id
	Year    int       `json:"year,omitempty"`
	Seasons []int     `json:"seasons,omitempty"` // of a show; empty: all but the specials
	Person  string    `json:"person,omitempty"`  // who asked
	Profile string    `json:"profile,omitempty"` // name of the profile; empty: the block's, or the default
	Magnet  string    `json:"magnet,omitempty"`  // take this release instead of searching
}

// Progress tells what became of a request.
type Progress string

// What a source can be told.
const (
	ProgressAccepted  Progress = "accepted"
	ProgressPartial   Progress = "partial"
	ProgressAvailable Progress = "available"
	ProgressFailed    Progress = "failed"
	ProgressRemoved   Progress = "removed"
)

// Acknowledgement is news of a request for its source.
type Acknowledgement struct {
	IDs
	Ref     string    `json:"ref"`
	Kind    TitleKind `json:"kind"`
	State   Progress  `json:"state"`
	Seasons []int     `json:"seasons,omitempty"` // complete so far
	Message string    `json:"message,omitempty"`
}

// Metadata knows titles.
type Metadata interface {
	// Title gives the details of one title, with every episode of a show. An unknown one is an error of [NotFound].
	Title(ctx context.Context, q TitleQuery) (Title, error)
}

// Searcher is a [Metadata] that finds titles by name.
type Searcher interface {
	Search(ctx context.Context, q SearchQuery) ([]Title, error)
}

// Cataloger is a [Metadata] that has lists to browse.
type Cataloger interface {
	Catalogs(ctx context.Context) ([]Catalog, error)
	Catalog(ctx context.Context, q CatalogQuery) ([]Title, error)
}

// TitleQuery names a title by its ids.
type TitleQuery struct {
	IDs
	Kind     TitleKind `json:"kind,omitempty"` // empty: unknown
	Language string    `json:"language,omitempty"`
}

// SearchQuery looks for titles by name.
type SearchQuery struct {
	Text  string    `json:"text"`
	Kind  TitleKind `json:"kind,omitempty"`
	Year  int       `json:"year,omitempty"`
	Limit int       `json:"limit,omitempty"`
}

// Catalog is a list that can be browsed.
type Catalog struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Kind   TitleKind `json:"kind"`
	Genres []string  `json:"genres,omitempty"`
}

// CatalogQuery asks for a page of a catalog.
type CatalogQuery struct {
	ID    string    `json:"id"`
	Kind  TitleKind `json:"kind"`
	Genre string    `json:"genre,omitempty"`
	Skip  int       `json:"skip,omitempty"`
	Limit int       `json:"limit,omitempty"`
}

// Scraper finds releases.
type Scraper interface {
	// Scrape yields what exists for a query, as it comes and in any order. What does not match is the host's to sort out,
	// but a scraper asks as precisely as its service allows. An error from yield ends the work and is returned.
	Scrape(ctx context.Context, q Query, yield func(...Release) error) error
}

// Feed is a [Scraper] that can tell what is new, for indexing in the background.
type Feed interface {
	Feed(ctx context.Context, since time.Time, yield func(...Release) error) error
}

// TorrentFetcher is a [Scraper] whose releases may come with nothing but a link to a .torrent: the host asks the same
// instance for its bytes, once, to learn the hash.
type TorrentFetcher interface {
	// Torrent fetches Release.Torrent. A link that leads to a magnet is answered with Magnet alone.
	Torrent(ctx context.Context, url string) (Torrent, error)
}

// Torrent is what a link to a .torrent led to: one of the two.
type Torrent struct {
	Metainfo []byte `json:"metainfo,omitempty"`
	Magnet   string `json:"magnet,omitempty"`
}

// Analyzer looks into a file.
type Analyzer interface {
	Analyze(ctx context.Context, r AnalyzeRequest) (Media, error)
}

// AnalyzeRequest names a file that can be read by HTTP ranges.
type AnalyzeRequest struct {
	URL    string      `json:"url"`
	Header http.Header `json:"header,omitempty"`
	Name   string      `json:"name"`
	Size   int64       `json:"size,omitempty"`
}

// Media is what a file holds.
type Media struct {
	Container string        `json:"container,omitempty"`
	Duration  time.Duration `json:"duration,omitempty"`
	Bitrate   int64         `json:"bitrate,omitempty"` // bits a second
	Tracks    []Track       `json:"tracks,omitempty"`
	Chapters  []Chapter     `json:"chapters,omitempty"`
}

// Track is one stream inside a file.
type Track struct {
	Kind     string `json:"kind"` // video, audio, subtitle
	Codec    string `json:"codec"`
	Language string `json:"language,omitempty"`
	Title    string `json:"title,omitempty"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Channels int    `json:"channels,omitempty"`
	HDR      string `json:"hdr,omitempty"`
	Default  bool   `json:"default,omitempty"`
	Forced   bool   `json:"forced,omitempty"`
}

// Chapter is a named point in a file.
type Chapter struct {
	Start time.Duration `json:"start"`
	Name  string        `json:"name"`
}

// Subtitles finds and fetches subtitles.
type Subtitles interface {
	Find(ctx context.Context, q SubtitleQuery) ([]Subtitle, error)
	// Fetch gives the text of one subtitle, at most 4 MiB.
	Fetch(ctx context.Context, id string) (SubtitleFile, error)
}

// SubtitleQuery says for which file subtitles are wanted.
type SubtitleQuery struct {
	IDs
	Kind      TitleKind `json:"kind"`
	Name      string    `json:"name,omitempty"`
	Season    int       `json:"season,omitempty"`
	Episode   int       `json:"episode,omitempty"`
	File      string    `json:"file,omitempty"` // its name
	Size      int64     `json:"size,omitempty"`
	Hash      string    `json:"hash,omitempty"` // OpenSubtitles' hash, 16 hex digits
	Languages []string  `json:"languages"`      // wanted, best first, BCP 47
}

// Subtitle is one answer of a search.
type Subtitle struct {
	ID       string  `json:"id"`
	Language string  `json:"language"`
	Name     string  `json:"name,omitempty"`
	Format   string  `json:"format,omitempty"`  // srt, vtt, ass
	Hearing  bool    `json:"hearing,omitempty"` // for the hard of hearing
	Forced   bool    `json:"forced,omitempty"`
	Score    float64 `json:"score,omitempty"` // 0 to 1: how well it fits the file
}

// SubtitleFile is a subtitle's text.
type SubtitleFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Updater tells a media server that paths changed.
type Updater interface {
	// Update tells of changes, already gathered over a short while by the host: at most one a path.
	Update(ctx context.Context, changes []Change) error
}

// ChangeKind tells what happened to a path.
type ChangeKind string

// What can happen to a path.
const (
	ChangeCreated  ChangeKind = "created"
	ChangeModified ChangeKind = "modified"
	ChangeDeleted  ChangeKind = "deleted"
)

// Change is a path of the mount that changed.
type Change struct {
	Path    string     `json:"path"` // absolute, as the daemon sees it
	Kind    ChangeKind `json:"kind"`
	Library string     `json:"library"` // name of the library block
	Title   TitleKind  `json:"title"`
}

// Notifier tells people.
type Notifier interface {
	Notify(ctx context.Context, n Notification) error
}

// Notification is news for people.
type Notification struct {
	Event string    `json:"event"` // completed, failed, unwell
	Title string    `json:"title"`
	Text  string    `json:"text"`
	URL   string    `json:"url,omitempty"`
	Image string    `json:"image,omitempty"`
	Time  time.Time `json:"time,omitzero"`
}

// Checker is any capability that can tell whether its upstream is well.
type Checker interface {
	// Check asks the upstream. An error says what is wrong; a Health tells about the account.
	Check(ctx context.Context) (Health, error)
}

// Health is what an upstream says about itself and the account.
type Health struct {
	Message  string    `json:"message,omitempty"`
	Version  string    `json:"version,omitempty"` // of the upstream
	User     string    `json:"user,omitempty"`
	Plan     string    `json:"plan,omitempty"`
	Expires  time.Time `json:"expires,omitzero"` // of the account, UTC
	Slots    int       `json:"slots,omitempty"`  // how many transfers may run at once; 0 unknown
	Used     int       `json:"used,omitempty"`   // how many run
	Quota    int64     `json:"quota,omitempty"`  // bytes left; 0 unknown
	Warnings []string  `json:"warnings,omitempty"`
}

// Hook is any capability that takes HTTP requests: webhooks and OAuth redirects. The host serves it at an address of its own.
type Hook interface {
	Hook(ctx context.Context, r HookRequest) (HookResponse, error)
}

// HookRequest is an HTTP request passed on to a plugin; the body is at most 1 MiB.
type HookRequest struct {
	Method string      `json:"method"`
	Path   string      `json:"path"` // after the hook's own address
	Query  string      `json:"query,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body,omitempty"`
}

// HookResponse is the answer, and what it asks the host to do.
type HookResponse struct {
	Status   int         `json:"status"`
	Header   http.Header `json:"header,omitempty"`
	Body     []byte      `json:"body,omitempty"`
	Requests []Request   `json:"requests,omitempty"` // of a source: wanted now
	Refresh  bool        `json:"refresh,omitempty"`  // of a source: call List soon
}

// Closer is any capability that has something to end when its instance is released.
type Closer interface {
	Close() error
}
