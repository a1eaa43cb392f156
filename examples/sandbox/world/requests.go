package world

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Statuses of a request and of its media (Overseerr OpenAPI, MediaRequest and MediaInfo).
const (
	RequestPending  = 1
	RequestApproved = 2
	RequestDeclined = 3

	MediaUnknown    = 1
	MediaPending    = 2
	MediaProcessing = 3
	MediaPartial    = 4
	MediaAvailable  = 5
)

// Request is what somebody asked for in the request list.
type Request struct {
	ID      int       `json:"id"`
	IMDb    string    `json:"imdb"`
	Seasons []int     `json:"seasons,omitempty"` // of a show
	Is4K    bool      `json:"is4k"`
	Status  int       `json:"status"`      // 1 pending, 2 approved, 3 declined
	MediaID int       `json:"mediaId"`     // the list's own number for the title
	Media   int       `json:"mediaStatus"` // 1 unknown, 2 pending, 3 processing, 4 partial, 5 available
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// StatusChange is a status that somebody wrote to the request list through its API.
type StatusChange struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"` // "request" or "media"
	ID     int       `json:"id"`
	Status string    `json:"status"` // approve, decline, retry, delete; available, partial, ...
	Is4K   bool      `json:"is4k"`
}

// requestList is the state of the request service.
type requestList struct {
	mu      sync.Mutex // guards what follows
	next    int
	list    []*Request
	media   map[string]int // IMDb id to media id
	changes []StatusChange
}

// add appends a request, at the status it has (0: approved).
func (l *requestList) add(r Request, now time.Time) Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	if l.media == nil {
		l.media = map[string]int{}
	}
	if l.media[r.IMDb] == 0 {
		l.media[r.IMDb] = 100 + len(l.media) + 1
	}
	r.ID, r.MediaID, r.Created, r.Updated = l.next, l.media[r.IMDb], now, now
	r.Status = cmp.Or(r.Status, RequestApproved)
	r.Media = cmp.Or(r.Media, map[int]int{RequestPending: MediaPending, RequestApproved: MediaProcessing}[r.Status], MediaUnknown)
	l.list = append(l.list, &r)
	return r
}

// all copies the requests, oldest first.
func (l *requestList) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Request{}
	for _, r := range l.list {
		out = append(out, *r)
	}
	return out
}

// changed copies the changes, oldest first.
func (l *requestList) changed() []StatusChange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]StatusChange{}, l.changes...)
}

// get finds a request.
func (l *requestList) get(id int) (Request, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.list, func(r *Request) bool { return r.ID == id })
	if i < 0 {
		return Request{}, false
	}
	return *l.list[i], true
}

// drop removes a request, or all for 0, and tells whether there was any.
func (l *requestList) drop(id int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.list)
	l.list = slices.DeleteFunc(l.list, func(r *Request) bool { return id == 0 || r.ID == id })
	return len(l.list) < before
}

// change applies a written status to every request that it concerns and notes it. It gives one of them.
func (l *requestList) change(c StatusChange, concerns func(*Request) bool, apply func(*Request)) (Request, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found *Request
	for _, r := range l.list {
		if concerns(r) {
			apply(r)
			r.Updated = c.At
			found = r
		}
	}
	if found == nil {
		return Request{}, false
	}
	l.changes = append(l.changes, c)
	return *found, true
}

// Webhook is a call to be made to a receiver of the request list's notifications.
type Webhook struct {
	URL           string `json:"url"`
	Event         string `json:"event"`         // notification type; default MEDIA_APPROVED
	Authorization string `json:"authorization"` // header, where set
}

// notify posts the payload of Overseerr's webhook agent about a request (its default JSON template) and tells the status.
func (w *World) notify(ctx context.Context, r Request, h Webhook) (int, error) {
	t := w.title(r.IMDb)
	h.Event = cmp.Or(h.Event, "MEDIA_APPROVED")
	body, err := json.Marshal(w.webhookPayload(t, r, h.Event))
	if err != nil {
		return 0, fmt.Errorf("encode webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make webhook: %w", err)
	}
	req.Close = true // nobody keeps the connection of one call
	req.Header.Set("Content-Type", "application/json")
	if h.Authorization != "" {
		req.Header.Set("Authorization", h.Authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("post webhook: %w", err)
	}
	return resp.StatusCode, resp.Body.Close()
}

// webhookPayload writes every number as a string, as the template does.
func (w *World) webhookPayload(t *title, r Request, event string) any {
	kind, tvdb, extra := "movie", "", []any{}
	if t.series() {
		var seasons []string
		for _, s := range r.Seasons {
			seasons = append(seasons, strconv.Itoa(s))
		}
		kind, tvdb = "tv", strconv.Itoa(t.tvdb)
		extra = append(extra, map[string]any{"name": "Requested Seasons", "value": strings.Join(seasons, ", ")})
	}
	return map[string]any{
		"notification_type": event, "event": "Request Approved", "subject": fmt.Sprintf("%s (%d)", t.name, t.year), "message": t.overview, "image": "",
		"media": map[string]any{
			"media_type": kind, "tmdbId": strconv.Itoa(t.tmdb), "tvdbId": tvdb,
			"status": [...]string{"", "UNKNOWN", "PENDING", "PROCESSING", "PARTIALLY_AVAILABLE", "AVAILABLE"}[r.Media], "status4k": "UNKNOWN",
		},
		"request": map[string]any{"request_id": strconv.Itoa(r.ID), "requestedBy_email": "ada@sandbox.invalid", "requestedBy_username": "ada", "requestedBy_avatar": ""},
		"issue":   nil, "comment": nil, "extra": extra,
	}
}
