package rank_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// How much of the corpus may be judged wrongly: as what it is not, and as not what it is.
const (
	mostWrongAccepts = 0.003
	mostWrongRejects = 0.02
)

// tally counts judgements.
type tally struct{ rows, accepts, rejects, unsure int }

func (a *tally) add(b tally) {
	a.rows += b.rows
	a.accepts += b.accepts
	a.rejects += b.rejects
	a.unsure += b.unsure
}

// TestMatchAccuracy holds the matcher to what people say of names and lists of files. MILLRACE_CORPUS_MISSES=match lists each
// that it judges otherwise.
func TestMatchAccuracy(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/match-*.jsonl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var all tally
	rows := map[string]*tally{}
	for _, path := range paths {
		targets := map[string]*rank.Target{}
		for i, l := range readCorpus(t, path) {
			if l.Wanted != "" {
				targets[l.Wanted] = rank.NewTarget(l.wanted())
				continue
			}
			got := tally{rows: 1}
			problem := l.judge(targets[l.For], &got)
			if problem != "" && os.Getenv("MILLRACE_CORPUS_MISSES") == "match" {
				t.Logf("%s:%d: %s: %s", filepath.Base(path), i+1, l.Row, problem)
			}
			if rows[l.Row] == nil {
				rows[l.Row] = &tally{}
			}
			rows[l.Row].add(got)
			all.add(got)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		r := rows[row]
		t.Logf("%-24s %4d rows, %2d wrong accepts, %2d wrong rejects, %2d unsure of what is plain", row, r.rows, r.accepts, r.rejects, r.unsure)
	}
	accepts, rejects := float64(all.accepts)/float64(all.rows), float64(all.rejects)/float64(all.rows)
	t.Logf("matching: %d rows, wrong accepts %d (%.2f %%), wrong rejects %d (%.2f %%), unsure of what is plain %d", all.rows, all.accepts, 100*accepts,
		all.rejects, 100*rejects, all.unsure)
	if accepts > mostWrongAccepts || rejects > mostWrongRejects {
		t.Errorf("more is judged wrongly than the %.1f %% and %.1f %% that are allowed", 100*mostWrongAccepts, 100*mostWrongRejects)
	}
}

// judge compares one row with the matcher and says what is wrong, "" if nothing is.
func (l *corpusLine) judge(target *rank.Target, got *tally) string {
	if l.Name == "" {
		return l.judgeFiles(target, got)
	}
	r := release.Parse(l.Name)
	m := target.Match(&r)
	if slices.Contains(strings.Split(l.Want, "|"), m.State.String()) {
		return ""
	}
	kind := "unsure"
	switch m.State {
	case rank.Yes:
		kind = "neither"
		if strings.HasPrefix(l.Want, "no") {
			kind = "ACCEPT"
			got.accepts++
		}
	case rank.No:
		kind = "neither"
		if strings.HasPrefix(l.Want, "yes") {
			kind = "REJECT"
			got.rejects++
		}
	}
	if kind != "ACCEPT" && kind != "REJECT" {
		got.unsure++
	}
	return fmt.Sprintf("%s: %s, %q: got %v %s (%s / %s), want %s: %s", kind, l.For, l.Name, m.State, m.Code, m.Want, m.Got, l.Want, l.Why)
}

// judgeFiles compares one list of files with what is chosen of it: a wrong file is a wrong accept, a missing one a wrong reject.
func (l *corpusLine) judgeFiles(target *rank.Target, got *tally) string {
	var files []sdk.File
	for i, f := range l.Files {
		files = append(files, sdk.File{Index: i, Path: f.Path, Size: f.Size})
	}
	chosen, rejected := target.SelectFiles(files)
	have := map[int]string{}
	for _, c := range chosen {
		have[c.File] = "film"
		if !c.Movie {
			have[c.File] = episodes(c.Season, c.Episodes)
		}
	}
	want := map[int]string{}
	for key, held := range l.Chosen {
		i, _ := strconv.Atoi(key) // checked by the test of the corpus's form
		want[i] = shownEpisodes(held)
	}
	if maps.Equal(have, want) {
		return ""
	}
	kind := "REJECT"
	for i, h := range have {
		if want[i] != h {
			kind = "ACCEPT"
		}
	}
	if kind == "ACCEPT" {
		got.accepts++
	} else {
		got.rejects++
	}
	why := ""
	for _, r := range rejected {
		if want[r.File] != "" {
			why += fmt.Sprintf("\n\t%q: %s (%s / %s)", files[r.File].Path, r.Code, r.Want, r.Got)
		}
	}
	for i, h := range have {
		if want[i] != h {
			why += fmt.Sprintf("\n\t%q: chosen as %s, want %s", files[i].Path, h, want[i])
		}
	}
	return fmt.Sprintf("%s: %s, files: got %v, want %v: %s%s", kind, l.For, have, want, l.Why, why)
}

func episodes(season int, numbers []int) string {
	s := fmt.Sprintf("S%02d", season)
	for _, n := range slices.Sorted(slices.Values(numbers)) {
		s += fmt.Sprintf("E%02d", n)
	}
	return s
}

func shownEpisodes(held json.RawMessage) string {
	var pairs [][2]int
	if json.Unmarshal(held, &pairs) != nil || len(pairs) == 0 {
		return "film"
	}
	var numbers []int
	for _, p := range pairs {
		numbers = append(numbers, p[1])
	}
	return episodes(pairs[0][0], numbers)
}

// wanted is the item for the matcher.
func (l *corpusLine) wanted() rank.Wanted {
	w := rank.Wanted{
		Kind: rank.Kind(l.Kind), Titles: l.Titles, Year: l.Year, YearEnd: l.YearEnd, Country: l.Country, Season: l.Season, Episode: l.Episode,
		Absolute: l.Absolute, EpisodeTitles: l.EpisodeTitles, SeasonLengths: l.SeasonLengths, Anime: l.Anime, Daily: l.Daily, Runtime: l.Runtime,
	}
	for _, n := range l.Names {
		w.Names = append(w.Names, rank.Name{Text: n.Text, Language: n.Language, Season: n.Season})
	}
	for _, d := range l.AirDates {
		var day release.Date
		if _, err := fmt.Sscanf(d, "%d-%d-%d", &day.Year, &day.Month, &day.Day); err == nil {
			w.AirDates = append(w.AirDates, day)
		}
	}
	for _, r := range l.Rivals {
		w.Rivals = append(w.Rivals, rank.Rival{Titles: r.Titles, Year: r.Year, YearEnd: r.YearEnd, Country: r.Country, Movie: r.Movie})
	}
	return w
}
