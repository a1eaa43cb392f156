package sdk

import "time"

// Release is what a scraper finds: a torrent that may hold what is wanted.
type Release struct {
	Name      string    `json:"name"`                // as it was published, not cleaned
	Hash      string    `json:"hash,omitempty"`      // v1 info-hash, 40 lower-case hex digits; empty where only Torrent is known
	Size      int64     `json:"size,omitempty"`      // bytes of all files; 0 unknown
	Seeders   int       `json:"seeders"`             // -1 unknown
	Leechers  int       `json:"leechers"`            // -1 unknown
	Tracker   string    `json:"tracker,omitempty"`   // the site that published it, for people
	Magnet    string    `json:"magnet,omitempty"`    // with trackers, where the scraper has one
	Torrent   string    `json:"torrent,omitempty"`   // URL of the .torrent; may hold a passkey: it is never shown or logged
	Page      string    `json:"page,omitempty"`      // URL for people
	Private   bool      `json:"private,omitempty"`   // from a private tracker: visible to its owner's account only
	Published time.Time `json:"published,omitzero"`  // UTC
	Languages []string  `json:"languages,omitempty"` // as the scraper tells, BCP 47
	IDs       IDs       `json:"ids,omitzero"`        // the title that the scraper says it holds
	Files     []File    `json:"files,omitempty"`     // where the scraper knows them
	WebSeeds  []string  `json:"web_seeds,omitempty"` // URLs (BEP 19)
}

// File is one file inside a release.
type File struct {
	Index int    `json:"index"`           // place in the torrent's own order, from 0; -1 unknown
	Path  string `json:"path"`            // inside the torrent, with slashes, the torrent's name first where there are several files
	Size  int64  `json:"size"`            // bytes; -1 unknown
	ID    string `json:"id,omitempty"`    // the debrid provider's own id of the file
	Ready bool   `json:"ready,omitempty"` // a link to it can be had now
}

// Scope says how much of a show a query is about.
type Scope string

// The scopes of a query. A film is always ScopeTitle.
const (
	ScopeTitle   Scope = "title"   // the film, or the whole show
	ScopeSeason  Scope = "season"  // one season, as a pack
	ScopeEpisode Scope = "episode" // one episode
)

// Query asks a scraper for the releases of a title, or of a season or an episode of it.
type Query struct {
	IDs
	Kind     TitleKind `json:"kind"`
	Scope    Scope     `json:"scope"`
	Names    []string  `json:"names"` // the title's name first, then aliases worth searching for
	Year     int       `json:"year,omitempty"`
	Season   int       `json:"season,omitempty"`   // with ScopeSeason and ScopeEpisode; 0 is the specials
	Episode  int       `json:"episode,omitempty"`  // with ScopeEpisode
	Absolute int       `json:"absolute,omitempty"` // absolute number of the episode; 0 unknown
	AirDate  time.Time `json:"air_date,omitzero"`  // of the episode, UTC
	Anime    bool      `json:"anime,omitempty"`
	Limit    int       `json:"limit,omitempty"` // the caller wants at most so many; 0: as many as there are
}

// Name is the title's own name, or "" where the query has none.
func (q Query) Name() string {
	if len(q.Names) == 0 {
		return ""
	}
	return q.Names[0]
}
