package mount

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs/vfstest"
)

// ailment is what may be wrong with the server of a provider.
type ailment struct {
	name  string
	reply func(s *vfstest.Server, a vfstest.Ask) vfstest.Reply
}

func always(r vfstest.Reply) func(*vfstest.Server, vfstest.Ask) vfstest.Reply {
	return func(*vfstest.Server, vfstest.Ask) vfstest.Reply { return r }
}

// slowness is no failure: the bytes come.
var slowness = []ailment{
	{"it is slow to answer", always(vfstest.Reply{Delay: 30 * time.Millisecond})},
	{"it is slow to send", always(vfstest.Reply{Rate: 4 << 20})},
	{"it redirects to where the file is", func(s *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		if strings.HasPrefix(a.Link, "moved/") {
			return vfstest.Reply{}
		}
		return vfstest.Reply{Redirect: s.URL(a.ContentID, a.Size, "moved/"+a.Link)}
	}},
}

// failures bring no bytes, or wrong ones.
var failures = []ailment{
	{"401", always(vfstest.Reply{Status: 401})},
	{"403", always(vfstest.Reply{Status: 403})},
	{"404", always(vfstest.Reply{Status: 404})},
	{"410", always(vfstest.Reply{Status: 410})},
	{"416", always(vfstest.Reply{Status: 416})},
	{"429", always(vfstest.Reply{Status: 429, RetryAfter: "1"})},
	{"500", always(vfstest.Reply{Status: 500})},
	{"502", always(vfstest.Reply{Status: 502})},
	{"503", always(vfstest.Reply{Status: 503})},
	{"the whole file", always(vfstest.Reply{Whole: true})},
	{"another range", always(vfstest.Reply{Shift: 4096})},
	{"a range that it does not name", always(vfstest.Reply{ContentRange: "-"})},
	{"a false range", always(vfstest.Reply{ContentRange: "bytes 0-99/100"})},
	{"nonsense for a range", always(vfstest.Reply{ContentRange: "bytes few-many/all"})},
	{"a longer file", func(_ *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		return vfstest.Reply{As: "other", Size: a.Size + 5000}
	}},
	{"a shorter file", func(_ *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		return vfstest.Reply{As: "other", Size: a.Size - 1}
	}},
	{"a body that ends at once", always(vfstest.Reply{Cut: true})},
	{"a body that ends early", func(_ *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		return vfstest.Reply{Cut: true, After: min(100, a.Len-1)}
	}},
	{"a reset", always(vfstest.Reply{Reset: true})},
	{"a reset in the body", func(_ *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		return vfstest.Reply{Reset: true, After: min(1000, a.Len-1)}
	}},
	{"a circle", func(s *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		return vfstest.Reply{Redirect: s.URL(a.ContentID, a.Size, a.Link)}
	}},
	{"a redirect to nowhere", always(vfstest.Reply{Redirect: "http://127.0.0.1:1/" + secret})},
	{"silence", always(vfstest.Reply{Hang: true})},
	{"silence in the body", func(_ *vfstest.Server, a vfstest.Ask) vfstest.Reply {
		return vfstest.Reply{Stall: true, After: min(100, a.Len-1)}
	}},
}

// some are the failures to test with: all, or a few where the race detector makes a test slow and is what it is for.
func some() (ls []ailment) {
	if !testing.Short() {
		return failures
	}
	for i := 0; i < len(failures); i += 6 {
		ls = append(ls, failures[i])
	}
	return ls
}

// someDoors are all of them, or two; see some.
func someDoors() []door {
	if testing.Short() {
		return doors[1:3]
	}
	return doors
}

// suffer has the links of an account fail, from request to request as when says.
func (f *fabric) suffer(account string, l ailment, when func(n int) bool) {
	n := 0 // of the account's requests; calls of a script do not overlap
	f.server.Script(func(a vfstest.Ask) vfstest.Reply {
		if !strings.HasPrefix(strings.TrimPrefix(a.Link, "moved/"), account+"/") {
			return vfstest.Reply{}
		}
		n++
		if !when(n) {
			return vfstest.Reply{}
		}
		return l.reply(f.server, a)
	})
}

func ever(int) bool    { return true }
func first(n int) bool { return n == 1 }

// few is a storm that does not take long when each request does.
func (f *fabric) few(seed uint64) vfstest.Storm {
	return vfstest.Storm{Files: f.files, Readers: 4, Reads: 6, Seed: seed}
}

func TestReadersDoNotNoticeASlowProvider(t *testing.T) {
	t.Parallel()
	for _, l := range slowness {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			f := weave(t, impatient(t.TempDir()), "a")
			f.suffer("a", l, ever)
			f.few(vfstest.Seed(t)).Run(t, doors[1].open(t, f.fs))
		})
	}
}

func TestReadersDoNotNoticeAFailureThatHappensOnce(t *testing.T) {
	t.Parallel()
	for _, l := range some() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			f := weave(t, impatient(""), "a")
			f.suffer("a", l, first)
			f.few(vfstest.Seed(t)).Run(t, doors[2].open(t, f.fs))
		})
	}
}

func TestReadersDoNotNoticeAProviderThatFailsBesideOneThatDoesNot(t *testing.T) {
	t.Parallel()
	for _, l := range some() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			f := weave(t, impatient(t.TempDir()), "a", "b")
			f.suffer("a", l, ever)
			f.few(vfstest.Seed(t)).Run(t, doors[1].open(t, f.fs))
		})
	}
}

func TestReadersAreToldWhenEveryProviderFails(t *testing.T) {
	t.Parallel()
	for _, l := range some() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			o := impatient("")
			o.ReadTimeout = time.Second
			f := weave(t, o, "a")
			r := doors[0].open(t, f.fs)
			f.suffer("a", l, ever)
			s := f.few(vfstest.Seed(t))
			s.Reads, s.Allow = 1, returned
			if toll := s.Run(t, r); toll.Bad == 0 {
				t.Error("nobody was told")
			}
			f.server.Script(nil)
			vfstest.Eventually(t, "the file can be read again", func() bool {
				return readable(r, f.files[0])
			})
			f.serve(impatient("")) // one with more patience for a machine that is busy
			f.few(vfstest.Seed(t)).Run(t, doors[0].open(t, f.fs))
		})
	}
}

// returned allows any error but that a call did not return.
func returned(err error) bool { return !errors.Is(err, vfstest.ErrHang) }

func readable(r vfstest.Holder, file vfstest.File) bool {
	h, err := r.Hold(file.Path, r.Ways()[0])
	if err != nil {
		return false
	}
	defer h.Close()
	_, err = h.ReadAt(0, 1000)
	return err == nil
}

// TestAFileThatChangesUnderItsLink has a provider put other bytes of the same size under a link that served the right ones.
func TestAFileThatChangesUnderItsLink(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		accounts []string
		changed  func(link string) bool
	}{
		{"and is right under the next", []string{"a"}, func(link string) bool { return strings.HasPrefix(link, "a/1/") }},
		{"and is right at another provider", []string{"a", "b"}, func(link string) bool { return strings.HasPrefix(link, "a/") }},
	} {
		for _, d := range someDoors() {
			t.Run(tt.name+" "+d.name, func(t *testing.T) {
				t.Parallel()
				f := weave(t, impatient(t.TempDir()), tt.accounts...)
				f.files = f.files[:1]
				r := d.open(t, f.fs)
				if !readable(r, f.files[0]) {
					t.Fatal("the file cannot be read")
				}
				f.server.Script(func(a vfstest.Ask) vfstest.Reply {
					if tt.changed(a.Link) {
						return vfstest.Reply{As: "other", Size: a.Size}
					}
					return vfstest.Reply{}
				})
				f.few(vfstest.Seed(t)).Run(t, r)
			})
		}
	}
}

// troubles are failures that are over soon, for storms in which many happen.
func troubles() (ls []ailment) {
	for _, l := range failures {
		if l.name != "429" && !strings.HasPrefix(l.name, "silence") {
			ls = append(ls, l)
		}
	}
	return append(ls, slowness[:2]...)
}

// TestAStormOfFailures has every kind of reader read while every fourth request to one of two providers fails, each in
// another way.
func TestAStormOfFailures(t *testing.T) {
	t.Parallel()
	for _, d := range someDoors() {
		for _, dir := range []string{"", "disk"} {
			t.Run(strings.TrimSpace(d.name+" "+dir), func(t *testing.T) {
				t.Parallel()
				if dir != "" {
					dir = t.TempDir()
				}
				f := weave(t, impatient(dir), "a", "b")
				seed := vfstest.Seed(t)
				f.rage(seed, "a/")
				vfstest.Storm{Files: f.files, Seed: seed}.Run(t, d.open(t, f.fs))
				f.rage(seed+1, "")
				vfstest.Storm{Files: f.files, Seed: seed + 1, Allow: returned}.Run(t, d.open(t, f.fs))
			})
		}
	}
}

// rage has every fourth request for links with a prefix fail.
func (f *fabric) rage(seed uint64, links string) {
	rnd := rand.New(rand.NewPCG(seed, 77))
	ls := troubles()
	f.server.Script(func(a vfstest.Ask) vfstest.Reply {
		if !strings.HasPrefix(a.Link, links) || rnd.IntN(4) > 0 {
			return vfstest.Reply{}
		}
		return ls[rnd.IntN(len(ls))].reply(f.server, a)
	})
}
