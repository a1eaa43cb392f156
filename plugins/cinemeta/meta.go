package cinemeta

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// meta is an addon's details of a title; a catalog holds it with fewer fields.
type meta struct {
	ID          string             `json:"id"`
	IMDb        string             `json:"imdb_id"`
	TMDB        httpclient.String  `json:"moviedb_id"`
	TVDB        httpclient.String  `json:"tvdb_id"`
	Type        string             `json:"type"`
	Name        string             `json:"name"`
	Aliases     httpclient.Strings `json:"aliases"`
	Year        httpclient.String  `json:"year"`        // "2008", "2008–2013", "2008–"
	ReleaseInfo httpclient.String  `json:"releaseInfo"` // the same
	Released    string             `json:"released"`
	Runtime     httpclient.String  `json:"runtime"` // "136 min", "1h30min"
	Genres      httpclient.Strings `json:"genres"`
	Genre       httpclient.Strings `json:"genre"`
	Country     httpclient.String  `json:"country"`  // in English, "United States, Canada"
	Language    httpclient.String  `json:"language"` // in English
	Status      string             `json:"status"`
	Description string             `json:"description"`
	Poster      string             `json:"poster"`
	Background  string             `json:"background"`
	Rating      httpclient.Float   `json:"imdbRating"`
	Videos      []video            `json:"videos"`
}

// video is an episode.
type video struct {
	ID         string            `json:"id"`
	TVDB       httpclient.String `json:"tvdb_id"`
	IMDb       string            `json:"imdb_id"`
	Season     *httpclient.Int   `json:"season"`
	Number     httpclient.Int    `json:"number"`
	Episode    httpclient.Int    `json:"episode"`
	Name       httpclient.String `json:"name"`
	Title      httpclient.String `json:"title"`
	Overview   string            `json:"overview"`
	Desc       string            `json:"description"`
	Released   string            `json:"released"`
	FirstAired string            `json:"firstAired"`
	Thumbnail  string            `json:"thumbnail"`
	Runtime    httpclient.String `json:"runtime"`
}

// title is what a host makes use of. kind is the one that was asked for.
func (m meta) title(kind sdk.TitleKind) sdk.Title {
	t := sdk.Title{
		IDs: m.ids(), Kind: kind, Name: strings.TrimSpace(m.Name), Genres: genres(m), Runtime: runtime(string(m.Runtime)),
		Released: moment(m.Released), Overview: strings.TrimSpace(m.Description), Poster: web(m.Poster), Background: web(m.Background),
		Rating: rating(float64(m.Rating)), Country: countries[first(string(m.Country))], Language: languages[first(string(m.Language))],
	}
	for _, a := range m.Aliases {
		t.Aliases = append(t.Aliases, sdk.Alias{Name: a})
	}
	t.Year, t.EndYear = years(cmp.Or(string(m.ReleaseInfo), string(m.Year)))
	if t.Year == 0 && !t.Released.IsZero() {
		t.Year = t.Released.Year()
	}
	t.Anime = slices.Contains(t.Genres, "Anime") || t.Country == "JP" && slices.Contains(t.Genres, "Animation")
	if kind == sdk.Show {
		t.Status, t.Episodes = status(m.Status), m.episodes()
		if t.Anime {
			count(t.Episodes)
		}
	} else {
		t.EndYear = 0
	}
	return t
}

// ids are those of the title and the one by which the addon knows it.
func (m meta) ids() sdk.IDs {
	ids := sdk.IDs{TMDB: decimal(string(m.TMDB)), TVDB: decimal(string(m.TVDB))}
	for _, id := range []string{m.IMDb, m.ID} {
		if ids.IMDb == "" && imdbID.MatchString(id) {
			ids.IMDb = id
		}
	}
	if ns, value, ok := strings.Cut(m.ID, ":"); ok && ids.Value(ns) == "" {
		ids.Set(ns, decimal(value))
	}
	return ids
}

var imdbID = regexp.MustCompile(`^tt[0-9]{1,12}$`)

// decimal is the number that an id is, or "".
func decimal(s string) string {
	if n, err := strconv.ParseUint(s, 10, 63); err != nil || n == 0 {
		return ""
	}
	return s
}

func genres(m meta) []string {
	if len(m.Genres) > 0 {
		return m.Genres
	}
	return m.Genre
}

// episodes are a show's, in order, each once; those without a number cannot be told apart and are left out.
func (m meta) episodes() []sdk.Episode {
	var out []sdk.Episode
	for _, v := range m.Videos {
		e := v.episode()
		if e.Number > 0 && e.Season >= 0 {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b sdk.Episode) int {
		return cmp.Or(cmp.Compare(a.Season, b.Season), cmp.Compare(a.Number, b.Number))
	})
	return slices.CompactFunc(out, func(a, b sdk.Episode) bool { return a.Season == b.Season && a.Number == b.Number })
}

func (v video) episode() sdk.Episode {
	e := sdk.Episode{
		Season: 1, Number: int(cmp.Or(v.Episode, v.Number)),
		Name:     strings.TrimSpace(cmp.Or(string(v.Name), string(v.Title))),
		Overview: strings.TrimSpace(cmp.Or(v.Overview, v.Desc)), AirTime: moment(v.Released), Runtime: runtime(string(v.Runtime)), Still: web(v.Thumbnail),
	}
	if v.Season != nil {
		e.Season = int(*v.Season)
	}
	if e.AirTime.IsZero() {
		e.AirTime = moment(v.FirstAired)
	}
	e.TVDB = decimal(string(v.TVDB))
	if imdbID.MatchString(v.IMDb) {
		e.IMDb = v.IMDb
	}
	return e
}

// count gives the episodes of anime the numbers by which their releases go: over all seasons but the specials.
func count(episodes []sdk.Episode) {
	n := 0
	for i := range episodes {
		if episodes[i].Season > 0 {
			n++
			episodes[i].Absolute = n
		}
	}
}

// moment reads a time; a date alone is its first moment in UTC. It is zero where there is none.
func moment(s string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1800 {
			return t.UTC()
		}
	}
	return time.Time{}
}

var yearPattern = regexp.MustCompile(`\b(?:18|19|20|21)\d\d\b`)

// years reads "2008", "2008–2013" and "2008–".
func years(s string) (from, to int) {
	found := yearPattern.FindAllString(s, 2)
	if len(found) > 0 {
		from, _ = strconv.Atoi(found[0])
	}
	if len(found) > 1 {
		to, _ = strconv.Atoi(found[1])
	}
	return from, to
}

var runtimePattern = regexp.MustCompile(`(?i)^(?:(\d{1,3})\s*h(?:ours?|rs?)?\s*)?(?:(\d{1,4})\s*(?:m(?:in)?s?\.?|minutes)?)?$`)

// runtime reads "136 min", "1h30min", "1 h" and "45".
func runtime(s string) time.Duration {
	m := runtimePattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0
	}
	hours, _ := strconv.Atoi(m[1]) // "" is 0
	minutes, _ := strconv.Atoi(m[2])
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
}

func rating(r float64) float64 {
	if r < 0 || r > 10 {
		return 0
	}
	return r
}

// web is a URL that a browser can show, or "".
func web(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

func status(s string) sdk.Status {
	switch strings.ToLower(s) {
	case "continuing", "returning series", "running", "current":
		return sdk.StatusContinuing
	case "ended", "canceled", "cancelled", "finished":
		return sdk.StatusEnded
	case "upcoming", "planned", "in production", "pilot":
		return sdk.StatusUpcoming
	}
	return ""
}

// first is the first of a list in words, in lower case.
func first(list string) string {
	word, _, _ := strings.Cut(list, ",")
	return strings.ToLower(strings.TrimSpace(word))
}

// countries are the names that IMDb gives to the countries of most films, with their ISO 3166-1 codes.
var countries = map[string]string{
	"argentina": "AR", "australia": "AU", "austria": "AT", "belgium": "BE", "brazil": "BR", "canada": "CA", "china": "CN", "czech republic": "CZ",
	"denmark": "DK", "finland": "FI", "france": "FR", "germany": "DE", "greece": "GR", "hong kong": "HK", "hungary": "HU", "iceland": "IS",
	"india": "IN", "iran": "IR", "ireland": "IE", "israel": "IL", "italy": "IT", "japan": "JP", "mexico": "MX", "netherlands": "NL",
	"new zealand": "NZ", "norway": "NO", "poland": "PL", "portugal": "PT", "russia": "RU", "south africa": "ZA", "south korea": "KR", "spain": "ES",
	"sweden": "SE", "switzerland": "CH", "taiwan": "TW", "thailand": "TH", "turkey": "TR", "uk": "GB", "united kingdom": "GB", "ukraine": "UA",
	"usa": "US", "united states": "US", "united states of america": "US",
}

// languages are English names of languages with their codes.
var languages = map[string]string{
	"arabic": "ar", "cantonese": "yue", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr",
	"german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "icelandic": "is", "italian": "it", "japanese": "ja", "korean": "ko",
	"mandarin": "zh", "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "spanish": "es",
	"swedish": "sv", "tamil": "ta", "telugu": "te", "thai": "th", "turkish": "tr", "ukrainian": "uk",
}
