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
	folder *release.Release // of the release's own folder, nil if there is none
	part   int              // "CD1" of a film, 0 if it is not in parts
	stream bool             // one of the streams of a disc, whose names tell nothing; read is then the disc's folder
}

// discRoot is the folder of the disc that a file is a stream of: "Sintel" of "Sintel/BDMV/STREAM/00001.m2ts".
func discRoot(name string) (string, bool) {
	i := strings.LastIndex(strings.ToUpper(name), "/BDMV/STREAM/")
	if i <= 0 {
		return "", false
	}
	return name[:i], true
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
	f := file{at: i, path: name}
	if p.t.Kind == Movie {
		name, f.part = cutPart(name)
	}
	f.read = release.ParseFile(name)
	if root, ok := discRoot(name); ok {
		f.stream, f.read = true, release.Parse(path.Base(root))
	}
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
		p.chosen = []Selection{{File: p.videos[best].at, Movie: true, Part: p.videos[best].part}}
		p.parts(&p.videos[best])
	}
}

// parts chooses the other parts of a film that is in several files: those of the same name but for the number.
func (p *picker) parts(of *file) {
	if of.part == 0 {
		return
	}
	name, _ := cutPart(p.files[of.at].Path)
	for k := range p.videos {
		f := &p.videos[k]
		if other, n := cutPart(p.files[f.at].Path); n == 0 || n == of.part || other != name || slices.ContainsFunc(p.chosen, func(s Selection) bool { return s.Part == n }) {
			continue
		}
		p.chosen = append(p.chosen, Selection{File: f.at, Movie: true, Part: f.part})
		p.rejected = slices.DeleteFunc(p.rejected, func(r Rejection) bool { return r.File == f.at })
	}
	slices.SortFunc(p.chosen, func(a, b Selection) int { return a.Part - b.Part })
}

// cutPart cuts "CD1" out of a path, wherever it stands in it; part is 0 if there is none.
func cutPart(name string) (rest string, part int) {
	for i := len(name) - 3; i >= 0; i-- {
		k := i
		switch strings.ToLower(name[i:min(i+4, len(name))]) {
		case "disc", "disk":
			k += 4
		default:
			if !strings.EqualFold(name[i:i+2], "cd") {
				continue
			}
			k += 2
		}
		if k < len(name) && strings.IndexByte(" ._-", name[k]) >= 0 {
			k++
		}
		if k < len(name) && name[k] >= '1' && name[k] <= '9' && edge(name, i-1) && edge(name, k+1) {
			return strings.TrimRight(name[:i], " ._-([") + strings.TrimLeft(name[k+1:], "])"), int(name[k] - '0')
		}
	}
	return name, 0
}

// edge reports whether no letter or digit stands at place i.
func edge(s string, i int) bool {
	return i < 0 || i >= len(s) || !isDigit(s[i]) && (s[i]|0x20 < 'a' || s[i]|0x20 > 'z') && s[i] < 0x80
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
	if m.State == No && m.Code == CodeOtherTitle && len(p.videos) > 1 {
		m = p.numbered(f, m)
	}
	if m.State != No && m.Code != CodeCollection || m.Code == CodeCollection && len(p.videos) == 1 {
		return 2 + int(m.Confidence), Rejection{}
	}
	refused := Rejection{File: f.at, Code: m.Code, Want: m.Want, Got: m.Got}
	if m.Code != CodeOtherTitle || len(p.videos) > 1 && !f.stream || f.read.IsSeries() {
		return 0, refused
	}
	// The only video of a folder that has the film's name may have a short or a scrambled one itself.
	if f.folder == nil || p.t.Match(f.folder).State == No || !p.shortFor(&f.read) {
		return 0, refused
	}
	return 1, Rejection{}
}

// numbered compares a film of a collection without the number that counts it: "2. Sintel (2010)". Its year must be the film's.
func (p *picker) numbered(f *file, as MatchResult) MatchResult {
	base := path.Base(strings.ReplaceAll(p.files[f.at].Path, "\\", "/"))
	name := strings.TrimLeft(base, "0123456789")
	if len(base)-len(name) > 2 || len(name) == len(base) {
		return as
	}
	if name = strings.TrimLeft(name, ".-_) "); name == "" {
		return as
	}
	r := release.Parse(name)
	if m := p.t.Match(&r); m.State == Yes {
		m.Confidence -= min(m.Confidence, 2)
		return m
	}
	return as
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
	var claims []claim
	for k := range p.videos {
		f := &p.videos[k]
		l, r := p.fits(f)
		if r.Code != "" {
			p.rejected = append(p.rejected, r)
			continue
		}
		claims = append(claims, p.t.claim(f, &l))
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
	clear(held)
	for at, c := range p.chosen {
		for _, e := range c.Episodes {
			held[place{c.Season, e}] = at
		}
	}
}

// maxEpisodes is how many episodes one file can hold before its numbering is not believed.
const maxEpisodes = 40

// fits compares a file's title with the wanted one; a Rejection with a Code says why it is another's: its name has a title that is
// not the wanted one and does not stand for it.
func (p *picker) fits(f *file) (likeness, Rejection) {
	r := &f.read
	whole := p.folderTitle(f)
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

// folderTitle compares the title of the release's folder.
func (p *picker) folderTitle(f *file) likeness {
	if f.folder == nil {
		return likeness{}
	}
	l, _ := p.t.title(f.folder)
	return l
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
