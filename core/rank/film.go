package rank

import (
	"path"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// A video is taken for a sample that does not say so if it is smaller than this and than a twentieth of the largest.
const sampleSize = 150 << 20

// movie chooses the file that is the film, or the files if it is in parts.
func (p *picker) movie() {
	largest := int64(0)
	for k := range p.videos {
		largest = max(largest, p.size(&p.videos[k]))
	}
	best, bestWorth := -1, 0
	for k := range p.videos {
		f := &p.videos[k]
		if size := p.size(f); size >= 0 && size < sampleSize && size < largest/20 {
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

// parts chooses the other parts of a film that is in several files.
func (p *picker) parts(of *file) {
	if of.part == 0 {
		return
	}
	for k := range p.videos {
		f := &p.videos[k]
		if f.whole != of.whole || slices.ContainsFunc(p.chosen, func(s Selection) bool { return s.Part == f.part }) {
			continue
		}
		p.chosen = append(p.chosen, Selection{File: f.at, Movie: true, Part: f.part})
		p.rejected = slices.DeleteFunc(p.rejected, func(r Rejection) bool { return r.File == f.at })
	}
	slices.SortFunc(p.chosen, func(a, b Selection) int { return a.Part - b.Part })
}

// size is the size of a file with the other parts of its film.
func (p *picker) size(f *file) int64 {
	if f.part == 0 {
		return p.files[f.at].Size
	}
	if p.wholes == nil {
		p.wholes = map[string]int64{}
		for k := range p.videos {
			if o := &p.videos[k]; o.part > 0 {
				p.wholes[o.whole] += max(p.files[o.at].Size, 0)
			}
		}
	}
	return p.wholes[f.whole]
}

// discStream finds the folder of the disc that a file is a stream of: "Sintel" of "Sintel/BDMV/STREAM/00001.m2ts". The files of one
// title of a DVD, "VTS_02_1.VOB", are parts of a whole; its menus are none.
func discStream(name string) (root, title string, part int, ok bool) {
	upper := strings.ToUpper(name)
	if i := strings.LastIndex(upper, "/BDMV/STREAM/"); i > 0 {
		return name[:i], "", 0, true
	}
	i := strings.LastIndex(upper, "/VIDEO_TS/VTS_")
	base := path.Base(upper)
	if i <= 0 || len(base) != len("VTS_01_1.VOB") || base[7] < '1' || base[7] > '9' {
		return "", "", 0, false
	}
	return name[:i], name[:len(name)-len("_1.VOB")], int(base[7] - '0'), true
}

// cutParts cuts "CD1" out of a path wherever it stands; part is the last that there is, 0 if there is none.
func cutParts(name string) (rest string, part int) {
	rest, part = cutPart(name)
	for n := part; n > 0; {
		rest, n = cutPart(rest)
	}
	return rest, part
}

// cutPart cuts the last "CD1" out of a path.
func cutPart(name string) (rest string, part int) {
	for i := len(name) - 3; i >= 0; i-- {
		k := i
		switch {
		case strings.EqualFold(name[i:i+2], "cd"):
			k += 2
		case i+4 < len(name) && (strings.EqualFold(name[i:i+4], "disc") || strings.EqualFold(name[i:i+4], "disk")):
			k += 4
		default:
			continue
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
	return p.size(a) > p.size(b)
}

// film says how surely a file is the film: 0 not, else more is surer.
func (p *picker) film(f *file) (int, Rejection) {
	m := p.t.Match(&f.read)
	if m.State == No && m.Code == CodeOtherTitle && len(p.videos) > 1 {
		m = p.numbered(f, m)
	}
	if m.State == No && m.Code == CodeOtherTitle {
		m = p.bySaga(f, m)
	}
	if m.State != No && m.Code != CodeCollection || m.Code == CodeCollection && len(p.videos) == 1 {
		return 2 + int(m.Confidence), Rejection{}
	}
	refused := Rejection{File: f.at, Code: m.Code, Want: m.Want, Got: m.Got}
	if m.Code != CodeOtherTitle || len(p.videos) > 1 && !f.stream || f.read.IsSeries() {
		return 0, refused
	}
	// The only video of a folder that has the film's name may have a short or a scrambled one itself.
	if f.folder == nil || p.t.Match(&f.folder.read).State == No || !p.shortFor(&f.read) {
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
