package config_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/millrace-media/millrace/core/config"
)

var fields = []string{"title", "year", "imdb", "tmdb", "tvdb", "season", "episode", "name"}

func TestATemplateIsFilledIn(t *testing.T) {
	t.Parallel()
	const (
		movie = "movies/{title} ({year}) {{tmdb-{tmdb}}}"
		show  = "{title} - s{season:02}e{episode:02}"
	)
	tests := map[string]struct {
		template string
		values   map[string]any
		want     string
	}{
		"with all values":            {movie, map[string]any{"title": "Sintel", "year": 2010, "tmdb": "45745"}, "movies/Sintel (2010) {tmdb-45745}"},
		"without an id":              {movie, map[string]any{"title": "Sintel", "year": 2010}, "movies/Sintel (2010)"},
		"without a year":             {movie, map[string]any{"title": "Sintel", "year": 0, "tmdb": "45745"}, "movies/Sintel {tmdb-45745}"},
		"without anything":           {movie, nil, "movies/_"},
		"with zeros before a number": {show, map[string]any{"title": "The Mill", "season": 1, "episode": 9}, "The Mill - s01e09"},
		"with a wide number":         {show, map[string]any{"title": "The Mill", "season": 1, "episode": 1234}, "The Mill - s01e1234"},
		"with the specials":          {show, map[string]any{"title": "The Mill", "season": 0, "episode": 1}, "The Mill - s00e01"},
		"a slash in a value":         {movie, map[string]any{"title": "Face/Off", "year": 1997}, "movies/Face-Off (1997)"},
		"a value that climbs":        {movie, map[string]any{"title": "../../etc", "year": 1}, "movies/-..-etc (1)"},
		"a value of dots":            {"{title}/{name}", map[string]any{"title": "..", "name": "."}, "_/_"},
		"a hidden value":             {"{title}", map[string]any{"title": ".hack"}, "hack"},
		"a dot at the end":           {"{title}", map[string]any{"title": "Home etc. "}, "Home etc"},
		"a colon":                    {"{title}", map[string]any{"title": "Alien: Romulus 4:3"}, "Alien - Romulus 4-3"},
		"what other systems refuse":  {"{title}", map[string]any{"title": `a*b?c<d>e|f\g"h"`}, "abcde-f-g'h'"},
		"control characters":         {"{title}", map[string]any{"title": "a\x00b\nc\td\x7f\u202ee"}, "ab c de"},
		"broken UTF-8":               {"{title}", map[string]any{"title": "a\xff\xfeb"}, "ab"},
		"text of all languages":      {"{title}", map[string]any{"title": "千と千尋 Ünï 🎬"}, "千と千尋 Ünï 🎬"},
		"braces":                     {"{{{title}}} }}{{", map[string]any{"title": "a"}, "{a} }{"},
		"brackets of a value":        {"{title} ({year})", map[string]any{"title": "[REC] ()"}, "[REC] ()"},
		"brackets around a literal":  {"{title} [hd]", map[string]any{"title": "a"}, "a [hd]"},
		"brackets in brackets":       {"{title} [{year} ({tmdb})]", map[string]any{"title": "a"}, "a"},
		"a known one in brackets":    {"{title} [{year} ({tmdb})]", map[string]any{"title": "a", "tmdb": "1"}, "a [ (1)]"},
		"a value of another type":    {"{title}", map[string]any{"title": int64(5)}, "5"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmpl, err := config.ParseTemplate(tt.template, fields)
			if err != nil {
				t.Fatal(err)
			}
			if got := tmpl.Execute(tt.values); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestATooLongNameLosesTheEndOfItsLongestValue(t *testing.T) {
	t.Parallel()
	tmpl, err := config.ParseTemplate("{title} - s{season:02}e{episode:02} - {name}", fields)
	if err != nil {
		t.Fatal(err)
	}
	got := tmpl.Execute(map[string]any{"title": strings.Repeat("長い", 100), "season": 3, "episode": 12, "name": "End"})
	if len(got) > 235 || !strings.HasSuffix(got, " - s03e12 - End") || !utf8.ValidString(got) {
		t.Errorf("got %q of %d bytes", got, len(got))
	}
}

func TestAMistakeInATemplateIsFound(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		template string
		offset   int
	}{
		"an unknown field":       {"{title} {titel}", 9},
		"an empty field":         {"a{}", 2},
		"a brace not closed":     {"a {title", 2},
		"a brace that closes":    {"a} b", 1},
		"a width of a text":      {"{title:02}", 7},
		"a width that is none":   {"{season:x}", 8},
		"a width without bounds": {"{season:99}", 8},
		"a width of nothing":     {"{season:}", 8},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.ParseTemplate(tt.template, fields)
			var wrong *config.TemplateError
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v, want a TemplateError", err)
			}
			if wrong.Offset != tt.offset {
				t.Errorf("it is found at %d, want %d: %s", wrong.Offset, tt.offset, wrong.Text)
			}
		})
	}
}

func TestPathsOfALibraryAreChecked(t *testing.T) {
	t.Parallel()
	for folder, ok := range map[string]bool{
		"a/b/{title}": true, "{imdb}": true, "/{title}": false, "{title}/": false, "a//{title}": false, "../{title}": false,
		"a/./{title}": false, `a\\{title}`: false, "flat": true,
	} {
		_, ds := load(t, "library \"movies\" {\n  folder = \""+folder+"\"\n}\n")
		if ds.HasErrors() == ok {
			t.Errorf("%s: got %v", folder, ds)
		}
	}
	for file, ok := range map[string]bool{
		"{season}x{episode}": true, "{title}": false, "{season}": false, "a/{season}{episode}": false,
	} {
		_, ds := load(t, "library \"shows\" {\n  season = \"all\"\n  file   = \""+file+"\"\n}\n")
		if ds.HasErrors() == ok {
			t.Errorf("%s: got %v", file, ds)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("movies/{title} ({year}) {{tmdb-{tmdb}}}", "Sintel", 2010)
	f.Add("{title} - s{season:02}e{episode:02}", "../..", 1)
	f.Add("({[{title}]})", ". .", 0)
	f.Add("{{}}/{title}", strings.Repeat("ö", 300), -5)
	f.Fuzz(func(t *testing.T, source, title string, n int) {
		tmpl, err := config.ParseTemplate(source, fields)
		if err != nil {
			var wrong *config.TemplateError
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset+wrong.Length > len(source)+1 {
				t.Fatalf("got %#v for %q", err, source)
			}
			return
		}
		if tmpl.String() != source {
			t.Fatalf("String is %q, want %q", tmpl.String(), source)
		}
		path := tmpl.Execute(map[string]any{"title": title, "name": title, "year": n, "season": n, "episode": n})
		if path == "" {
			return
		}
		for name := range strings.SplitSeq(path, "/") {
			// What is written in the template itself is checked when the configuration is read.
			literal := strings.ContainsFunc(source, unicode.IsControl) || !utf8.ValidString(source)
			if name == "" || name == "." || name == ".." || len(name) > 255 || strings.HasSuffix(name, " ") || strings.HasSuffix(name, ".") ||
				(!literal && (strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name))) {
				t.Fatalf("%q with %q gives %q", source, title, path)
			}
		}
	})
}
