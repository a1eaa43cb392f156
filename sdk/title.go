package sdk

import (
	"iter"
	"time"
)

// TitleKind tells a film from a show.
type TitleKind string

// The kinds of title.
const (
	Movie TitleKind = "movie"
	Show  TitleKind = "show"
)

// IDs are the names that catalogues give to one title or episode. An empty field is unknown.
type IDs struct {
	IMDb    string `json:"imdb,omitempty"`    // with its prefix, as "tt1254207"
	TMDB    string `json:"tmdb,omitempty"`    // decimal; films and shows are numbered apart
	TVDB    string `json:"tvdb,omitempty"`    // decimal
	Trakt   string `json:"trakt,omitempty"`   // decimal
	Kitsu   string `json:"kitsu,omitempty"`   // decimal
	AniList string `json:"anilist,omitempty"` // decimal
	MAL     string `json:"mal,omitempty"`     // decimal
	AniDB   string `json:"anidb,omitempty"`   // decimal
}

// Namespaces lists the names under which IDs can be looked up, in a fixed order.
func Namespaces() []string {
	return []string{"imdb", "tmdb", "tvdb", "trakt", "kitsu", "anilist", "mal", "anidb"}
}

func (d *IDs) field(namespace string) *string {
	switch namespace {
	case "imdb":
		return &d.IMDb
	case "tmdb":
		return &d.TMDB
	case "tvdb":
		return &d.TVDB
	case "trakt":
		return &d.Trakt
	case "kitsu":
		return &d.Kitsu
	case "anilist":
		return &d.AniList
	case "mal":
		return &d.MAL
	case "anidb":
		return &d.AniDB
	}
	return nil
}

// Value is the id in a namespace of [Namespaces], or "" where it is unknown.
func (d IDs) Value(namespace string) string {
	if p := d.field(namespace); p != nil {
		return *p
	}
	return ""
}

// Set stores the id of a namespace and reports whether there is such a namespace.
func (d *IDs) Set(namespace, value string) bool {
	p := d.field(namespace)
	if p != nil {
		*p = value
	}
	return p != nil
}

// All yields the known ids, namespace first, in the order of [Namespaces].
func (d IDs) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, ns := range Namespaces() {
			if v := d.Value(ns); v != "" && !yield(ns, v) {
				return
			}
		}
	}
}

// Merge returns d with its unknown ids taken from o.
func (d IDs) Merge(o IDs) IDs {
	for ns, v := range o.All() {
		if d.Value(ns) == "" {
			d.Set(ns, v)
		}
	}
	return d
}

// IsZero reports whether no id is known.
func (d IDs) IsZero() bool { return d == IDs{} }

// Same reports whether d and o name the same thing: they share an id and contradict each other in none.
func (d IDs) Same(o IDs) bool {
	shared := false
	for ns, v := range d.All() {
		switch o.Value(ns) {
		case "":
		case v:
			shared = true
		default:
			return false
		}
	}
	return shared
}

// String is the first known id as "namespace:value" (an IMDb id stands alone), for messages; "" where none is known.
func (d IDs) String() string {
	for ns, v := range d.All() {
		if ns == "imdb" {
			return v
		}
		return ns + ":" + v
	}
	return ""
}

// Title is a film or a show as a metadata service knows it.
type Title struct {
	IDs
	Kind       TitleKind     `json:"kind"`
	Name       string        `json:"name"`
	Original   string        `json:"original,omitempty"` // name in the original language
	Aliases    []Alias       `json:"aliases,omitempty"`
	Year       int           `json:"year,omitempty"`     // of the release or the first episode; 0 unknown
	EndYear    int           `json:"end_year,omitempty"` // of a show's last episode; 0 unknown or still running
	Country    string        `json:"country,omitempty"`  // ISO 3166-1 alpha-2
	Language   string        `json:"language,omitempty"` // original language, BCP 47
	Genres     []string      `json:"genres,omitempty"`
	Runtime    time.Duration `json:"runtime,omitempty"` // of the film or of a usual episode
	Released   time.Time     `json:"released,omitzero"` // UTC; a film's first release for home viewing where known
	Status     Status        `json:"status,omitempty"`  // of a show
	Overview   string        `json:"overview,omitempty"`
	Poster     string        `json:"poster,omitempty"`     // URL
	Background string        `json:"background,omitempty"` // URL
	Rating     float64       `json:"rating,omitempty"`     // 0 to 10
	Anime      bool          `json:"anime,omitempty"`
	Episodes   []Episode     `json:"episodes,omitempty"` // of a show, every season; season 0 holds the specials
}

// Alias is another name of a title.
type Alias struct {
	Name     string `json:"name"`
	Language string `json:"language,omitempty"` // BCP 47
	Country  string `json:"country,omitempty"`  // ISO 3166-1 alpha-2
}

// Status tells whether a show is still being made.
type Status string

// The statuses of a show; the empty one is unknown.
const (
	StatusUpcoming   Status = "upcoming"
	StatusContinuing Status = "continuing"
	StatusEnded      Status = "ended"
)

// Episode is one episode of a show.
type Episode struct {
	IDs
	Season   int           `json:"season"`             // 0: specials
	Number   int           `json:"number"`             // from 1
	Absolute int           `json:"absolute,omitempty"` // counted over all seasons, from 1; 0 unknown
	Name     string        `json:"name,omitempty"`
	Overview string        `json:"overview,omitempty"`
	AirTime  time.Time     `json:"air_time,omitzero"` // UTC, to the minute where the service knows it; zero unknown
	Runtime  time.Duration `json:"runtime,omitempty"`
	Still    string        `json:"still,omitempty"` // URL of a picture
}
