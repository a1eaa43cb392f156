package release

// counted is what a word beside a number counts.
type counted uint8

const (
	countsNothing counted = iota
	countsSeasons
	countsEpisodes
	countsRunTogether // episodes, with the season before them: "Cap.209"
	countsExtras      // OVAs and specials
	countsParts       // the parts of a whole: only in "part 2 of 3"
	countsVolumes
	countsBroadcast // series on television, "ТВ-2"
)

// numberWords come before or after a number. They are folded; words that mean something else too are left out.
var numberWords = compileNumberWords()

// numberSieve tells most other words from them without a look-up.
var numberSieve = func() *sieve {
	s := new(sieve)
	for w := range numberWords {
		s.add(w)
	}
	return s
}()

func compileNumberWords() map[string]counted {
	m := map[string]counted{}
	for kind, list := range map[counted]string{
		countsSeasons: "season seasons sn seasn ssn saison saisons temporada temporadas temp temporade tempada stagione stagioni stag staffel staffeln " +
			"sezon sezona sezony sezonul sezonas sezonai sezoane seizoen seizoenen serie series sasong sasonger sesong sesonger saeson saesoner " +
			"livre livres kausi evad hooaeg musim denboraldia sez seson szezon kyklos " +
			"сезон сезона сезоны сезонов сезони сез κυκλος κύκλος עונה الموسم موسم فصل 季 期 기 시즌 シーズン",
		countsEpisodes: "episode episodes episodio episodios episodi ep eps epi epizod epizoda epizode epizody epizodes episodul episoade odc odcinek odcinki " +
			"capitulo capitulos capitol capitols seria seriya serija serya serii seriia folge folgen puntata puntate bolum aflevering afleveringen afl avsnitt afsnit jakso " +
			"jaksot resz dil dily diel thattur atala ser osa " +
			"серия серии серій серия серий серія серії сер эпизод эпизоды эп епизод епізод επεισοδιο επεισόδιο פרק الحلقة حلقة قسمت 话 話 集 回 화 회 エピソード",
		countsRunTogether: "cap caps caap capitulado",
		countsParts:       "part pt cd disc disk dvd chapter teil partie parte часть диск",
		countsVolumes:     "vol vols volume volumes",
		countsBroadcast:   "tv тв",
		countsExtras:      "ova ovas oad oads oda ona sp special specials",
	} {
		for w := range wordSet(list) {
			m[w] = kind
		}
	}
	return m
}

// counts is what the word w counts, less its digits and what follows them; at is where those begin, or its length.
func counts(w []byte) (kind counted, at int) {
	if len(w) == 0 || isDigit(w[0]) {
		return countsNothing, 0
	}
	if at = digitAt(w); at == 0 {
		at = len(w)
	}
	stem := w[:at]
	if at < len(w) && at > 3 && w[at-1] == 'o' && w[at-2] == 's' { // SezonSO3
		stem = w[:at-2]
	}
	if !numberSieve.has(stem) {
		return countsNothing, 0
	}
	return numberWords[string(stem)], at
}

// countsAt is what the word at token i counts.
func (p *parser) countsAt(i int) counted {
	if i < 0 || i >= p.n {
		return countsNothing
	}
	kind, at := counts(p.word(i))
	if at < p.width(i) {
		return countsNothing
	}
	return kind
}

// digitAt is where the digits of a word begin, 0 if it has none.
func digitAt(w []byte) int {
	for i, b := range w {
		if isDigit(b) {
			return i
		}
	}
	return 0
}

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

// numberNames are numbers in letters: roman, and spelled out.
var numberNames = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15,
	"un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
	"uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
	"um": 1, "dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10,
	"due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "dieci": 10,
	"eins": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
}

var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
	"prima": 1, "seconda": 2, "terza": 3, "quarta": 4, "quinta": 5, "sesta": 6, "settima": 7, "ottava": 8,
	"primera": 1, "segunda": 2, "tercera": 3, "cuarta": 4, "sexta": 6, "septima": 7, "octava": 8, "primeira": 1, "terceira": 3, "setima": 7, "oitava": 8,
	"premiere": 1, "deuxieme": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8,
	"erste": 1, "zweite": 2, "dritte": 3, "vierte": 4, "funfte": 5, "sechste": 6, "pierwszy": 1, "drugi": 2, "trzeci": 3, "czwarty": 4,
	"первый": 1, "второй": 2, "третий": 3, "четвертый": 4, "пятый": 5, "шестой": 6, "седьмой": 7, "восьмой": 8,
}

// ordinal reads 2, 2nd, 10o, 3й.
func ordinal(w []byte) (int, bool) {
	digits := 0
	for digits < len(w) && isDigit(w[digits]) {
		digits++
	}
	if digits == 0 || digits > 2 {
		return 0, false
	}
	v, ok := atoi(w[:digits])
	return v, ok && (digits == len(w) || ordinalEndings[string(w[digits:])])
}

var ordinalEndings = wordSet("st nd rd th o a ª e er re de te eme ere ieme nde ste ao й я ой ый ий")
