package main

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// newItem is what is asked of the daemon to add.
type newItem struct {
	IDs      *ids     `json:"ids,omitempty"`
	Name     string   `json:"name,omitempty"`
	Year     int      `json:"year,omitempty"`
	Kind     string   `json:"kind,omitempty"`
	Seasons  []int    `json:"seasons,omitempty"`
	Profiles []string `json:"profiles,omitempty"`
	Magnet   string   `json:"magnet,omitempty"`
}

var (
	imdbID   = regexp.MustCompile(`^tt\d{7,10}$`)
	imdbPart = regexp.MustCompile(`tt\d{7,10}`)
	digits   = regexp.MustCompile(`^\d{1,12}`)
	titled   = regexp.MustCompile(`^(.+?)\s*\(((?:18|19|20|21)\d\d)\)$`)
)

// parseWant reads what somebody wants: an id, a link to a page about it, a magnet link, or a name with the year behind it.
func parseWant(text string) (newItem, error) {
	text = strings.TrimSpace(text)
	lower := strings.ToLower(text)
	switch {
	case text == "":
		return newItem{}, usagef("it names nothing")
	case strings.ContainsAny(text, " \t"):
		return wantNamed(text)
	case strings.HasPrefix(lower, "magnet:"):
		return newItem{Magnet: text}, nil
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return wantLink(text)
	case imdbID.MatchString(lower):
		return newItem{IDs: &ids{IMDb: lower}}, nil
	}
	if want, ok, err := wantID(lower); ok {
		return want, err
	}
	return wantNamed(text)
}

func wantNamed(text string) (newItem, error) {
	first, _, _ := strings.Cut(text, " ")
	if imdbID.MatchString(first) || strings.HasPrefix(first, "magnet:") || strings.Contains(first, "://") {
		return newItem{}, usagef("%q is more than one title: add one at a time", text)
	}
	m := titled.FindStringSubmatch(text)
	if m == nil {
		return newItem{Name: text}, nil
	}
	year, err := strconv.Atoi(m[2])
	return newItem{Name: m[1], Year: year}, err
}

// wantID reads an id with its catalogue's name: tvdb:121361, tmdb:movie:603. A name with a colon in it is none.
func wantID(text string) (want newItem, ok bool, err error) {
	parts := strings.Split(text, ":")
	want.IDs = &ids{}
	place := want.IDs.place(parts[0])
	if place == nil || len(parts) < 2 {
		return newItem{}, false, nil
	}
	if len(parts) == 3 {
		if want.Kind, err = titleKind(parts[1]); err != nil {
			return newItem{}, true, err
		}
	}
	id := parts[len(parts)-1]
	valid := digits.FindString(id) == id && id != ""
	if parts[0] == "imdb" {
		valid = imdbID.MatchString(id)
	}
	if len(parts) > 3 || !valid {
		return newItem{}, true, usagef("%q is no id: write tt1254207, tmdb:movie:10378, tvdb:121361", text)
	}
	*place = id
	return want, true, nil
}

// place is where the id of a catalogue is kept, nil for one that there is not.
func (d *ids) place(catalogue string) *string {
	switch catalogue {
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

// catalogues lists the ids that there may be, in the order in which they are shown.
func catalogues() []string {
	return []string{"imdb", "tmdb", "tvdb", "trakt", "kitsu", "anilist", "mal", "anidb"}
}

// String is "imdb:tt1254207 tmdb:10378".
func (d ids) String() string {
	var out []string
	for _, c := range catalogues() {
		if id := *d.place(c); id != "" {
			out = append(out, c+":"+id)
		}
	}
	return strings.Join(out, " ")
}

// best is the id by which a title is added again.
func (d ids) best(kind string) string {
	switch {
	case d.IMDb != "":
		return d.IMDb
	case d.TMDB != "":
		return "tmdb:" + kind + ":" + d.TMDB
	}
	first, _, _ := strings.Cut(d.String(), " ")
	return first
}

// site is a catalogue's web site: the id stands behind a word of the path, which may tell the kind.
type site struct{ catalogue, word, kind string }

func sites(host string) []site {
	switch strings.TrimPrefix(strings.ToLower(host), "www.") {
	case "themoviedb.org":
		return []site{{"tmdb", "movie", "movie"}, {"tmdb", "tv", "show"}}
	case "thetvdb.com":
		return []site{{"tvdb", "series", "show"}, {"tvdb", "movie", "movie"}}
	case "anilist.co":
		return []site{{"anilist", "anime", ""}}
	case "myanimelist.net":
		return []site{{"mal", "anime", ""}}
	case "anidb.net":
		return []site{{"anidb", "anime", ""}}
	case "kitsu.app", "kitsu.io":
		return []site{{"kitsu", "anime", ""}}
	}
	return nil
}

// wantLink reads the address of a page about a title.
func wantLink(text string) (newItem, error) {
	u, err := url.Parse(text)
	if err != nil {
		return newItem{}, usagef("the link cannot be read")
	}
	if id := imdbPart.FindString(u.Path); id != "" {
		return newItem{IDs: &ids{IMDb: id}}, nil
	}
	words := strings.Split(u.Path, "/")
	for _, s := range sites(u.Hostname()) {
		at := slices.Index(words, s.word)
		if at < 0 || at+1 >= len(words) {
			continue
		}
		if id := digits.FindString(words[at+1]); id != "" {
			want := newItem{IDs: &ids{}, Kind: s.kind}
			*want.IDs.place(s.catalogue) = id
			return want, nil
		}
	}
	return newItem{}, usagef("the page at %s does not tell an id in its address: give an id, as tt1254207, or the title", u.Host+u.Path)
}

func titleKind(text string) (string, error) {
	switch strings.ToLower(text) {
	case "":
		return "", nil
	case "movie", "movies", "film":
		return "movie", nil
	case "show", "shows", "tv", "series":
		return "show", nil
	}
	return "", usagef("there is no kind %q: it is movie or show", text)
}

// parseSeasons reads "1,2" and "1-3,5".
func parseSeasons(text string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(text, ",") {
		low, high, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			high = low
		}
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil || from < 0 || to < from || to-from > 200 {
			return nil, usagef("%q are no seasons: write 1,2 or 1-3", text)
		}
		for n := from; n <= to; n++ {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// settle adds what the flags say and refuses what leaves open which title is meant.
func (w *newItem) settle(kind, seasons string, profiles []string) (err error) {
	if kind, err = titleKind(kind); err != nil {
		return err
	}
	if kind != "" && w.Kind != "" && kind != w.Kind {
		return usagef("it is a %s, and --kind says %s", w.Kind, kind)
	}
	if kind != "" {
		w.Kind = kind
	}
	if seasons != "" {
		if w.Seasons, err = parseSeasons(seasons); err != nil {
			return err
		}
		if w.Kind == "movie" {
			return usagef("a movie has no seasons")
		}
		w.Kind = "show"
	}
	w.Profiles = profiles
	if w.Kind == "" && w.IDs != nil && w.IDs.IMDb == "" && (w.IDs.TMDB != "" || w.IDs.Trakt != "") {
		return usagef("films and shows are numbered apart there: add --kind movie or --kind show")
	}
	return nil
}
