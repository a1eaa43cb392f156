package release

import (
	"slices"
	"strings"
)

// discFolders are the folders that a disc's files lie in, in Key's form. Their files have numbers for names.
var discFolders = wordSet("bdmv stream backup playlist clipinf certificate videots audiots hvdvdts")

// discOf reports whether a folder, in Key's form, is one disc of several: "CD1", "Disc 2".
func discOf(key string) bool {
	w := []byte(key)
	return prefixed(w, "cd") || prefixed(w, "disc") || prefixed(w, "disk") || prefixed(w, "dvd") || prefixed(w, "bd")
}

// scrambled reports whether a file's name says nothing, because whoever posted it made it so: a checksum, random letters.
func scrambled(r *Release, base string) bool {
	if r.Numbering != NumberNone || r.Year != 0 || r.Resolution != ResolutionUnknown || r.Source != SourceUnknown || r.Codec != CodecUnknown {
		return false
	}
	name := base
	if i := strings.LastIndexByte(name, '.'); i > 0 && r.Ext {
		name = name[:i]
	}
	if strings.HasPrefix(name, "abc.xyz") {
		return true
	}
	hex, digits, turns, class := true, 0, 0, byte(0)
	for i := range len(name) {
		c := name[i]
		now := byte('a')
		switch {
		case isDigit(c):
			now = '0'
			digits++
		case c >= 'A' && c <= 'Z':
			now = 'A'
		case c < 'a' || c > 'z':
			return false
		}
		hex = hex && (now == '0' || c|0x20 <= 'f')
		if i > 0 && now != class && !(i == 1 && class == 'A') {
			turns++
		}
		class = now
	}
	return hex && len(name) >= 16 && digits > 2 || len(name) >= 10 && digits > 0 && turns >= 4 || len(name) >= 20 && digits > 2
}

// asFile is the reading of a folder as that of the file in it of which the name says nothing.
func (r Release) asFile(file *Release) Release {
	r.Container, r.Ext = file.Container, file.Ext
	r.Flags = r.Flags&^ofRelease | file.Flags
	if r.Numbering == NumberSeason || Count(r.Episodes) > 1 {
		r.Numbering, r.Seasons, r.Episodes = NumberNone, nil, nil
	}
	return r
}

// retitle takes a folder's titles. They have no spans, as they stand in another name.
func (r *Release) retitle(dir *Release) {
	r.Titles = slices.Clone(dir.Titles)
	for i := range r.Titles {
		r.Titles[i].Span = Span{}
	}
	r.spans[FieldTitle] = Span{}
}

// special makes an episode in a folder of specials one of season 0.
func (r *Release) special(folder Flags) {
	if !folder.Has(FlagSpecial) || len(r.Seasons) > 0 || len(r.Episodes) == 0 {
		return
	}
	r.Seasons = []Range{{0, 0}}
	if r.Numbering == NumberEpisode {
		r.Numbering = NumberSeasonEpisode
	}
}

// abbreviates reports whether a file's title is one word that stands for the folder's title: "grp-tgol" for "The Game of Lamps"
// by GRP. Its letters come in that order in the folder's title, the first one first.
func (r *Release) abbreviates(dir *Release) bool {
	t := r.Title()
	if t == "" || strings.IndexByte(t, ' ') >= 0 || !r.alone(dir) {
		return false
	}
	group := strings.ToLower(dir.GroupName())
	short := strings.ToLower(t)
	if rest, ok := strings.CutPrefix(short, group+"-"); ok && group != "" {
		short = rest
	} else if rest, ok := strings.CutSuffix(short, "-"+group); ok && group != "" {
		short = rest
	}
	return shortFor(short, strings.ToLower(dir.Title()))
}

// alone reports whether a folder does not hold works of several titles.
func (r *Release) alone(dir *Release) bool {
	return dir.Numbering != NumberNone || !dir.Flags.Has(FlagComplete)
}

// shortFor reports whether the letters of short stand in long in their order, the first of them at the beginning of a word.
func shortFor(short, long string) bool {
	if len(short) < 2 {
		return false
	}
	for _, begin := range []string{long, strings.TrimPrefix(long, "the ")} {
		if begin != "" && begin[0] == short[0] && inOrder(short, begin) {
			return true
		}
	}
	return false
}

func inOrder(short, long string) bool {
	k := 0
	for i := 0; i < len(long) && k < len(short); i++ {
		if long[i] == short[k] {
			k++
		}
	}
	return k == len(short)
}

// namesOnly reports whether a file's name is one word and nothing else, in a folder that is a release of one film or one
// episode, which knows better.
func (r *Release) namesOnly(dir *Release) bool {
	if strings.IndexByte(r.Title(), ' ') >= 0 || r.Year != 0 || r.Flags.Any(NotMain) {
		return false
	}
	film := dir.Numbering == NumberNone && dir.Year != 0 && dir.YearEnd == 0 && !dir.Flags.Has(FlagComplete)
	episode := dir.Numbering == NumberSeasonEpisode && Count(dir.Episodes) == 1 && slices.Equal(dir.Episodes, r.Episodes)
	return (film && r.Numbering == NumberNone || episode) && (dir.Resolution != ResolutionUnknown || dir.Source != SourceUnknown)
}

// lastNumber reads the number that a file's name is, or has after the folder's title, as an episode: "05 [1080p].mkv",
// "Show.Name.105.mkv" in the folder of season 1.
func (r *Release) lastNumber(dir *Release) {
	if r.Numbering != NumberNone || len(r.Titles) == 0 || r.Year != 0 && dir.Numbering != NumberSeason {
		return
	}
	digits, whole := []byte(r.Title()), true
	if i := strings.LastIndexByte(r.Title(), ' '); i > 0 {
		if len(dir.Titles) == 0 || Key(r.Title()[:i]) != Key(dir.Title()) {
			return
		}
		digits, whole = digits[i+1:], false
	}
	n, ok := atoi(digits)
	if !ok || len(digits) > 3 || len(digits) < 2 || !whole && dir.Numbering != NumberSeason && digits[0] != '0' {
		return
	}
	r.Numbering, r.Episodes = NumberAbsolute, single(uint16(n))
	if Count(dir.Seasons) == 1 && n/100 == int(dir.Seasons[0].Lo) && n%100 > 0 && n%100 < 50 {
		r.Numbering, r.Seasons, r.Episodes = NumberSeasonEpisode, dir.Seasons, single(uint16(n%100))
	}
	r.retitle(dir)
}
