package release

// seasonWords and episodeWords come before or after a number; words that mean something else too are left out.
var seasonWords = wordSet("season seasons saison saisons temporada temporadas temp stagione stagioni staffel staffeln sezon sezona sezony serie series seizoen " +
	"sasong sesong kausi сезон сезона сезоны сезонов сезони сез sez seson evad szezon sæson saeson seasn ssn stag temporade 季 期")

var episodeWords = wordSet("episode episodes episodio episodios ep eps epi epizod epizoda epizode odc odcinek odcinki cap caps capitulo capitulos capitol caap серия серии seria seriya serija serya serii ser сер " +
	"серий серія серії folge folgen puntata puntate bolum aflevering afl avsnitt эпизод эп ep. episodul epizodes esp capitulado chapter 话 話 集 回")

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ' ' {
			m[s[start:i]] = true
			start = i + 1
		}
	}
	return m
}

// roman and spelled-out season numbers.
var seasonNames = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
	"un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
	"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}

var ordinals = map[string]int{
	"1st": 1, "2nd": 2, "3rd": 3, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
	"ninth": 9, "tenth": 10, "final": 0, "1a": 1, "2a": 2, "3a": 3, "4a": 4, "prima": 1, "seconda": 2, "terza": 3, "quarta": 4, "primera": 1, "segunda": 2,
	"tercera": 3, "cuarta": 4,
}
