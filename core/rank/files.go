package rank

import (
	"path"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Selection is a file that was chosen, with what it holds.
type Selection struct {
	File     int // place in the list that was given
	Movie    bool
	Season   int
	Episodes []int // several where one file holds more than one
}

// Rejection is a file that was not chosen.
type Rejection struct {
	File      int
	Code      Code
	Want, Got string
}

// SelectFiles chooses the files of a release that are wanted. See [Target.SelectFiles].
func SelectFiles(w *Wanted, files []sdk.File) ([]Selection, []Rejection) {
	return NewTarget(*w).SelectFiles(files)
}

// SelectFiles chooses the files of a release that are wanted: the one file of a film, or for each wanted episode the file
// that says by its own name or its folders' that it is that episode. A file that does not say so is not taken, and of two that
// hold the same the larger is. Every file is either chosen or rejected with a reason.
func (t *Target) SelectFiles(files []sdk.File) ([]Selection, []Rejection) {
	p := picker{t: t, files: files}
	for i := range files {
		p.consider(i)
	}
	if t.Kind == Movie {
		p.movie()
	} else {
		p.series()
	}
	slices.SortStableFunc(p.rejected, func(a, b Rejection) int { return a.File - b.File })
	return p.chosen, p.rejected
}

// file is a video that may be wanted.
type file struct {
	at     int
	read   release.Release
	folder *release.Release // of the release's own folder, nil if there is none
}

type picker struct {
	t        *Target
	files    []sdk.File
	videos   []file
	chosen   []Selection
	rejected []Rejection
}

func (p *picker) reject(at int, code Code, want, got string) {
	p.rejected = append(p.rejected, Rejection{File: at, Code: code, Want: want, Got: got})
}

// consider reads one file and keeps it if it is a video and the thing itself.
func (p *picker) consider(i int) {
	name := strings.ReplaceAll(p.files[i].Path, "\\", "/")
	if !playable(name) {
		p.reject(i, CodeNotVideo, "", path.Ext(name))
		return
	}
	f := file{at: i, read: release.ParseFile(name)}
	if top, _, nested := strings.Cut(strings.TrimLeft(name, "/"), "/"); nested {
		folder := release.Parse(top)
		f.folder = &folder
	}
	if extra := f.read.Flags & release.NotMain; extra != 0 && !p.titled(extra) {
		p.reject(i, CodeNotMain, "", extra.String())
		return
	}
	p.videos = append(p.videos, f)
}

// titled reports whether the wanted title is itself such a word, as a film called "Trailer" is.
func (p *picker) titled(extra release.Flags) bool {
	_, ok := p.t.keys[extra.String()]
	return ok
}

func playable(name string) bool {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	return videoExtensions[ext]
}

var videoExtensions = map[string]bool{
	"mkv": true, "mp4": true, "m4v": true, "avi": true, "mov": true, "wmv": true, "webm": true, "ts": true, "m2ts": true, "mts": true, "mpg": true,
	"mpeg": true, "ogm": true, "ogv": true, "rmvb": true, "divx": true, "flv": true, "3gp": true, "asf": true, "mk3d": true, "m2v": true, "vob": true,
}

// A video is taken for a sample that does not say so if it is smaller than this and than a twentieth of the largest.
const sampleSize = 150 << 20

// movie chooses the one file that is the film.
func (p *picker) movie() {
	largest := int64(0)
	for _, f := range p.videos {
		largest = max(largest, p.files[f.at].Size)
	}
	best, bestWorth := -1, 0
	for k := range p.videos {
		f := &p.videos[k]
		if size := p.files[f.at].Size; size >= 0 && size < sampleSize && size < largest/20 {
			p.reject(f.at, CodeNotMain, "", "sample")
			continue
		}
		worth, r := p.film(f)
		if worth == 0 {
			p.rejected = append(p.rejected, r)
			continue
		}
		if best >= 0 && !p.better(f, worth, &p.videos[best], bestWorth) {
			p.reject(f.at, CodeNotBest, "", "")
			continue
		}
		if best >= 0 {
			p.reject(p.videos[best].at, CodeNotBest, "", "")
		}
		best, bestWorth = k, worth
	}
	if best >= 0 {
		p.chosen = []Selection{{File: p.videos[best].at, Movie: true}}
	}
}

func (p *picker) better(a *file, worthA int, b *file, worthB int) bool {
	if worthA != worthB {
		return worthA > worthB
	}
	return p.files[a.at].Size > p.files[b.at].Size
}

// film says how surely a file is the film: 0 not, else more is surer.
func (p *picker) film(f *file) (int, Rejection) {
	m := p.t.Match(&f.read)
	if m.State != No {
		return 2 + int(m.Confidence), Rejection{}
	}
	refused := Rejection{File: f.at, Code: m.Code, Want: m.Want, Got: m.Got}
	if m.Code != CodeOtherTitle || len(p.videos) > 1 || f.read.IsSeries() {
		return 0, refused
	}
	// The only video of a folder that has the film's name may have a short or a scrambled one itself.
	if f.folder == nil || p.t.Match(f.folder).State == No || !p.shortFor(&f.read) {
		return 0, refused
	}
	return 1, Rejection{}
}

// shortFor reports whether a file's title is no title of another work, but one word that stands for the wanted one: nothing,
// a scrambled word without vowels or with digits, or letters of the title in their order, as "notld" for "Night of the Living Dead".
func (p *picker) shortFor(r *release.Release) bool {
	if len(r.Titles) == 0 {
		return true
	}
	words := strings.FieldsFunc(r.Title(), func(c rune) bool { return c == ' ' || c == '-' })
	if len(words) == 0 {
		return true
	}
	if len(words) > 2 {
		return false
	}
	last := release.Key(words[len(words)-1])
	if len(words) == 2 { // "grp-title"
		return p.abbreviates(last)
	}
	return scrambled(last) || p.abbreviates(last)
}

func scrambled(k string) bool {
	digits, vowels := 0, 0
	for i := range len(k) {
		switch c := k[i]; {
		case c >= '0' && c <= '9':
			digits++
		case strings.IndexByte("aeiouy", c) >= 0:
			vowels++
		}
	}
	return len(k) >= 8 && (digits >= 2 || vowels == 0)
}

// abbreviates reports whether k begins as a wanted title does and its letters occur in the title in this order.
func (p *picker) abbreviates(k string) bool {
	for want := range p.t.keys {
		if inOrder(k, want) || inOrder(k, "the"+want) {
			return true
		}
	}
	return false
}

// inOrder reports whether k begins as s does and its letters occur in s in this order.
func inOrder(k, s string) bool {
	if len(k) < 2 || len(k) > len(s) || k[0] != s[0] {
		return false
	}
	i := 0
	for j := 0; j < len(s) && i < len(k); j++ {
		if k[i] == s[j] {
			i++
		}
	}
	return i == len(k)
}

// place is one episode.
type place struct{ season, episode int }

// series chooses files for the wanted episodes.
func (p *picker) series() {
	held := map[place]int{} // index in chosen
	for k := range p.videos {
		f := &p.videos[k]
		season, episodes, r := p.holds(f)
		if r.Code != "" {
			p.rejected = append(p.rejected, r)
			continue
		}
		p.choose(held, Selection{File: f.at, Season: season, Episodes: episodes})
	}
	slices.SortStableFunc(p.chosen, func(a, b Selection) int {
		if a.Season != b.Season {
			return a.Season - b.Season
		}
		return a.Episodes[0] - b.Episodes[0]
	})
}

// choose adds a file unless a larger one holds one of its episodes already; smaller ones that do are put out.
func (p *picker) choose(held map[place]int, s Selection) {
	size := p.files[s.File].Size
	for _, e := range s.Episodes {
		if at, ok := held[place{s.Season, e}]; ok && p.files[p.chosen[at].File].Size >= size {
			p.reject(s.File, CodeNotBest, "", "")
			return
		}
	}
	var out []int
	for _, e := range s.Episodes {
		if at, ok := held[place{s.Season, e}]; ok && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	for i := len(out) - 1; i >= 0; i-- {
		p.reject(p.chosen[out[i]].File, CodeNotBest, "", "")
		p.chosen = slices.Delete(p.chosen, out[i], out[i]+1)
	}
	p.chosen = append(p.chosen, s)
	clear(held)
	for at, c := range p.chosen {
		for _, e := range c.Episodes {
			held[place{c.Season, e}] = at
		}
	}
}

// maxEpisodes is how many episodes one file can hold before its numbering is not believed.
const maxEpisodes = 40

// holds says which wanted episodes a file holds; a Rejection with a Code says why none.
func (p *picker) holds(f *file) (season int, episodes []int, r Rejection) {
	refuse := func(code Code, want, got string) (int, []int, Rejection) {
		return 0, nil, Rejection{File: f.at, Code: code, Want: want, Got: got}
	}
	if code, want, got := p.contradicts(f); code != "" {
		return refuse(code, want, got)
	}
	season, episodes, code := p.t.episodesOf(&f.read)
	if code != "" {
		return refuse(code, "", shown(f.read.Episodes))
	}
	if p.t.Kind != Show && season != p.t.Season {
		return refuse(CodeOtherSeason, itoa(p.t.Season), itoa(season))
	}
	if p.t.Kind == Episode && !slices.Contains(episodes, p.t.Episode) {
		return refuse(CodeOtherEpisode, itoa(p.t.Episode), shown(f.read.Episodes))
	}
	return season, episodes, Rejection{}
}

// contradicts says why a file is of another show, if it is: its name has a title that is not the wanted one and does not stand for it.
func (p *picker) contradicts(f *file) (code Code, want, got string) {
	r := &f.read
	if len(r.Titles) == 0 || r.NumberFirst {
		return "", "", ""
	}
	l, rest := p.t.title(r)
	if l.state == Yes {
		if rest != r {
			f.read = *rest
		}
		if !p.t.seriesYear(rest, &l) {
			return CodeOtherYear, itoa(p.t.Year), itoa(int(r.Year))
		}
		if l.season > 0 && len(r.Seasons) == 0 {
			r.Seasons = []release.Range{{Lo: uint16(l.season), Hi: uint16(l.season)}}
		}
		return "", "", ""
	}
	if l.code == CodeOtherCountry {
		return l.code, p.t.Country, r.Title()
	}
	if f.folder != nil && p.shortFor(r) {
		if l, _ := p.t.title(f.folder); l.state == Yes {
			return "", "", ""
		}
	}
	return CodeOtherTitle, p.t.name(), r.Title()
}
