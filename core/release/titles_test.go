package release

import (
	"os"
	"strings"
	"testing"
)

// TestTitlesGroupsAndSitesAreFound reads testdata/titles.txt: a line with a name, then one with its titles, group and site.
// What it wants was written or checked by hand, and is never written anew.
func TestTitlesGroupsAndSitesAreFound(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/titles.txt")
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		want, wanted := strings.CutPrefix(line, "\t")
		if !wanted {
			name = line
			continue
		}
		r := Parse(name)
		if got := whose(&r); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// whose writes the titles, the group and the site of a reading.
func whose(r *Release) string {
	var titles []string
	for _, t := range r.Titles {
		titles = append(titles, t.Text)
	}
	s := strings.Join(titles, " / ")
	if g := r.GroupName(); g != "" {
		s += "; by " + g
	}
	if site := r.SiteName(); site != "" {
		s += "; site " + site
	}
	return s
}

// TestFilesOfReleasesAreRead reads testdata/paths.txt: a line with a path, then one with what is read in it. What it wants was
// checked by hand, and is never written anew.
func TestFilesOfReleasesAreRead(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/paths.txt")
	if err != nil {
		t.Fatal(err)
	}
	path := ""
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		want, wanted := strings.CutPrefix(line, "\t")
		if !wanted {
			path = line
			continue
		}
		if got := describe(ParseFile(path)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", path, got, want)
		}
	}
}
