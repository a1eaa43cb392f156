package archive

import (
	"encoding/hex"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/millrace-media/millrace/sdk"
)

var (
	imdbID      = regexp.MustCompile(`^tt[0-9]{7,12}$`)
	yearPattern = regexp.MustCompile(`\b(?:18[89]|19\d|20\d)\d\b`)
	resolution  = regexp.MustCompile(`(?i)\b(?:2160|1080|720|576|480|360)p\b|\b4k\b`)
)

// trackers are those that the Archive puts into its torrents; another library's are in its .torrent alone.
func (c *client) trackers() []string {
	if strings.TrimPrefix(c.http.URL().Hostname(), "www.") != "archive.org" {
		return nil
	}
	return []string{"http://bt1.archive.org:6969/announce", "http://bt2.archive.org:6969/announce"}
}

// release makes a release of an item, which is the film of these names; false where it has no torrent or nothing to watch.
func (a *Archive) release(it item, names []string) (sdk.Release, bool) {
	id := string(it.Metadata.Identifier)
	hash, torrent := it.torrent()
	files := it.playable()
	if hash == "" || !slices.ContainsFunc(files, func(f file) bool { return isVideo(f.Name) }) {
		return sdk.Release{}, false
	}
	r := sdk.Release{
		Name: it.name(names), Hash: hash, Size: int64(max(it.Size, 0)), Seeders: -1, Leechers: -1, Tracker: "Internet Archive",
		Torrent: a.client.at("download", id, torrent), Page: a.client.at("details", id), Published: uploaded(string(it.Metadata.PublicDate)),
		IDs: sdk.IDs{IMDb: imdb(it.Metadata.ExternalIDs)},
		// The torrent's own name is appended to a web seed that ends with a slash (BEP 19); it is the item's identifier.
		WebSeeds: []string{a.client.at("download") + "/"},
	}
	for _, f := range files {
		r.Files = append(r.Files, sdk.File{Index: -1, Path: id + "/" + f.Name, Size: f.size()})
	}
	r.Magnet = magnet(r, id, a.client.trackers())
	return r, true
}

// magnet names the torrent, the trackers, the place of the .torrent and the web seed, so that any client gets the film
// from the Archive itself where nobody else has it.
func magnet(r sdk.Release, id string, trackers []string) string {
	var b strings.Builder
	b.WriteString("magnet:?xt=urn:btih:" + r.Hash + "&dn=" + url.QueryEscape(id))
	for _, t := range trackers {
		b.WriteString("&tr=" + url.QueryEscape(t))
	}
	b.WriteString("&xs=" + url.QueryEscape(r.Torrent))
	for _, w := range r.WebSeeds {
		b.WriteString("&ws=" + url.QueryEscape(w))
	}
	return b.String()
}

// torrent is the info-hash and the file name of the item's .torrent.
func (it item) torrent() (hash, name string) {
	for _, f := range it.Files {
		h := strings.ToLower(string(f.Btih))
		if b, err := hex.DecodeString(h); err == nil && len(b) == 20 && strings.HasSuffix(f.Name, "_archive.torrent") {
			return h, f.Name
		}
	}
	return "", ""
}

// playable are the item's videos and subtitles; all else (thumbnails, checksums, metadata) is of no use to a player.
func (it item) playable() []file {
	var out []file
	for _, f := range it.Files {
		if !bool(f.Private) && (isVideo(f.Name) || isSubtitle(f.Name)) {
			out = append(out, f)
		}
	}
	return out
}

func isVideo(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".mp4", ".m4v", ".mkv", ".avi", ".mov", ".mpg", ".mpeg", ".ogv", ".webm", ".wmv", ".ts", ".m2ts", ".vob", ".divx":
		return true
	}
	return false
}

func isSubtitle(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".srt", ".vtt", ".ass", ".ssa", ".sub":
		return true
	}
	return false
}

// name is the title as published, with what a reader of release names needs and the title lacks: the year and the resolution.
func (it item) name(names []string) string {
	m := it.Metadata
	name := strings.Join(strings.Fields(first(m.Title)), " ")
	if y := yearOf(name, names, slices.Concat(m.Year, m.Date)); y != 0 && yearOf(name, names, nil) == 0 {
		name += " (" + strconv.Itoa(y) + ")"
	}
	if r := it.resolution(); r != "" && !resolution.MatchString(name) {
		name += " " + r
	}
	return name
}

// yearOf is the film's year as far as an item tells: in its title, where it is no part of the film's name ("1984"), else in
// its dates, which may be those of the upload; 0 where it does not tell.
func yearOf(title string, names, dates []string) int {
	rest := " " + strings.Join(words(title), " ") + " "
	for _, n := range names {
		rest = strings.Replace(rest, " "+strings.Join(words(n), " ")+" ", "  ", 1)
	}
	for _, s := range append([]string{rest}, dates...) {
		if y, err := strconv.Atoi(yearPattern.FindString(s)); err == nil {
			return y
		}
	}
	return 0
}

// resolution is that of the best video, by its measures, else by its name.
func (it item) resolution() string {
	best, named := 0, ""
	for _, f := range it.playable() {
		if !isVideo(f.Name) {
			continue
		}
		best = max(best, lines(int(f.Width), int(f.Height)))
		if m := resolution.FindString(strings.ReplaceAll(f.Name, "_", " ")); m != "" && named == "" {
			named = strings.ToLower(m)
		}
	}
	if best == 0 {
		return named
	}
	return strconv.Itoa(best) + "p"
}

// lines is the usual name of a picture's size; the width tells where bars were cut off.
func lines(width, height int) int {
	switch {
	case width <= 0 && height <= 0:
		return 0
	case width >= 3200 || height >= 1800:
		return 2160
	case width >= 1700 || height >= 960:
		return 1080
	case width >= 1100 || height >= 650:
		return 720
	case height >= 560:
		return 576
	case height >= 400 || width >= 620:
		return 480
	}
	return 360
}

// imdb is the IMDb id among an item's external identifiers (urn:imdb:tt0063350), or "".
func imdb(ids []string) string {
	for _, s := range ids {
		if id, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(s)), "urn:imdb:"); ok && imdbID.MatchString(id) {
			return id
		}
	}
	return ""
}

func uploaded(s string) time.Time {
	for _, layout := range []string{time.DateTime, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// words are a name's words in lower case, without punctuation.
func words(s string) []string {
	s = strings.NewReplacer("'", "", "’", "", "&", " and ").Replace(strings.ToLower(s))
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
