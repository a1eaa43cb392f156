package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/millrace-media/millrace/sdk"
	"github.com/zclconf/go-cty/cty"
)

// Fields of a library's templates.
var (
	titleFields   = []string{"title", "year", "imdb", "tmdb", "tvdb", "profile"}
	seasonFields  = append(slices.Clone(titleFields), "season")
	episodeFields = append(slices.Clone(seasonFields), "episode", "absolute", "name")
)

// defaultKinds are the kinds of the libraries that are there without being written.
var defaultKinds = map[string]sdk.TitleKind{"movies": sdk.Movie, "shows": sdk.Show}

// libraryKind is the kind of a library: as written, or as its name says.
func libraryKind(s *section) sdk.TitleKind {
	if kind := s.text("kind"); kind != "" {
		return sdk.TitleKind(kind)
	}
	return defaultKinds[s.label]
}

// fillLibrary gives a library the defaults that depend on its name and kind.
func (d *decoder) fillLibrary(s *section) {
	kind := libraryKind(s)
	o := s.find("kind")
	if kind == "" {
		if !o.bad {
			o.bad = true
			d.fail(s.where, "Missing required argument", `The argument "kind" is required: write kind = "movie" or kind = "show".`)
		}
		return
	}
	defaults := map[string]string{
		"kind":   string(kind),
		"folder": s.label + "/{title} ({year}) {{tmdb-{tmdb}}}",
		"file":   "{title} ({year})",
	}
	if kind == sdk.Show {
		defaults["folder"] = s.label + "/{title} ({year}) {{tvdb-{tvdb}}}"
		defaults["season"] = "Season {season:02}"
		defaults["file"] = "{title} - s{season:02}e{episode:02}"
	}
	for _, o := range s.settings {
		if def := defaults[o.attr.Name]; o.value.IsNull() && !o.bad && def != "" {
			// A string can always be written as JSON.
			o.attr.Default, _ = json.Marshal(def)
			o.value, o.origin = cty.StringVal(def), fromDefault
		}
	}
}

// buildLibrary makes a Library of a section and checks its templates.
func (d *decoder) buildLibrary(s *section) Library {
	l := Library{Name: s.label, Kind: libraryKind(s)}
	file, season := titleFields, []string(nil)
	if l.Kind == sdk.Show {
		file, season = episodeFields, seasonFields
	}
	l.Folder = d.template(s, "folder", titleFields, true)
	l.File = d.template(s, "file", file, false)
	if l.Kind == sdk.Show {
		l.Season = d.template(s, "season", season, false)
	} else if o := s.find("season"); o.origin != fromNowhere && !o.bad {
		d.reportSetting(o, "Wrong value for \"season\"", "A library of films has no seasons.", 0, 0)
	}
	if !s.faulty() {
		d.distinct(s, l)
	}
	return l
}

// distinct checks that two titles, or two episodes, get two paths.
func (d *decoder) distinct(s *section, l Library) {
	used := append(append(l.Folder.Fields(), l.Season.Fields()...), l.File.Fields()...)
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(used, n) })
	}
	if o := s.find("file"); l.Kind == sdk.Show && (!has("episode") || !has("season")) {
		d.reportSetting(o, "Episodes would share a path", "Write {season} and {episode} into the template.", 0, 0)
	}
	if o := s.find("folder"); !has("title", "imdb", "tmdb", "tvdb") {
		d.reportSetting(o, "Titles would share a path", "Write {title}, or an id as {imdb}, into the template.", 0, 0)
	}
}

// template reads a template; only a folder's may have several names in it.
func (d *decoder) template(s *section, name string, fields []string, deep bool) Template {
	o := s.find(name)
	if o.bad || o.value.IsNull() {
		return Template{}
	}
	source := o.value.AsString()
	t, err := ParseTemplate(source, fields)
	if err == nil {
		err = checkPath(t, deep)
	}
	if err == nil {
		return t
	}
	o.bad = true
	var wrong *TemplateError
	if !errors.As(err, &wrong) {
		wrong = &TemplateError{Text: err.Error()}
	}
	d.reportSetting(o, fmt.Sprintf("Wrong template for %q", name), wrong.Text, wrong.Offset, wrong.Length)
	return Template{}
}

func checkPath(t Template, deep bool) error {
	s := t.String()
	if i := strings.IndexFunc(s, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }); i >= 0 {
		return &TemplateError{i, 1, "A path holds no backslash and no control character."}
	}
	if i := strings.IndexByte(s, '/'); i >= 0 && !deep {
		return &TemplateError{i, 1, "This is a single name: a slash can stand in \"folder\" only."}
	}
	at := 0
	for part := range strings.SplitSeq(s, "/") {
		if tidy(part) == "" {
			return &TemplateError{at, max(1, len(part)), "A path is relative, and none of its names is empty, . or .. ."}
		}
		at += len(part) + 1
	}
	return nil
}

// reportSetting notes a mistake in a part of a setting's text; without a length, in the whole.
func (d *decoder) reportSetting(o *setting, summary, detail string, offset, length int) {
	p := problem{summary: summary, detail: detail, at: o.at(), variable: o.shownVariable()}
	if p.at != nil && length > 0 {
		p.at = d.source.within(*p.at, o.value.AsString(), offset, length)
	}
	d.report(p)
}

// within is a part of a text in quotes. Where the text is not written plainly, it is the whole.
func (s *source) within(r hcl.Range, text string, offset, length int) *hcl.Range {
	f := s.files[r.Filename]
	if f == nil || r.End.Byte > len(f.Bytes) || string(r.SliceBytes(f.Bytes)) != `"`+text+`"` {
		return &r
	}
	shift := func(n int) hcl.Pos {
		return hcl.Pos{Line: r.Start.Line, Column: r.Start.Column + 1 + len([]rune(text[:n])), Byte: r.Start.Byte + 1 + n}
	}
	return &hcl.Range{Filename: r.Filename, Start: shift(offset), End: shift(min(offset+length, len(text)))}
}
