package world

import (
	"fmt"
	"strings"
)

// Debrid says what the debrid service does with a release.
type Debrid string

// What may become of a release at the debrid service.
const (
	Cached         Debrid = "cached"          // it is there at once
	Uncached       Debrid = "uncached"        // it is downloaded first, through every status
	Dead           Debrid = "dead"            // it stays at 0 % and ends as "dead"
	Errored        Debrid = "error"           // it ends as "error"
	Infringing     Debrid = "infringing"      // it is refused when added, with error 35
	InfringingLink Debrid = "infringing-link" // it is taken, and its links are refused with error 35
)

// title is a work of the world: a film, or the show.
type title struct {
	imdb, name, overview string
	year, tmdb, tvdb     int
	released             string // ISO day
	minutes              int
	seasons              []int // episodes of each season; empty for a film
}

func (t *title) series() bool { return len(t.seasons) > 0 }

// kind is the word that Stremio uses.
func (t *title) kind() string {
	if t.series() {
		return "series"
	}
	return "movie"
}

// Ids of the world's titles. The show is ours, and its numbers belong to nobody.
const (
	BigBuckBunny   = "tt1254207"
	Sintel         = "tt1727587"
	TearsOfSteel   = "tt2285752"
	ElephantsDream = "tt0807840"
	MillOnTheRace  = "tt9900001"
)

// titles are the Blender Foundation's open films (Creative Commons Attribution) and one invented show, whose last
// episode has not aired.
func titles() []*title {
	return []*title{
		{imdb: BigBuckBunny, name: "Big Buck Bunny", year: 2008, tmdb: 10378, released: "2008-05-30", minutes: 10, overview: "A large and lovable rabbit deals with three bullies of the forest."},
		{imdb: Sintel, name: "Sintel", year: 2010, tmdb: 45745, released: "2010-09-30", minutes: 15, overview: "A lonely young woman searches for a dragon that she calls Scales."},
		{imdb: TearsOfSteel, name: "Tears of Steel", year: 2012, tmdb: 133701, released: "2012-09-26", minutes: 12, overview: "Scientists gather in Amsterdam to undo a mistake of the past."},
		{imdb: ElephantsDream, name: "Elephants Dream", year: 2006, tmdb: 9761, released: "2006-03-24", minutes: 11, overview: "Two people walk through an immense machine."},
		{imdb: MillOnTheRace, name: "The Mill on the Race", year: 2021, tmdb: 990001, tvdb: 990001, released: "2021-03-01", minutes: 10, overview: "A miller, a stream and a wheel that must not stop.", seasons: []int{4, 4}},
	}
}

// entry is one line of the table of releases.
type entry struct {
	name    string
	imdb    string // what the indexer believes it to be; a near miss believes wrongly
	ext     string // of the video files
	season  int
	episode int // 0 with a season: a pack
	debrid  Debrid
	seeders int  // what the indexer claims, true or not
	dead    bool // nobody seeds it
	web     bool // it has a web seed
	extras  bool // a sample and a text lie beside the video
	future  bool // it is listed once the last episode has aired
}

// releases is what can be found, best looking first for each title. The best looking one is always a disappointment.
func releases() []entry {
	return []entry{
		{name: "Big.Buck.Bunny.2008.2160p.UHD.BluRay.REMUX.HDR.HEVC.DTS-HD.MA.5.1-DEADSEED", imdb: BigBuckBunny, ext: ".mkv", debrid: Dead, seeders: 143, dead: true},
		{name: "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: BigBuckBunny, ext: ".mkv", debrid: Cached, seeders: 58, extras: true},
		{name: "Big.Buck.Bunny.2008.720p.WEB-DL.AAC2.0.H.264-RACE", imdb: BigBuckBunny, ext: ".mp4", debrid: Uncached, seeders: 21, web: true},
		{name: "Big.Buck.Bunny.2008.HDCAM.x264-SHAKY", imdb: BigBuckBunny, ext: ".mp4", debrid: Cached, seeders: 310},
		{name: "Big.Buck.Bunny.&.Friends.2011.1080p.WEB-DL.H.264-NEAR", imdb: BigBuckBunny, ext: ".mkv", debrid: Cached, seeders: 40},

		{name: "Sintel.2010.2160p.WEB-DL.DDP5.1.HDR.H.265-LAWYER", imdb: Sintel, ext: ".mkv", debrid: Infringing, seeders: 95, dead: true},
		{name: "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL", imdb: Sintel, ext: ".mkv", debrid: Uncached, seeders: 44, extras: true},
		{name: "Sintel.2010.720p.BluRay.x264-RACE", imdb: Sintel, ext: ".mp4", debrid: Cached, seeders: 17, web: true},
		{name: "Sintel.2010.CAM.x264-SHAKY", imdb: Sintel, ext: ".mp4", debrid: Cached, seeders: 200},
		{name: "Sintel.2.2014.1080p.WEB-DL.H.264-NEAR", imdb: Sintel, ext: ".mkv", debrid: Cached, seeders: 33},

		{name: "Tears.of.Steel.2012.2160p.BluRay.REMUX.HEVC.TrueHD.7.1-BROKEN", imdb: TearsOfSteel, ext: ".mkv", debrid: Errored, seeders: 77, dead: true},
		{name: "Tears.of.Steel.2012.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: TearsOfSteel, ext: ".mkv", debrid: Cached, seeders: 36, extras: true},
		{name: "Tears.of.Steel.2012.720p.WEB-DL.AAC2.0.H.264-RACE", imdb: TearsOfSteel, ext: ".mp4", debrid: Uncached, seeders: 12, web: true},
		{name: "Tears.of.Steel.2012.HDTS.x264-SHAKY", imdb: TearsOfSteel, ext: ".mp4", debrid: Cached, seeders: 150},
		{name: "Tears.of.Steel.Making.Of.2012.1080p.WEB-DL.H.264-NEAR", imdb: TearsOfSteel, ext: ".mkv", debrid: Cached, seeders: 28},

		{name: "Elephants.Dream.2006.1080p.BluRay.REMUX.AVC.FLAC.2.0-LAWYER", imdb: ElephantsDream, ext: ".mkv", debrid: InfringingLink, seeders: 61, dead: true},
		{name: "Elephants.Dream.2006.1080p.WEB-DL.AAC2.0.H.264-MILL", imdb: ElephantsDream, ext: ".mkv", debrid: Cached, seeders: 25, extras: true},
		{name: "Elephants.Dream.2006.720p.WEB-DL.AAC2.0.H.264-RACE", imdb: ElephantsDream, ext: ".mp4", debrid: Uncached, seeders: 9, web: true},
		{name: "Elephants.Dream.2006.TELESYNC.x264-SHAKY", imdb: ElephantsDream, ext: ".mp4", debrid: Cached, seeders: 88},

		{name: "The.Mill.on.the.Race.S01.2160p.WEB-DL.DDP5.1.HDR.H.265-DEADSEED", imdb: MillOnTheRace, ext: ".mkv", season: 1, debrid: Dead, seeders: 52, dead: true},
		{name: "The.Mill.on.the.Race.S01.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: MillOnTheRace, ext: ".mkv", season: 1, debrid: Cached, seeders: 30, extras: true},
		{name: "The.Mill.on.the.Race.S01.720p.WEB-DL.AAC2.0.H.264-RACE", imdb: MillOnTheRace, ext: ".mp4", season: 1, debrid: Uncached, seeders: 8, web: true},
		{name: "The.Mill.on.the.Race.S01E02.1080p.WEB-DL.AAC2.0.H.264-RACE", imdb: MillOnTheRace, ext: ".mkv", season: 1, episode: 2, debrid: Cached, seeders: 14},
		{name: "The.Mill.on.the.River.S01E01.1080p.WEB-DL.H.264-NEAR", imdb: MillOnTheRace, ext: ".mkv", season: 1, episode: 1, debrid: Cached, seeders: 19},
		{name: "The.Mill.on.the.Race.S02E01.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: MillOnTheRace, ext: ".mkv", season: 2, episode: 1, debrid: Cached, seeders: 22},
		{name: "The.Mill.on.the.Race.S02E01.720p.WEB-DL.AAC2.0.H.264-RACE", imdb: MillOnTheRace, ext: ".mp4", season: 2, episode: 1, debrid: Cached, seeders: 6, web: true},
		{name: "The.Mill.on.the.Race.S02E02.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: MillOnTheRace, ext: ".mkv", season: 2, episode: 2, debrid: Uncached, seeders: 18},
		{name: "The.Mill.on.the.Race.S02E03.2160p.WEB-DL.DDP5.1.HDR.H.265-DEADSEED", imdb: MillOnTheRace, ext: ".mkv", season: 2, episode: 3, debrid: Dead, seeders: 47, dead: true},
		{name: "The.Mill.on.the.Race.S02E03.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: MillOnTheRace, ext: ".mkv", season: 2, episode: 3, debrid: Cached, seeders: 16},
		{name: "The.Mill.on.the.Race.S02E04.1080p.WEB-DL.DDP5.1.H.264-MILL", imdb: MillOnTheRace, ext: ".mkv", season: 2, episode: 4, debrid: Cached, seeders: 27, future: true},
	}
}

// packSize is how many episodes the packs of the show hold: those of season 1.
const packSize = 4

// paths lists the files of a release in torrent order, relative to its folder. A release of one file has no folder.
func (e entry) paths() []string {
	var out []string
	switch {
	case e.season > 0 && e.episode == 0:
		for n := 1; n <= packSize; n++ {
			out = append(out, strings.Replace(e.name, fmt.Sprintf("S%02d", e.season), fmt.Sprintf("S%02dE%02d", e.season, n), 1)+e.ext)
		}
	default:
		out = []string{e.name + e.ext}
	}
	if e.extras {
		out = append(out, "Sample/"+strings.ToLower(e.name)+"-sample"+e.ext, e.name+".nfo")
	}
	return out
}

// category is the Newznab number of the release: what resolution of film or television it is.
func (e entry) category() int {
	base, hd, uhd, sd := 2000, 40, 45, 30
	if e.season > 0 {
		base = 5000
	}
	switch {
	case strings.Contains(e.name, ".2160p."):
		return base + uhd
	case strings.Contains(e.name, ".1080p."), strings.Contains(e.name, ".720p."):
		return base + hd
	default:
		return base + sd
	}
}

// resolution is the word for a picture's height that the name carries, or none.
func (e entry) resolution() string {
	for _, s := range []string{"2160p", "1080p", "720p"} {
		if strings.Contains(e.name, "."+s+".") {
			return s
		}
	}
	return ""
}

// sizeOf is how large a video of a release is made: 2 to 6 MB, larger where it looks better, and different for each.
func sizeOf(release, path string) int64 {
	if strings.HasPrefix(path, "Sample/") {
		return 300_000 + int64(seedOf(path)%50_000)
	}
	spread := int64(seedOf(release+path) % 500_000)
	switch {
	case strings.Contains(release, ".2160p."):
		return 5_000_000 + spread
	case strings.Contains(release, ".1080p."):
		return 3_000_000 + spread
	default:
		return 2_000_000 + spread
	}
}
