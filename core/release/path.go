package release

import "strings"

// ParseFile reads the path of a file inside a release: "Show.S02.1080p/Season 2/05 - Name.mkv". What the file's name says
// stands; what it leaves out is taken from the folders, the nearest first. A folder that is a pack never gives a file its
// episode, and one called "Sample" or "Extras" marks what is in it. Raw and the spans are those of the file's name, but those
// of the folder's where the file's name says nothing, because it was scrambled or is one of a disc's.
func ParseFile(path string) Release {
	path = strings.ReplaceAll(path, "\\", "/")
	if len(path) > maxPath {
		path = path[len(path)-maxPath:]
	}
	dir, base := cut(path)
	r := parse(base, true)
	r.Flags |= fileFlags(base)
	mute := scrambled(&r, base)
	for depth := 0; dir != "" && depth < maxFolders; {
		var name string
		dir, name = cut(dir)
		key := Key(name)
		if discFolders[key] {
			r.Flags |= FlagDisc
			mute = true
			continue
		}
		depth++
		if f := folders[key]; f != 0 {
			r.Flags |= f
			r.special(f)
			continue
		}
		if discOf(key) {
			continue
		}
		folder := Parse(name)
		if mute && len(folder.Titles) > 0 && !genericFolder(&folder) {
			r = folder.asFile(&r)
			mute = false
			continue
		}
		r.fill(&folder)
	}
	return r
}

// A path is read from its end: at most so many bytes and so many folders.
const maxPath, maxFolders = 2048, 3

// cut takes the last element off a path.
func cut(path string) (dir, base string) {
	path = strings.TrimRight(path, "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// folders whose name says what their files are, in Key's form.
var folders = map[string]Flags{
	"sample": FlagSample, "samples": FlagSample, "trailer": FlagTrailer, "trailers": FlagTrailer, "extras": FlagExtra, "extra": FlagExtra,
	"featurettes": FlagExtra, "featurette": FlagExtra, "bonus": FlagExtra, "bonusfeatures": FlagExtra, "specialfeatures": FlagExtra, "behindthescenes": FlagExtra,
	"deletedscenes": FlagExtra, "interviews": FlagExtra, "scenes": FlagExtra, "shorts": FlagExtra, "other": FlagExtra, "creditless": FlagMenu,
	"ncopnced": FlagMenu, "nc": FlagMenu, "menus": FlagMenu, "proof": FlagSample, "screens": FlagExtra, "screenshots": FlagExtra, "makingof": FlagExtra,
	"specials": FlagSpecial, "special": FlagSpecial, "ova": FlagSpecial, "ovas": FlagSpecial,
}

// endings that media servers use to mark a file: "Title-trailer.mkv".
var endings = map[string]Flags{
	"sample": FlagSample, "trailer": FlagTrailer, "featurette": FlagExtra, "behindthescenes": FlagExtra, "deleted": FlagExtra,
	"interview": FlagExtra, "scene": FlagExtra, "short": FlagExtra, "other": FlagExtra, "extra": FlagExtra, "extras": FlagExtra, "bonus": FlagExtra, "teaser": FlagTrailer,
}

// fileFlags finds "sample" at either end of a file's name, and the endings that media servers know.
func fileFlags(base string) Flags {
	if i := strings.LastIndexByte(base, '.'); i > 0 {
		base = base[:i]
	}
	base = strings.ToLower(base)
	if base == "sample" || strings.HasPrefix(base, "sample-") || strings.HasPrefix(base, "sample.") || strings.HasPrefix(base, "sample_") ||
		strings.HasSuffix(base, ".sample") || strings.HasSuffix(base, "_sample") || strings.HasSuffix(base, " sample") {
		return FlagSample
	}
	if strings.HasSuffix(base, ".trailer") || base == "trailer" {
		return FlagTrailer
	}
	if i := strings.LastIndexByte(base, '-'); i >= 0 {
		return endings[strings.TrimSpace(base[i+1:])]
	}
	return 0
}

// ofRelease are flags that speak of a whole release, and of none of its files.
const ofRelease = FlagComplete | FlagBatch | NotMain | FlagMovie | FlagOVA | FlagONA | FlagOAD

// fill takes from a folder what the file's name does not say.
func (r *Release) fill(dir *Release) {
	r.lastNumber(dir)
	r.fillNumbers(dir)
	if len(dir.Titles) > 0 && !genericFolder(dir) && (len(r.Titles) == 0 || r.NumberFirst || r.abbreviates(dir) || r.namesOnly(dir)) {
		r.NumberFirst = false
		r.retitle(dir)
	}
	if r.Year == 0 && (dir.YearEnd == 0 || r.IsSeries()) {
		r.Year, r.YearEnd = dir.Year, dir.YearEnd
	}
	if r.Resolution == ResolutionUnknown {
		r.Resolution = dir.Resolution
	}
	if r.Source == SourceUnknown {
		r.Source, r.Remux = dir.Source, r.Remux || dir.Remux
	}
	if r.Codec == CodecUnknown {
		r.Codec = dir.Codec
	}
	if r.Depth == 0 {
		r.Depth = dir.Depth
	}
	if r.HDR == 0 {
		r.HDR = dir.HDR
	}
	if r.Audio == 0 {
		r.Audio = dir.Audio
	}
	if r.Channels == 0 {
		r.Channels = dir.Channels
	}
	if r.Languages.Empty() {
		r.Languages = dir.Languages
	}
	if r.Subtitles.Empty() {
		r.Subtitles = dir.Subtitles
	}
	if r.Edition == 0 {
		r.Edition = dir.Edition
	}
	if r.Network == NetworkUnknown {
		r.Network = dir.Network
	}
	if r.ThreeD == ThreeDNone {
		r.ThreeD = dir.ThreeD
	}
	if r.Country == CountryNone {
		r.Country = dir.Country
	}
	if r.Region == RegionNone {
		r.Region = dir.Region
	}
	r.Flags |= dir.Flags &^ ofRelease
}

// genericFolder reports whether a folder's name is a season's and not a title's: "Season 2", "S02".
func genericFolder(dir *Release) bool { return dir.NumberFirst && dir.Numbering == NumberSeason }

// fillNumbers completes a file's numbering: an episode gets the folder's one season; a file without any gets that of a
// folder that is one episode.
func (r *Release) fillNumbers(dir *Release) {
	switch r.Numbering {
	case NumberNone:
		single := dir.Numbering == NumberSeasonEpisode && Count(dir.Episodes) == 1 || dir.Numbering == NumberDaily
		if single {
			r.Numbering, r.Seasons, r.Episodes, r.Date = dir.Numbering, dir.Seasons, dir.Episodes, dir.Date
		}
	case NumberEpisode, NumberPart:
		if len(r.Seasons) == 0 && Count(dir.Seasons) == 1 {
			r.Seasons, r.Numbering = dir.Seasons, NumberSeasonEpisode
		}
	case NumberCompact:
		r.confirm(dir)
	case NumberAbsolute:
		if len(r.Seasons) > 0 || Count(dir.Seasons) != 1 {
			return
		}
		r.Seasons = dir.Seasons
		if n := r.Episodes[0].Lo; len(r.Titles) == 0 && Count(r.Episodes) == 1 && n/100 == r.Seasons[0].Lo && n%100 > 0 && n%100 < 50 { // "Season 1/105.mkv"
			r.Numbering, r.Episodes = NumberSeasonEpisode, single(n%100)
		}
	}
}

// confirm settles a number of three digits by the folder's season: 205 in "Season 2" is its episode 5, and in any other
// season's folder no season and episode run together.
func (r *Release) confirm(dir *Release) {
	if Count(dir.Seasons) != 1 {
		return
	}
	if dir.Seasons[0].Lo == r.Seasons[0].Lo {
		r.Numbering, r.Others = NumberSeasonEpisode, nil
		return
	}
	r.Numbering = NumberAbsolute
	r.Episodes = single(runTogether(r.Seasons[0].Lo, r.Episodes[0].Lo))
	r.Seasons, r.Others = dir.Seasons, nil
}
