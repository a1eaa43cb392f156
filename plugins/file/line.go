package file

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace-media/millrace/sdk"
)

// maxSeason is the highest number taken for a season; shows that number them by year reach 2100.
const maxSeason = 2100

var (
	imdbID   = regexp.MustCompile(`^tt\d{7,10}$`)
	number   = regexp.MustCompile(`^\d{1,12}$`)
	yearTail = regexp.MustCompile(`^(.+?)\s*\(((?:18|19|20|21)\d\d)\)$`)
	option   = regexp.MustCompile(`^([a-z]+)=(.*)$`)
)

// ParseLine reads one line of a watchlist: a title, an id, a link or a magnet, then options, then a comment. It reports
// ok == false for a line with nothing in it.
func ParseLine(line string) (wish sdk.Request, ok bool, err error) {
	if !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
		return sdk.Request{}, false, errors.New("it is not UTF-8 text")
	}
	words, err := split(line)
	if err != nil || len(words) == 0 {
		return sdk.Request{}, false, err
	}
	words, options := cutOptions(words)
	if len(words) == 0 {
		return sdk.Request{}, false, errors.New("there are options but no title")
	}
	if wish, err = target(words); err != nil {
		return sdk.Request{}, false, err
	}
	for _, o := range options {
		if err := setOption(&wish, o.key, o.value); err != nil {
			return sdk.Request{}, false, err
		}
	}
	if err := check(wish); err != nil {
		return sdk.Request{}, false, err
	}
	wish.Ref, err = ref(wish)
	return wish, err == nil, err
}

// word is a piece of a line between spaces. A quoted one is taken literally.
type word struct {
	text   string
	quoted bool
}

type pair struct{ key, value string }

// split cuts a line into words and drops the comment: a '#' that starts a word. Quotes hold spaces together, also within a
// word as in profile="Best of all"; they must be at the word's start or follow a '='.
func split(line string) ([]word, error) {
	var words []word
	rest := strings.TrimSpace(line)
	for rest != "" && rest[0] != '#' {
		w, after, err := next(rest)
		if err != nil {
			return nil, err
		}
		words = append(words, w)
		rest = strings.TrimLeftFunc(after, unicode.IsSpace)
	}
	return words, nil
}

func next(s string) (w word, rest string, err error) {
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	open := strings.IndexByte(s[:end], '"')
	if open < 0 || open > 0 && !option.MatchString(s[:open]) {
		return word{text: s[:end]}, s[end:], nil
	}
	length := strings.IndexByte(s[open+1:], '"')
	if length < 0 {
		return word{}, "", errors.New("a quote is not closed")
	}
	closing := open + 1 + length
	return word{text: s[:open] + s[open+1:closing], quoted: open == 0}, s[closing+1:], nil
}

// cutOptions takes the options off the end of a line.
func cutOptions(words []word) ([]word, []pair) {
	var options []pair
	for len(words) > 0 {
		last := words[len(words)-1]
		m := option.FindStringSubmatch(last.text)
		if m == nil || last.quoted {
			break
		}
		options = append(options, pair{m[1], m[2]})
		words = words[:len(words)-1]
	}
	slices.Reverse(options)
	return words, options
}

// target reads what is wanted.
func target(words []word) (sdk.Request, error) {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	text := strings.Join(texts, " ")
	if words[0].quoted {
		return named(text)
	}
	lower := strings.ToLower(text)
	switch {
	case len(words) > 1:
		return named(text)
	case strings.HasPrefix(lower, "magnet:"):
		return magnet(text)
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return link(text)
	case imdbID.MatchString(lower):
		return sdk.Request{IDs: sdk.IDs{IMDb: lower}}, nil
	}
	if wish, ok, err := prefixed(lower); ok {
		return wish, err
	}
	return named(text)
}

// named reads a title as people write it, with the year in brackets where it is known.
func named(text string) (sdk.Request, error) {
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return sdk.Request{}, fmt.Errorf("%s is no title", quoteShort(text))
	}
	if m := yearTail.FindStringSubmatch(text); m != nil {
		year, err := strconv.Atoi(m[2])
		return sdk.Request{Name: m[1], Year: year}, err
	}
	return sdk.Request{Name: text}, nil
}

// prefixed reads an id with its catalogue's name: tvdb:121361, tmdb:movie:603, imdb:tt0133093.
func prefixed(text string) (wish sdk.Request, ok bool, err error) {
	parts := strings.Split(text, ":")
	if !slices.Contains(sdk.Namespaces(), parts[0]) || len(parts) < 2 {
		return sdk.Request{}, false, nil
	}
	if len(parts) == 3 {
		if wish.Kind, err = kind(parts[1]); err != nil {
			return sdk.Request{}, true, err
		}
	}
	id := parts[len(parts)-1]
	if len(parts) > 3 || !validID(parts[0], id) {
		return sdk.Request{}, true, fmt.Errorf("%s is not an id: write %s", quoteShort(text), example(parts[0]))
	}
	if wish.Kind == "" && parts[0] == "tvdb" {
		wish.Kind = sdk.Show // TheTVDB has films too, under numbers of their own; kind=movie says so
	}
	wish.Set(parts[0], id)
	return wish, true, nil
}

func validID(namespace, id string) bool {
	if namespace == "imdb" {
		return imdbID.MatchString(id)
	}
	return number.MatchString(id)
}

func example(namespace string) string {
	switch namespace {
	case "imdb":
		return "imdb:tt0133093"
	case "tmdb", "trakt":
		return namespace + ":movie:603 or " + namespace + ":show:1399"
	}
	return namespace + ":121361"
}

func kind(s string) (sdk.TitleKind, error) {
	switch strings.ToLower(s) {
	case "movie", "movies", "film":
		return sdk.Movie, nil
	case "show", "shows", "tv", "series":
		return sdk.Show, nil
	}
	return "", fmt.Errorf("%s is no kind of title: write movie or show", quoteShort(s))
}

func setOption(wish *sdk.Request, key, value string) (err error) {
	if value == "" {
		return fmt.Errorf("the option %s has no value", key)
	}
	switch key {
	case "seasons", "season":
		wish.Seasons, err = seasons(value)
	case "kind":
		wish.Kind, err = kind(value)
	case "profile":
		wish.Profile = value
	case "person":
		wish.Person = value
	default:
		err = fmt.Errorf("%s is no option: there are seasons, kind, profile and person (a title with '=' goes in quotes)", quoteShort(key))
	}
	return err
}

// seasons reads "1,2" and "1-3,5".
func seasons(text string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(text, ",") {
		low, high, ranged := strings.Cut(part, "-")
		if !ranged {
			high = low
		}
		from, err1 := strconv.Atoi(strings.TrimSpace(low))
		to, err2 := strconv.Atoi(strings.TrimSpace(high))
		if err := errors.Join(err1, err2); err != nil || from < 0 || to < from || to > maxSeason || to-from > 200 {
			return nil, fmt.Errorf("%s are no seasons: write 1,2 or 1-3", quoteShort(text))
		}
		for n := from; n <= to; n++ {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// check refuses what contradicts itself or leaves open what is meant.
func check(wish sdk.Request) error {
	ambiguous := wish.IMDb == "" && (wish.TMDB != "" || wish.Trakt != "")
	switch {
	case wish.IDs.IsZero() && wish.Magnet == "" && strings.TrimSpace(wish.Name) == "":
		return errors.New("it names nothing")
	case ambiguous && wish.Kind == "":
		return errors.New("films and shows are numbered apart there: add kind=movie or kind=show")
	case len(wish.Seasons) > 0 && wish.Kind == sdk.Movie:
		return errors.New("a film has no seasons")
	}
	return nil
}

// ref names a wish by what it says, so that spacing, comments, the way it is written and the place in the file do not
// matter.
func ref(wish sdk.Request) (string, error) {
	text, err := json.Marshal(wish)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12]), nil
}
