// Command names turns the labels of other parsers' suites into labelled names. See .ci/names.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

type row struct {
	Name     string   `json:"name"`
	Class    string   `json:"class"`
	Title    string   `json:"title,omitempty"`
	Year     int      `json:"year,omitempty"`
	Seasons  [][2]int `json:"seasons,omitempty"`
	Episodes [][2]int `json:"episodes,omitempty"`
	Date     string   `json:"date,omitempty"`
	Judged   []string `json:"judged,omitempty"`
}

func main() {
	out, reference, rls, anitogo, guessit := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	seen := corpus(reference)
	rows := slices.Concat(fromRLS(rls), fromAnitogo(anitogo), fromGuessit(guessit))
	files := map[bool]*os.File{}
	for half, name := range map[bool]string{false: ".dev.jsonl", true: ".held.jsonl"} {
		f, err := os.Create(out + name)
		check(err)
		defer f.Close()
		files[half] = f
	}
	count := map[string]int{}
	for _, r := range rows {
		if seen[r.Name] || r.Title == "" || strings.ContainsAny(r.Name, "/\\\n") {
			continue
		}
		seen[r.Name] = true
		count[r.Class]++
		h := fnv.New32a()
		h.Write([]byte(r.Name))
		check(json.NewEncoder(files[h.Sum32()%2 == 0]).Encode(r))
	}
	fmt.Fprintln(os.Stderr, "names:", count)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "names:", err)
		os.Exit(1)
	}
}

// corpus is every name of the reference corpus: those have been seen.
func corpus(dir string) map[string]bool {
	seen := map[string]bool{}
	if dir == "" {
		return seen
	}
	f, err := os.Open(filepath.Join(dir, "corpus", "release-names.jsonl"))
	check(err)
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var r struct{ Title string }
		check(json.Unmarshal(sc.Bytes(), &r))
		seen[r.Title] = true
	}
	return seen
}

var several = regexp.MustCompile(`(?i)s\d+[ ._-]*s\d+|s\d+-\d+|e\d+-?e\d+|e\d+-\d+`)

// fromRLS takes films and series; music, books and programs are not ours to read.
func fromRLS(path string) []row {
	b, err := os.ReadFile(path)
	check(err)
	var doc yaml.Node
	check(yaml.Unmarshal(b, &doc))
	var rows []row
	for i := 0; i+1 < len(doc.Content[0].Content); i += 2 {
		var v map[string]any
		if doc.Content[0].Content[i+1].Decode(&v) != nil {
			continue
		}
		kind := text(v["type"])
		if several.MatchString(doc.Content[0].Content[i].Value) { // of several seasons or episodes this suite tells the first
			continue
		}
		if kind != "movie" && kind != "episode" && kind != "series" || v["disc"] != nil {
			continue
		}
		r := row{Name: doc.Content[0].Content[i].Value, Class: "rls", Title: text(v["title"]), Year: number(v["year"])}
		r.Seasons, r.Episodes = pairs(v["series"]), pairs(v["episode"])
		if m, d := number(v["month"]), number(v["day"]); m > 0 && d > 0 {
			r.Date, r.Year = fmt.Sprintf("%04d-%02d-%02d", r.Year, m, d), 0
		}
		rows = append(rows, r)
	}
	return rows
}

func fromAnitogo(path string) []row {
	b, err := os.ReadFile(path)
	check(err)
	var list []map[string]any
	check(json.Unmarshal(b, &list))
	var rows []row
	for _, v := range list {
		if v["ignore"] != nil || v["volume_number"] != nil || v["episode_number_alt"] != nil {
			continue
		}
		r := row{Name: text(v["file_name"]), Class: "anitogo", Title: text(v["anime_title"]), Year: number(v["anime_year"])}
		r.Seasons = pairs(v["anime_season"])
		ep, ok := v["episode_number"].([]any)
		if ok && len(ep) == 2 { // first and last
			r.Episodes = [][2]int{{number(ep[0]), max(number(ep[0]), number(ep[1]))}}
		} else {
			r.Episodes = pairs(v["episode_number"])
		}
		if strings.Contains(fmt.Sprint(v["episode_number"]), ".") { // half episodes: ours are whole numbers
			r.Judged = []string{"title", "year", "seasons"}
		}
		rows = append(rows, r)
	}
	return rows
}

var another = regexp.MustCompile(`^(options|alternative_title|country|part|film|film_title|cd|disc|bonus|absolute_episode|episode_count|season_count|week|expected_.*|-.*)$`)

// fromGuessit takes the rows whose title and numbers mean what ours do.
func fromGuessit(dir string) []row {
	var rows []row
	for _, file := range []string{"movies.yml", "episodes.yml", "various.yml"} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		check(err)
		var doc yaml.Node
		check(yaml.Unmarshal(b, &doc))
		top := doc.Content[0].Content
		for i := 0; i+1 < len(top); i += 2 {
			var v map[string]any
			if top[i].Value == "__default__" || top[i+1].Decode(&v) != nil || foreign(v) {
				continue
			}
			r := row{Name: top[i].Value, Class: "guessit", Title: text(v["title"]), Year: number(v["year"])}
			r.Seasons, r.Episodes, r.Date = pairs(v["season"]), pairs(v["episode"]), text(v["date"])
			if r.Date != "" {
				r.Date = r.Date[:min(10, len(r.Date))]
				r.Year = 0
			}
			rows = append(rows, r)
		}
	}
	return rows
}

func foreign(v map[string]any) bool {
	for k := range v {
		if another.MatchString(k) {
			return true
		}
	}
	return strings.HasPrefix(text(v["title"]), "[")
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func number(v any) int {
	n, err := strconv.Atoi(strings.TrimSpace(text(v)))
	if err != nil {
		return 0
	}
	return n
}

// pairs reads a number or a list of them.
func pairs(v any) [][2]int {
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var ps [][2]int
	for _, x := range list {
		n := number(x)
		ps = append(ps, [2]int{n, n})
	}
	return ps
}
