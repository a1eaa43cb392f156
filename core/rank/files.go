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
	Part     int // of a film in several files: 1 for "CD1"; 0 if it is one file
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

// SelectFiles chooses the files of a release that are wanted: the one file of a film or all its parts, or for each wanted episode the file
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
	path   string // with forward slashes
	read   release.Release
	folder *folder // the release's own, nil if there is none
	stream bool    // one of the streams of a disc, whose names tell nothing; read is then the disc's folder
	part   int     // "CD1" of a film, 0 if it is not in parts
	whole  string  // what the parts of one film have in common, "" if it is not in parts
}

// folder is the top folder of a release, read once for all its files.
type folder struct {
	read release.Release
	fits likeness // how its title fits
}

type picker struct {
	t        *Target
	files    []sdk.File
	videos   []file
	folders  map[string]*folder
	wholes   map[string]int64 // the size of all parts of a film, by what they have in common
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
	f := file{at: i, path: name}
	if top, rest, nested := strings.Cut(strings.TrimLeft(name, "/"), "/"); nested {
		f.folder = p.folder(top)
		if p.t.isTitle(top) && release.ParseFile(top+"/-.mkv").Flags.Any(release.NotMain) {
			name = rest // a show called "Extras"
		}
	}
	f.read = p.read(&f, name)
	if extra := f.read.Flags & release.NotMain; extra != 0 && !p.t.called(extra) {
		p.reject(i, CodeNotMain, "", extra.String())
		return
	}
	p.videos = append(p.videos, f)
}

// read reads the name of a file. A part of a film is read without the number of the part, and a stream of a disc is what its
// folder says.
func (p *picker) read(f *file, name string) release.Release {
	if p.t.Kind != Movie {
		return release.ParseFile(name)
	}
	if root, title, part, ok := discStream(name); ok {
		f.stream, f.whole, f.part = true, title, part
		return release.Parse(path.Base(root))
	}
	name, f.part = cutParts(name)
	if f.part > 0 {
		f.whole = name
	}
	return release.ParseFile(name)
}

// folder reads a top folder.
func (p *picker) folder(name string) *folder {
	if f, ok := p.folders[name]; ok {
		return f
	}
	f := &folder{read: release.Parse(name)}
	f.fits, _ = p.t.title(&f.read)
	if p.folders == nil {
		p.folders = map[string]*folder{}
	}
	p.folders[name] = f
	return f
}

// isTitle reports whether a name is a wanted one and nothing else.
func (t *Target) isTitle(name string) bool {
	var s spelled
	s.spell(name, false)
	_, ok := t.keys[string(s.bytes())]
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

// place is one episode.
type place struct{ season, episode int }

// series chooses files for the wanted episodes.
func (p *picker) series() {
	claims := p.claims(false)
	if len(claims) == 0 {
		claims = p.claims(true)
	}
	all := groups(claims)
	held := map[place]int{} // index in chosen
	refused := map[int]Rejection{}
	for i := range claims {
		c := &claims[i]
		season, episodes, code := p.t.place(c, all)
		if r := p.refusal(c, season, episodes, code); r.Code != "" {
			refused[i] = r
			continue
		}
		p.choose(held, Selection{File: c.file.at, Season: season, Episodes: episodes})
	}
	if len(p.chosen) == 0 {
		p.inOtherOrder(claims, refused, held)
	}
	for _, r := range refused {
		p.rejected = append(p.rejected, r)
	}
	slices.SortStableFunc(p.chosen, func(a, b Selection) int {
		if a.Season != b.Season {
			return a.Season - b.Season
		}
		return a.Episodes[0] - b.Episodes[0]
	})
}

// claims compares the titles of all files and reads what those that fit say. Where none does files may have a shortened title:
// they are of a release that was taken for the wanted show.
func (p *picker) claims(shortened bool) []claim {
	var claims []claim
	var others []Rejection
	for k := range p.videos {
		f := &p.videos[k]
		l, r := p.fits(f)
		if r.Code == CodeOtherTitle && shortened && p.t.shortens(&f.read) {
			l, r = likeness{}, Rejection{}
		}
		if r.Code != "" {
			others = append(others, r)
			continue
		}
		claims = append(claims, p.t.claim(f, &l))
	}
	if len(claims) > 0 || shortened {
		p.rejected = append(p.rejected, others...)
	}
	return claims
}

// shortens reports whether a title is the first words of a wanted one, two or more: "Re Zero" for "Re:Zero -Starting Life-"; or the
// first letters of all.
func (t *Target) shortens(r *release.Release) bool {
	if len(r.Titles) == 0 {
		return false
	}
	var s spelled
	s.spell(r.Title(), false)
	if s.nw == 1 {
		return slices.ContainsFunc(t.names, func(n named) bool { return initials(string(s.bytes()), n.Text) })
	}
	if s.n < minSimilar {
		return false
	}
	for i := range t.names {
		if leads(&s, t.names[i].words) {
			return true
		}
	}
	return false
}

// refusal says why a file that was placed is not wanted; its Code is empty if it is.
func (p *picker) refusal(c *claim, season int, episodes []int, code Code) Rejection {
	r := Rejection{File: c.file.at, Code: code}
	got := shown(c.file.read.Episodes)
	switch {
	case code == CodeOtherDate:
		r.Got = c.file.read.Date.String()
	case code != "":
		r.Got = got
	case p.t.Kind != Show && season != p.t.Season:
		r.Code, r.Want, r.Got = CodeOtherSeason, itoa(p.t.Season), itoa(season)
	case p.t.Kind == Episode && !slices.Contains(episodes, p.t.Episode):
		r.Code, r.Want, r.Got = CodeOtherEpisode, itoa(p.t.Episode), got
	}
	return r
}

// inOtherOrder chooses, where no file is the wanted episode by our order, the one that surely is by another.
func (p *picker) inOtherOrder(claims []claim, refused map[int]Rejection, held map[place]int) {
	if p.t.Kind != Episode || len(p.t.Orders) == 0 {
		return
	}
	for i := range claims {
		if claims[i].numbers == nil || len(claims[i].numbers) > 1 {
			continue
		}
		var x numbering
		x.read(&claims[i].file.read, 0)
		if claims[i].season > 0 {
			x.seasons = only(claims[i].season)
		}
		if m, ok := p.t.otherOrder(&x); ok && m.State == Yes {
			delete(refused, i)
			p.choose(held, Selection{File: claims[i].file.at, Season: p.t.Season, Episodes: []int{p.t.Episode}})
		}
	}
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
	if len(out) == 0 {
		p.hold(held, len(p.chosen)-1)
		return
	}
	clear(held)
	for at := range p.chosen {
		p.hold(held, at)
	}
}

// hold notes which episodes a chosen file has.
func (p *picker) hold(held map[place]int, at int) {
	c := &p.chosen[at]
	for _, e := range c.Episodes {
		held[place{c.Season, e}] = at
	}
}

// maxEpisodes is how many episodes one file can hold before its numbering is not believed.
const maxEpisodes = 40

// fits compares a file's title with the wanted one; a Rejection with a Code says why it is another's: its name has a title that is
// not the wanted one and does not stand for it.
func (p *picker) fits(f *file) (likeness, Rejection) {
	r := &f.read
	var whole likeness
	if f.folder != nil {
		whole = f.folder.fits
	}
	if len(r.Titles) == 0 || r.NumberFirst {
		return likeness{season: whole.season}, Rejection{}
	}
	l, rest := p.t.title(r)
	if l.state == Yes {
		if rest != r {
			f.read = release.ParseFile(replaced(p.files[f.at].Path, r.Raw, rest.Raw))
		}
		if !p.t.seriesYear(&f.read, &l) {
			return l, Rejection{File: f.at, Code: CodeOtherYear, Want: itoa(p.t.Year), Got: itoa(int(r.Year))}
		}
		if l.season == 0 {
			l.season = max(whole.season, p.t.names[l.name].Season)
		}
		return l, Rejection{}
	}
	if l.code == CodeOtherCountry {
		return l, Rejection{File: f.at, Code: l.code, Want: p.t.Country, Got: r.Title()}
	}
	if whole.state == Yes && p.shortFor(r) {
		return likeness{season: whole.season}, Rejection{}
	}
	return l, Rejection{File: f.at, Code: CodeOtherTitle, Want: p.t.name(), Got: r.Title()}
}

// replaced is a path with another name for its file.
func replaced(at, name, by string) string {
	at = strings.ReplaceAll(at, "\\", "/")
	dir := strings.TrimSuffix(at, path.Base(at))
	if !strings.Contains(path.Base(at), name) {
		return dir + by + path.Ext(at)
	}
	return dir + strings.Replace(path.Base(at), name, by, 1)
}
