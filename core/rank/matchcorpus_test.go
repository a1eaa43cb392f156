package rank_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// corpusLine is one line of a matching corpus: an item, a judged name or a judged list of files. testdata/README.md explains the fields.
type corpusLine struct {
	Wanted string `json:"wanted"`
	corpusItem

	For  string `json:"for"`
	Name string `json:"name"`
	Want string `json:"want"`
	Row  string `json:"row"`
	Why  string `json:"why"`

	Files []struct {
		Path string `json:"path"`
		Size int64  `json:"size"`
	} `json:"files"`
	Chosen map[string]json.RawMessage `json:"chosen"`
}

type corpusItem struct {
	Kind          string        `json:"kind"`
	Titles        []string      `json:"titles"`
	Names         []corpusName  `json:"names"`
	Year          int           `json:"year"`
	YearEnd       int           `json:"year_end"`
	Country       string        `json:"country"`
	Season        int           `json:"season"`
	Episode       int           `json:"episode"`
	Absolute      int           `json:"absolute"`
	AirDates      []string      `json:"air_dates"`
	EpisodeTitles []string      `json:"episode_titles"`
	SeasonLengths []int         `json:"season_lengths"`
	Anime         bool          `json:"anime"`
	Daily         bool          `json:"daily"`
	Runtime       int           `json:"runtime"`
	Rivals        []corpusRival `json:"rivals"`
}

type corpusName struct {
	Text     string `json:"text"`
	Language string `json:"language"`
	Season   int    `json:"season"`
}

type corpusRival struct {
	Titles  []string `json:"titles"`
	Year    int      `json:"year"`
	YearEnd int      `json:"year_end"`
	Country string   `json:"country"`
	Movie   bool     `json:"movie"`
}

// readCorpus reads one file of a corpus. A field that nobody knows fails the test: it is a misspelt one.
func readCorpus(t *testing.T, path string) []corpusLine {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var corpus []corpusLine
	for line := range bytes.Lines(text) {
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		var l corpusLine
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%s: %v in %s", path, err, line)
		}
		corpus = append(corpus, l)
	}
	return corpus
}

// A corpus with a slip in it judges nothing and nobody notices, so its form is tested by itself.
func TestMatchCorpusIsWellFormed(t *testing.T) {
	t.Parallel()
	const path = "testdata/match-a.jsonl"
	items, seen := map[string]corpusItem{}, map[string]bool{}
	for i, l := range readCorpus(t, path) {
		if problem := formProblem(l, items, seen); problem != "" {
			t.Errorf("%s:%d: %s", path, i+1, problem)
		}
	}
}

// Every rule needs cases of both kinds: one that is only ever refused is kept by a matcher that refuses everything.
func TestMatchCorpusJudgesEachRuleBothWays(t *testing.T) {
	t.Parallel()
	lists, accepted, refused := 0, map[string]int{}, map[string]int{}
	for _, l := range readCorpus(t, "testdata/match-a.jsonl") {
		switch {
		case l.Files != nil:
			lists++
		case l.Want == "no", l.Want == "no|unsure":
			refused[l.Row]++
		case l.For != "":
			accepted[l.Row]++
		}
	}
	if lists < 30 {
		t.Errorf("%d lists of files are too few", lists)
	}
	oneSided := []string{"title near", "title fuzzy", "complete"} // by their nature another work, and by their nature not surely one
	for row := range refused {
		if !slices.Contains(oneSided, row) && min(accepted[row], refused[row]) < 3 {
			t.Errorf("rule %q has %d cases to accept and %d to refuse", row, accepted[row], refused[row])
		}
	}
}

func formProblem(l corpusLine, items map[string]corpusItem, seen map[string]bool) string {
	if l.Wanted != "" {
		if _, twice := items[l.Wanted]; twice {
			return "the item " + l.Wanted + " stands twice"
		}
		items[l.Wanted] = l.corpusItem
		return itemProblem(l.corpusItem)
	}
	it, known := items[l.For]
	key := l.For + "\x00" + l.Name
	switch {
	case !known:
		return "no item " + l.For + " before its lines"
	case l.Row == "":
		return "no row"
	case l.Name == "":
		return filesProblem(l, it)
	case seen[key]:
		return "the name " + l.Name + " is judged twice for " + l.For
	case !slices.Contains([]string{"yes", "no", "unsure", "yes|unsure", "no|unsure"}, l.Want):
		return "no verdict is called " + l.Want
	}
	seen[key] = true
	return ""
}

func itemProblem(it corpusItem) string {
	aired := 0
	for s := 1; s < it.Season && s < len(it.SeasonLengths); s++ {
		aired += it.SeasonLengths[s]
	}
	switch {
	case !slices.Contains([]string{"movie", "show", "season", "episode"}, it.Kind):
		return "no kind is called " + it.Kind
	case len(it.Titles) == 0 || it.Year == 0:
		return "an item has a title and a year"
	case it.Kind == "episode" && it.Episode == 0:
		return "an episode has a number"
	case len(it.SeasonLengths) > 0 && it.Season >= len(it.SeasonLengths):
		return "the season has no length"
	case it.Absolute > 0 && it.Season > 0 && it.Absolute != aired+it.Episode:
		return "the absolute number " + strconv.Itoa(it.Absolute) + " contradicts the lengths of the seasons"
	}
	return ""
}

func filesProblem(l corpusLine, it corpusItem) string {
	if len(l.Files) == 0 {
		return "neither a name nor files"
	}
	for key, held := range l.Chosen {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(l.Files) {
			return "no file has the index " + key
		}
		if film := string(held) == `"movie"`; film != (it.Kind == "movie") {
			return "file " + key + " holds another kind of thing than " + it.Kind
		}
		if it.Kind == "movie" {
			continue
		}
		var pairs [][2]int
		if err := json.Unmarshal(held, &pairs); err != nil || len(pairs) == 0 {
			return "file " + key + " holds no episodes: " + strings.TrimSpace(string(held))
		}
		if it.Kind == "episode" && !slices.Contains(pairs, [2]int{it.Season, it.Episode}) {
			return "file " + key + " does not hold the wanted episode"
		}
	}
	return ""
}
