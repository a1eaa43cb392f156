package torznab_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/torznab"
)

const (
	hash   = "0123456789abcdef0123456789abcdef01234567"
	magnet = "magnet:?xt=urn:btih:" + hash + "&dn=x"
)

// rss wraps items in a feed.
func rss(items string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
		xmlns:torznab="http://torznab.com/schemas/2015/feed"><channel><title>Feed</title>` + items + `</channel></rss>`
}

func parse(t *testing.T, text string) torznab.Feed {
	t.Helper()
	base, _ := url.Parse("https://indexer.example/api?t=search")
	f, err := torznab.Parse([]byte(text), base)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParseReadsEveryField(t *testing.T) {
	t.Parallel()
	got := parse(t, rss(`<newznab:response offset="20" total="40"/><item>
		<title>A &amp; B&nbsp;<![CDATA[<1080p>]]></title>
		<guid isPermaLink="false">id-1</guid>
		<jackettindexer id="idx">The Indexer</jackettindexer>
		<type>private</type>
		<atom:link rel="self"/>
		<link>dl/1.torrent?key=a&amp;b=c</link>
		<comments>/details/1</comments>
		<pubDate>Sat, 14 Mar 2015 17:10:42 -0400</pubDate>
		<size>1234</size>
		<category>2000</category><category>Movies &gt; HD</category>
		<enclosure url="dl/1.torrent?key=a&amp;b=c" length="99" type="application/x-bittorrent"/>
		<torznab:attr name="category" value="2040"/><torznab:attr name="Seeders" value=" 7 "/>
		<torznab:attr name="tag" value="a"/><torznab:attr name="tag" value="b"/>
	</item>`))
	const link = "https://indexer.example/dl/1.torrent?key=a&b=c"
	want := torznab.Feed{Title: "Feed", Offset: 20, Total: 40, Items: []torznab.Item{{
		Title: "A & B <1080p>", GUID: "id-1", Link: link, Comments: "https://indexer.example/details/1",
		Published: time.Date(2015, 3, 14, 21, 10, 42, 0, time.UTC), Size: 1234, Category: []int{2000, 2040},
		Enclosure: torznab.Enclosure{URL: link, Length: 99, Type: "application/x-bittorrent"},
		Indexer:   "The Indexer", Type: "private",
		Attrs: map[string][]string{"category": {"2040"}, "seeders": {"7"}, "tag": {"a", "b"}},
	}}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
}

func TestItem(t *testing.T) {
	t.Parallel()
	type facts struct {
		Hash, Magnet, Torrent, IMDb, TMDB string
		Seeders, Leechers                 int
		Size                              int64
		Private                           bool
	}
	tests := map[string]struct {
		item string
		want facts
	}{
		"takes the hash from the attribute": {
			`<torznab:attr name="infohash" value="0123456789ABCDEF0123456789ABCDEF01234567"/>`,
			facts{Hash: hash, Seeders: -1, Leechers: -1},
		},
		"takes the hash from a magnet in base 32": {
			`<torznab:attr name="magneturl" value="magnet:?xt=urn:btih:VU2QYN66WU7FTPXSG3TFDRXW6KTEBPBF"/>`,
			facts{Hash: "ad350c37deb53e59bef236e651c6f6f2a640bc25", Magnet: "magnet:?xt=urn:btih:VU2QYN66WU7FTPXSG3TFDRXW6KTEBPBF", Seeders: -1, Leechers: -1},
		},
		"finds a magnet in the link": {
			`<link>` + strings.ReplaceAll(magnet, "&", "&amp;") + `</link>`, facts{Hash: hash, Magnet: magnet, Seeders: -1, Leechers: -1},
		},
		"finds a magnet in the enclosure": {
			`<enclosure url="` + strings.ReplaceAll(magnet, "&", "&amp;") + `" length="5" type="application/x-bittorrent"/>`,
			facts{Hash: hash, Magnet: magnet, Size: 5, Seeders: -1, Leechers: -1},
		},
		"does not take a broken hash": {
			`<torznab:attr name="infohash" value="xyz"/>`, facts{Seeders: -1, Leechers: -1},
		},
		"takes a link for the .torrent where there is no enclosure": {
			`<link>https://x.example/1</link>`, facts{Torrent: "https://x.example/1", Seeders: -1, Leechers: -1},
		},
		"does not take a page for the .torrent": {
			`<link>https://x.example/1</link><comments>https://x.example/1</comments>`, facts{Seeders: -1, Leechers: -1},
		},
		"does not take an nzb for the .torrent": {
			`<enclosure url="https://x.example/1.nzb" type="application/x-nzb"/>`, facts{Seeders: -1, Leechers: -1},
		},
		"counts leechers as peers without seeders": {
			`<torznab:attr name="seeders" value="7"/><torznab:attr name="peers" value="10"/>`, facts{Seeders: 7, Leechers: 3},
		},
		"counts no negative leechers": {
			`<torznab:attr name="seeders" value="7"/><torznab:attr name="peers" value="3"/>`, facts{Seeders: 7, Leechers: 0},
		},
		"reads an IMDb id without its prefix": {
			`<torznab:attr name="imdb" value="12345"/>`, facts{IMDb: "tt0012345", Seeders: -1, Leechers: -1},
		},
		"takes ids of zero for unknown": {
			`<torznab:attr name="imdb" value="0"/><torznab:attr name="tmdbid" value="0"/>`, facts{Seeders: -1, Leechers: -1},
		},
		"prefers the size attribute": {
			`<size>1.5 GB</size><torznab:attr name="size" value="5"/><torznab:attr name="tmdbid" value="42"/>`,
			facts{Size: 5, TMDB: "42", Seeders: -1, Leechers: -1},
		},
		"reads a size with a unit": {`<size>1.5 GB</size>`, facts{Size: 15e8, Seeders: -1, Leechers: -1}},
		"is private where a ratio is asked for": {
			`<torznab:attr name="minimumratio" value="1"/>`, facts{Private: true, Seeders: -1, Leechers: -1},
		},
		"is private where Prowlarr says so": {
			`<prowlarrindexer id="2" type="private">Mock</prowlarrindexer>`, facts{Private: true, Seeders: -1, Leechers: -1},
		},
		"is public where it says so": {
			`<type>public</type><torznab:attr name="minimumseedtime" value="100"/>`, facts{Seeders: -1, Leechers: -1},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := parse(t, rss("<item><title>x</title>"+tt.item+"</item>")).Items[0]
			got := facts{i.Hash(), i.Magnet(), i.Torrent(), i.IMDb(), i.Number("tmdbid"), i.Seeders(), i.Leechers(), i.Size, i.Private()}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want sdk.Kind
	}{
		"nothing":                {"", sdk.Unavailable},
		"a web page":             {"<!DOCTYPE html><html><body>Blocked<br></body></html>", sdk.Unavailable},
		"text":                   {"Jackett is starting", sdk.Unavailable},
		"a feed that breaks off": {rss("<item><title>x</title>")[:150], sdk.Unavailable},
		"caps":                   {"<caps/>", sdk.Unavailable},
		"a wrong key":            {`<error code="100" description="Incorrect user credentials"/>`, sdk.Denied},
		"a wrong key with a mark": {
			"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\" ?> \n<error code=\"100\" description=\"Incorrect user credentials\"/>", sdk.Denied,
		},
		"a bad parameter":     {`<error code="201" description="x"/>`, sdk.Invalid},
		"an unknown function": {`<error code="202" description="x"/>`, sdk.Invalid},
		"no such item":        {`<error code="300" description="x"/>`, sdk.NotFound},
		"a limit":             {`<error code="500" description="x"/>`, sdk.Limited},
		"a limit by status":   {`<error code="429" description="x"/>`, sdk.Limited},
		"a disabled API":      {`<error code="910" description="x"/>`, sdk.Unavailable},
		"an unknown error":    {`<error code="900" description="x"/>`, sdk.Other},
		"an error of words":   {`<error description="x"/>`, sdk.Other},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := torznab.Parse([]byte(tt.text), nil)
			if got := sdk.KindOf(err); got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

func TestParseCaps(t *testing.T) {
	t.Parallel()
	got, err := torznab.ParseCaps([]byte(`<caps><server version="1.3" title="S &amp; Co"/><limits max="100" default="50"/><searching>
		<search available="yes"/><tv-search available="yes" supportedParams="q,season, ep,tvdbid"/><movie-search available="no" supportedParams="q"/>
		</searching><categories><category id="5000" name="TV"><subcat id="5040" name="HD"/></category><category id="x" name="odd"/></categories></caps>`))
	want := torznab.Caps{
		Title: "S & Co", Version: "1.3", Max: 100, Default: 50,
		Search:     torznab.Function{Available: true, Params: []string{"q"}},
		TV:         torznab.Function{Available: true, Params: []string{"q", "season", "ep", "tvdbid"}},
		Categories: []torznab.Category{{ID: 5000, Name: "TV", Subs: []torznab.Category{{ID: 5040, Name: "HD"}}}},
	}
	if diff := cmp.Diff(got, want); diff != "" || err != nil {
		t.Errorf("%v, got -, want +:\n%s", err, diff)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	caps := torznab.Caps{
		Title: "A <&> B", Version: "1.3", Max: 100, Default: 50,
		Search: torznab.Function{Available: true, Params: []string{"q"}},
		Movie:  torznab.Function{Available: true, Params: []string{"q", "imdbid"}},
		Categories: []torznab.Category{
			{ID: 2000, Name: "Movies", Subs: []torznab.Category{{ID: 2040, Name: "Movies/HD"}}}, {ID: 5000, Name: "TV"},
		},
	}
	data, err := caps.Encode()
	if err != nil {
		t.Fatal(err)
	}
	readCaps, err := torznab.ParseCaps(data)
	if diff := cmp.Diff(readCaps, caps); diff != "" || err != nil {
		t.Errorf("caps: %v, got -, want +:\n%s", err, diff)
	}
	feed := torznab.Feed{Title: "Mine", Offset: 10, Total: 12, Items: []torznab.Item{{
		Title: "A & <B> ]]> é", GUID: "https://x.example/1", Link: "https://x.example/1.torrent?a=1&b=2", Comments: "https://x.example/1",
		Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Size: 42, Category: []int{2000, 2040}, Indexer: "X", Type: "public",
		Enclosure: torznab.Enclosure{URL: magnet, Length: 42, Type: "application/x-bittorrent"},
		Attrs:     map[string][]string{"category": {"2000", "2040"}, "infohash": {hash}, "tag": {"a", "b"}},
	}}}
	if data, err = feed.Encode(); err != nil {
		t.Fatal(err)
	}
	readFeed, err := torznab.Parse(data, nil)
	if diff := cmp.Diff(readFeed, feed); diff != "" || err != nil {
		t.Errorf("feed: %v, got -, want +:\n%s\n%s", err, diff, data)
	}
	if data, err = torznab.EncodeError(100, `no "key"`); err != nil {
		t.Fatal(err)
	}
	if _, err := torznab.Parse(data, nil); sdk.KindOf(err) != sdk.Denied {
		t.Errorf("error: got %v", err)
	}
}

// TestReferenceFeeds reads the feeds of real indexers, which are not ours to ship.
func TestReferenceFeeds(t *testing.T) {
	t.Parallel()
	root := os.Getenv("MILLRACE_REFERENCE")
	if root == "" {
		t.Skip("MILLRACE_REFERENCE does not name the folder of reference material")
	}
	files, err := filepath.Glob(filepath.Join(root, "contracts", "torznab", "*", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no feeds below %s: %v", root, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case strings.Contains(file, "unauthorized"):
				if _, err := torznab.Parse(data, nil); sdk.KindOf(err) != sdk.Denied {
					t.Errorf("got %v, want Denied", err)
				}
			case strings.Contains(file, "caps"):
				c, err := torznab.ParseCaps(data)
				if err != nil || !c.Search.Supports("q") || len(c.Categories) == 0 {
					t.Errorf("got %+v, %v", c, err)
				}
			default:
				checkReference(t, data)
			}
		})
	}
}

func checkReference(t *testing.T, data []byte) {
	t.Helper()
	feed, err := torznab.Parse(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(feed.Items), len(regexp.MustCompile(`<item>`).FindAll(data, -1)); got != want {
		t.Errorf("got %d items, want %d", got, want)
	}
	hashes := regexp.MustCompile(`name="infohash" value="[0-9a-fA-F]{32,40}"`).FindAll(data, -1)
	found := 0
	for _, i := range feed.Items {
		if i.Hash() != "" {
			found++
		}
		if i.Published.IsZero() && strings.Contains(string(data), "<pubDate>") {
			t.Errorf("%s has no date", i.Title)
		}
	}
	if found < len(hashes) {
		t.Errorf("got %d hashes of %d", found, len(hashes))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		rss(`<item><title>x</title><link>` + magnet + `</link><size>5</size></item>`), `<error code="100" description="x"/>`, "<html>", "",
		`<caps><searching><search available="yes"/></searching></caps>`, "\xff\xfe<\x00", "<rss><channel><item><title>&nbsp;&#0;",
	} {
		f.Add([]byte(s))
	}
	base, _ := url.Parse("https://x.example/api")
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = torznab.ParseCaps(data) // must not panic
		feed, err := torznab.Parse(data, base)
		if err != nil {
			return
		}
		for _, i := range feed.Items {
			if h := i.Hash(); h != "" && !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(h) || i.Size < 0 || i.Seeders() < -1 || i.Leechers() < -1 || i.Title == "" {
				t.Errorf("an insane item: %+v", i)
			}
		}
		out, err := feed.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := torznab.Parse(out, nil)
		if err != nil || len(again.Items) != len(feed.Items) {
			t.Errorf("%d items became %d (%v):\n%s", len(feed.Items), len(again.Items), err, out)
		}
	})
}
