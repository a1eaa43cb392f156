// Package rank decides which releases are the wanted title and which of them is best, and says why. It matches a reading
// of package release with a [Target], judges it by a profile, orders candidates, and chooses the files inside a release.
// It is pure: it asks nobody and remembers nothing, and the same input gives the same answer in any process.
//
// Nothing here guesses in the user's favour: what a name does not say is Unsure, not a match, and an Unsure release is to be
// settled by its list of files.
package rank

import (
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// Kind is what is wanted.
type Kind string

// The kinds of thing that can be wanted. Their spelling is that of the library's items.
const (
	Movie   Kind = "movie"
	Show    Kind = "show"
	Season  Kind = "season"
	Episode Kind = "episode"
)

// Wanted describes what releases are compared with. Numbers are 0 and lists empty where unknown.
type Wanted struct {
	Kind   Kind
	Titles []string // the title and every alias worth knowing
	Names  []Name   // further names of which more is known

	Year    int     // of release, or of a show's first season
	YearEnd int     // of a show's last season, 0 while it runs or where unknown
	Country string  // ISO 3166 two-letter code of origin; tells "The Office US" from "UK"
	Runtime int     // minutes, of a film or of one episode
	Rivals  []Rival // other works of the same name
	Parts   bool    // of a season: what holds several of its episodes may be wanted too, for a set

	Language string // BCP 47, of the original sound; only formats ask for it

	Season   int // of a season or an episode; 0 holds the specials
	Episode  int
	Absolute int     // number counted over all seasons
	Orders   []Order // of an episode: where it stands in other orders

	AirDates      []release.Date // of the episode: the day at home, and in UTC where that is another
	EpisodeTitles []string       // of the episode, or of all where a season or show is wanted
	SeasonLengths []int          // episodes in each season; index 0 the specials

	Anime bool // absolute numbers are usual
	Daily bool // dates are usual

	// YearTolerance is by how many years a film's may differ: 1 or 2, ExactYear for none, 0 for the usual 1.
	YearTolerance int
	// Similarity is how much of a title must be as it is written for it to be taken as a slip of the pen: 0.80 to 1, 0 for the
	// usual 0.90. With 1 titles must be equal.
	Similarity float64
}

// ExactYear is the YearTolerance that allows no difference.
const ExactYear = -1

// Name is one name of a wanted title.
type Name struct {
	Text     string
	Language string // BCP 47, "" if unknown
	Season   int    // the one season of which this is the name ("Title: The Final Arc"), 0 if of the whole
}

// Rival is another work of the same name. A name that tells nothing but the title belongs to the oldest.
type Rival struct {
	Titles        []string
	Year, YearEnd int
	Country       string
	Movie         bool
}

// Order is where an episode stands in another order than the one in which it is wanted: that of the discs, or of a database
// that counts each half of a season for itself.
type Order struct {
	Name            string // "dvd", "anidb"
	Season, Episode int
	Absolute        int // 0 if the order does not count over seasons
}

// Target is a Wanted prepared for many comparisons. It is safe for concurrent use.
type Target struct {
	Wanted
	names    []named
	keys     map[string]int  // index in names, by key
	loose    map[string]int  // by the words that carry meaning alone
	episodes map[string]bool // keys of the titles of wanted episodes
	after    []string        // the same and those that are too short for a title: what may stand after an episode's number
	offsets  []int           // episodes before each season, counted from season 1
	seasons  int             // number of regular seasons, 0 if unknown
	total    int             // episodes of all of them
	shortest int             // bytes of the shortest key
	itself   bool            // it is whatever the release is, see Itself
}

// NewTarget prepares what is wanted.
func NewTarget(w Wanted) *Target {
	t := &Target{Wanted: w, keys: map[string]int{}, loose: map[string]int{}, episodes: map[string]bool{}}
	for _, title := range w.Titles {
		t.addTitle(Name{Text: title})
	}
	for _, n := range w.Names {
		t.addTitle(n)
	}
	for _, title := range w.EpisodeTitles {
		t.addEpisode(title)
	}
	for i := range w.Rivals {
		t.addRival(&w.Rivals[i])
	}
	for s, n := range w.SeasonLengths {
		t.offsets = append(t.offsets, t.total)
		if s > 0 && n > 0 {
			t.total += n
			t.seasons++
		}
	}
	return t
}

// addTitle adds a name, and without the year or country in brackets that databases put after it.
func (t *Target) addTitle(n Name) {
	t.addName(n)
	if bare, tag, ok := cutTag(n.Text); ok {
		t.addTag(tag)
		t.addName(Name{Text: bare, Language: n.Language, Season: n.Season})
	}
}

// cutTag cuts "(2005)" or "(US)" off a title.
func cutTag(title string) (bare, tag string, ok bool) {
	title = strings.TrimSpace(title)
	if !strings.HasSuffix(title, ")") {
		return "", "", false
	}
	i := strings.LastIndexByte(title, '(')
	if i <= 0 {
		return "", "", false
	}
	tag = title[i+1 : len(title)-1]
	bare = strings.TrimSpace(title[:i])
	if _, err := strconv.Atoi(tag); err == nil && len(tag) == 4 {
		return bare, tag, bare != ""
	}
	return bare, tag, bare != "" && country(strings.ToLower(tag)) != ""
}

func (t *Target) addTag(tag string) {
	if y, err := strconv.Atoi(tag); err == nil {
		if t.Year == 0 {
			t.Year = y
		}
		return
	}
	if t.Country == "" {
		t.Country = country(strings.ToLower(tag))
	}
}

// country is the country for which a tag stands by which releases tell shows of the same name apart, "" if it is none.
func country(tag string) string {
	switch tag {
	case "us", "usa":
		return "US"
	case "uk", "gb":
		return "GB"
	case "au", "aus":
		return "AU"
	case "nz", "ca", "ie", "za":
		return strings.ToUpper(tag)
	}
	return ""
}

// length is how many episodes season s has, 0 if unknown.
func (t *Target) length(s int) int {
	if s < 0 || s >= len(t.SeasonLengths) {
		return 0
	}
	return t.SeasonLengths[s]
}

// absolute is the number of episode e of season s counted over all seasons, 0 if unknown.
func (t *Target) absolute(s, e int) int {
	if t.Kind == Episode && s == t.Season && e == t.Episode && t.Absolute > 0 {
		return t.Absolute
	}
	if s < 1 || s >= len(t.offsets) {
		return 0
	}
	return t.offsets[s] + e
}

// fromAbsolute finds season and episode of a number counted over all seasons.
func (t *Target) fromAbsolute(n int) (s, e int, ok bool) {
	if t.Kind == Episode && t.Absolute > 0 && n == t.Absolute {
		return t.Season, t.Episode, true
	}
	for s := 1; s < len(t.SeasonLengths); s++ {
		if n > t.offsets[s] && n <= t.offsets[s]+t.SeasonLengths[s] {
			return s, n - t.offsets[s], true
		}
	}
	return 0, 0, false
}

// oneSeason reports whether an episode without a season can only be of the one that there is.
func (t *Target) oneSeason() bool { return t.seasons == 1 }
