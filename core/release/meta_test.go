package release

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// changes are what re-posters and sites do to a name without meaning anything by it. A change that does not apply to a name
// gives it back as it is.
var changes = []struct {
	name   string
	change func(string) string
	except func(r *Release, name string) bool // names in which the change has a meaning
}{
	{"dots become spaces", func(s string) string { return reseparate(s, ' ') }, addressed},
	{"dots become underscores", func(s string) string { return reseparate(s, '_') }, addressed},
	{"a site's address stands before it", func(s string) string { return "www.example.org - " + s }, alreadyPosted},
	{"a site's address stands before it in brackets", func(s string) string { return "[www.example.org] " + s }, alreadyPosted},
	{"a site's tag is hung on", func(s string) string { return hangOn(s, "[tag]") }, endsOpen},
	{"a bot's word is hung on", func(s string) string { return hangOn(s, "-Obfuscated") }, endsOpen},
	{"the group is another one", otherGroup, nil},
	{"it is quoted in a post", func(s string) string { return "[01/20] - \"" + s + ".nfo\" yEnc (1/5)" }, containers},
}

// reseparate replaces the dots of a name that has no spaces, but for those within numbers and before the extension.
func reseparate(s string, sep byte) string {
	if strings.ContainsAny(s, " _()[]") || strings.Count(s, ".") < 2 {
		return s
	}
	b := []byte(s)
	for i := 1; i+1 < len(b); i++ {
		if b[i] == '.' && !(isDigit(b[i-1]) && isDigit(b[i+1])) && strings.IndexByte(s[i+1:], '.') >= 0 {
			b[i] = sep
		}
	}
	return string(b)
}

// addressed are names with a site's address, in which the dots belong to it, or with the Internet Archive's ending.
func addressed(r *Release, name string) bool {
	return !r.Site.Empty() || strings.HasSuffix(name, ".ia.mp4")
}

// alreadyPosted are names that have a site or a post around them already, or one bracket.
func alreadyPosted(r *Release, name string) bool {
	return addressed(r, name) || strings.IndexByte(name, '"') >= 0 || name[0] == '[' && name[len(name)-1] == ']' && strings.IndexByte(name, ']') == len(name)-1
}

// endsOpen are names that do not end with a group, so that what is hung on may be one.
func endsOpen(r *Release, name string) bool { return r.Group.Empty() || int(r.Group.Hi) != len(name) }

// containers are names that tell the container, which a post's own file has too, and those that are too short or long for a post.
func containers(r *Release, name string) bool {
	return r.Container != ContainerUnknown || alreadyPosted(r, name) || len(name) < 10 || len(name) > 400
}

func hangOn(s, what string) string { return s + what }

// otherGroup gives the group at the end another name.
func otherGroup(s string) string {
	r := Parse(s)
	if r.Group.Empty() || int(r.Group.Hi) != len(s) || r.Raw != s || s[r.Group.Lo-1] != '-' {
		return s
	}
	return s[:r.Group.Lo] + "QZXV"
}

// TestChangesWithoutMeaningChangeNothing changes every name of the tables in ways that mean nothing, and wants it read the same but
// for the group and the site.
func TestChangesWithoutMeaningChangeNothing(t *testing.T) {
	t.Parallel()
	names := tableNames(t)
	for _, c := range changes {
		tried := 0
		for _, name := range names {
			want := Parse(name)
			if want.Raw != name || c.except != nil && c.except(&want, name) {
				continue
			}
			changed := c.change(name)
			if changed == name {
				continue
			}
			tried++
			got := Parse(changed)
			if g, w := meaning(got), meaning(want); g != w {
				t.Errorf("%s: %s:\n got %s\nwant %s", c.name, changed, g, w)
			}
		}
		if tried < 50 {
			t.Errorf("%s: only %d names were changed, want 50 or more", c.name, tried)
		}
	}
}

// meaning is what a name says, without where it says so and without who made it.
func meaning(r Release) string {
	r.Group, r.Site = Span{}, Span{}
	r.Flags &^= FlagScene
	if r.Container == ContainerText { // that of the post's file
		r.Container = ContainerUnknown
	}
	return describe(r)
}

// TestCaseMeansLittle reads names in small letters. Capitals tell short words apart, so that only what is written out is compared.
func TestCaseMeansLittle(t *testing.T) {
	t.Parallel()
	for _, name := range tableNames(t) {
		want := Parse(name)
		if want.Raw != name || !isASCII(name) {
			continue
		}
		got := Parse(strings.ToLower(name))
		if !slices.Equal(got.Seasons, want.Seasons) || !slices.Equal(got.Episodes, want.Episodes) || got.Year != want.Year || got.Date != want.Date ||
			got.Resolution != want.Resolution || got.Codec != want.Codec {
			t.Errorf("%q in small letters:\n got %s\nwant %s", name, describe(got), describe(want))
		}
	}
}

// tableNames are the names of the tables in testdata.
func tableNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, file := range []string{"testdata/names.txt", "testdata/titles.txt"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
			if !strings.HasPrefix(line, "\t") {
				names = append(names, line)
			}
		}
	}
	f, err := os.Open("testdata/names-a.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var row struct{ Name string }
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(row.Name) {
			names = append(names, row.Name)
		}
	}
	return names
}
