package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/millrace-media/millrace/sdk"
)

// browser starts a real one, where there is one.
func browser(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		if os.Getenv("MILLRACE_REQUIRE_BROWSER") == "1" {
			t.Fatal("there is no Chromium: apt-get install chromium")
		}
		t.Skip("there is no Chromium; MILLRACE_REQUIRE_BROWSER=1 makes this a failure")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// complaints are what the browser has against a page.
func complaints(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var list []string // guarded by mu
	err := chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError {
				list = append(list, ev.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			list = append(list, ev.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string{}, list...)
	}
}

func TestThePageInABrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	w := setup(t, func(o *Options) { o.Password = "the-password" })
	w.plugged()
	w.found = []sdk.Title{{IDs: sdk.IDs{IMDb: "tt2285752"}, Kind: sdk.Movie, Name: "Tears of Steel", Year: 2012}}
	w.candidates(w.film("tt1727587", "Sintel"))
	server := httptest.NewServer(w.s.Handler())
	t.Cleanup(server.CloseClientConnections)
	said := complaints(t, ctx)
	run := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		bounded, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := chromedp.Do(bounded, actions...); err != nil {
			t.Fatalf("%s: %v; the browser says %v", what, err, said())
		}
	}
	shows := func(selector, text string) chromedp.Action[chromedp.Void] {
		look := chromedp.Evaluate[bool](`(document.querySelector('` + selector + `')?.textContent ?? '').includes('` + text + `')`)
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			for {
				if there, err := look(ctx, t); err == nil && there { // it fails while a page gives way to the next
					return nil
				}
				timer := time.NewTimer(50 * time.Millisecond)
				select {
				case <-ctx.Done():
					return fmt.Errorf("%s does not show %q: %w", selector, text, ctx.Err())
				case <-timer.C:
				}
			}
		})
	}
	click := func(selector string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(selector)) }
	enter := func(selector, text string) chromedp.Action[chromedp.Void] {
		return chromedp.SendKeys(chromedp.CSS(selector), text+"\r")
	}
	agree := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool]("window.confirm = () => true, true")(ctx, t)
		return err
	})
	run("log in", chromedp.Navigate(server.URL+"/"), enter("#password", "the-password"), shows("#items", "Sintel (2010)"), shows("#live", "live"))
	w.film("tt1254207", "Big Buck Bunny")
	run("hear of a new film", shows("#items", "Big Buck Bunny"))
	run("see who watches", shows("#streams", "mpv <b> (process 4711)"))
	w.storage.change()
	run("see another watch", shows("#streams", "vlc (process 4711)"))
	run("add a film", enter("#q", "tears"), click("#found button"), shows("#said", "is wanted now"), shows("#items", "Tears of Steel"))
	run("show a film", click(`#items a[href="/items/1"]`), shows("#releases", "TOO_BIG max_size: 40GiB (wanted 20GiB)"))
	run("explain a release", click(`#releases a[data-explain][href*="size=42949672960"]`), shows("#explained", "by the profile default for Sintel (2010)"),
		shows("#explained", "Set max_size to 40GiB."), click("#explained button"))
	run("pause it", click(`button[data-act="pause"]`), shows("#why", "paused"))
	run("remove it", agree, click(`button[data-remove]`), shows("#items", "Big Buck Bunny"))
	run("explain a name", click(`header a[href="/rank"]`), shows("h1", "Why this release?"),
		chromedp.SendKeys(chromedp.CSS("#name"), "Sintel.2010.1080p.BluRay.x264-GRP"), shows("#result mark.m0", "Sintel"), shows("#result", "Taken"))
	if calls := strings.Join(w.noted(), ";"); !strings.HasSuffix(calls, "pause;remove") {
		t.Errorf("calls %s", calls)
	}
	if list := said(); len(list) > 0 {
		t.Errorf("the browser complains: %v", list)
	}
}
