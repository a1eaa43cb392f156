package e2e

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func TestLineAddedToTheWatchlistIsFetched(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	list := "source \"watchlist\" {\n  plugin = \"file\"\n  path = \"watchlist.txt\"\n  every = \"1s\"\n}\n"
	d := s.daemon("a", list, s.cinemeta(), s.torznab(), s.realdebrid())
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(s.path("a/watchlist.txt"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# films\n" + world.BigBuckBunny + "\n")
	d.run()
	d.ready()
	d.waitTree(bunnyPath)
	write("# films\n" + world.BigBuckBunny + "\nSintel (2010)\n")
	d.waitTree(bunnyPath, sintelPath)
	d.plays(map[string]string{bunnyPath: bunnyFile, sintelPath: sintelFile})
}

func TestWebhookHasARequestTakenAtOnce(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(s.overseerr(`hook_secret = "knock knock"`, `every = "12h"`), s.cinemeta(), s.torznab(), s.realdebrid())
	var page web.PluginPage
	d.must(http.MethodGet, "/plugins", &page)
	hook := ""
	for _, p := range page.Plugins {
		for _, in := range p.Instances {
			if in.Name == "overseerr" {
				hook = in.Hook
			}
		}
	}
	if hook == "" {
		t.Fatalf("overseerr has no hook: %+v", page)
	}
	// The address is told as clients are configured to reach the daemon; the port of this one was the system's choice.
	u, err := url.Parse(hook)
	if err != nil {
		t.Fatal(err)
	}
	u.Scheme, u.Host = "http", d.address
	hook = u.String()
	s.wait("the first look at the request list", func() bool { return len(s.world.Calls("overseerr")) > 0 })
	r := s.want(world.Sintel)
	for _, tt := range []struct {
		name, url, secret string
		ok                bool
	}{
		{"takes nothing at another address", strings.TrimRight(hook, "/") + "0", "knock knock", false},
		{"takes nothing without the secret", hook, "who is there", false},
		{"takes a request", hook, "knock knock", true},
	} {
		status, err := s.world.Notify(t.Context(), r.ID, world.Webhook{URL: tt.url, Authorization: tt.secret})
		if err != nil || (status < 300) != tt.ok {
			t.Errorf("the hook %s: answered %d, %v", tt.name, status, err)
		}
		if _, known := d.states()[world.Sintel]; known != tt.ok {
			t.Errorf("the hook %s: the film is wanted: %t", tt.name, known)
		}
	}
	d.waitTree(sintelPath)
}
