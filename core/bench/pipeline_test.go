package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
)

// requested is how many films are asked for at once.
const requested = 600

// free lets every plugin call as often as it likes: the services are ours.
const free = "\n  limit = \"100000/s\"\n}\n"

// blocks is the configuration of the plugins that a film needs: real ones, at the services of the world.
func (w *world) blocks(more string) string {
	return `source "overseerr" {` + "\n  every = \"1h\"\n" + fmt.Sprintf("  url = %q\n  api_key = \"key\"", w.url+"/overseerr") + free +
		"source \"list\" {\n  plugin = \"file\"\n  path = \"list.txt\"\n  every = \"1s\"\n}\n" +
		`metadata "cinemeta" {` + fmt.Sprintf("\n  url = %q", w.url+"/cinemeta") + free +
		`scraper "indexer" {` + fmt.Sprintf("\n  plugin = \"torznab\"\n  url = %q", w.url+"/torznab") + free +
		`debrid "realdebrid" {` + fmt.Sprintf("\n  url = %q\n  token = \"token\"", w.url+"/debrid") + free + more
}

// BenchmarkRequestToFile asks for films all at once and waits until each has its place in the tree, which is looked at through
// the mount where there is FUSE. Then it asks for one more, alone.
func BenchmarkRequestToFile(b *testing.B) {
	for _, found := range []int{1, 40} {
		b.Run(fmt.Sprintf("sqlite/found=%d", found), func(b *testing.B) {
			requestToFile(b, found, "", func(dir string) db.Options { return db.Options{Path: filepath.Join(dir, "data", "millrace.db")} })
		})
		b.Run(fmt.Sprintf("postgres/found=%d", found), func(b *testing.B) {
			o := dbtest.Postgres(b)
			requestToFile(b, found, fmt.Sprintf("database { url = %q }\n", o.URL), func(string) db.Options { return o })
		})
	}
}

// requestToFile measures with an indexer that finds so many releases of each film.
func requestToFile(b *testing.B, found int, more string, open func(dir string) db.Options) {
	w := newWorld(b, requested, found)
	dir := folder(b)
	list := filepath.Join(dir, "list.txt")
	if err := os.WriteFile(list, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	d := serve(b, dir, w.blocks(more))
	library := dbtest.Open(b, open(dir))
	took := d.waitPlaced(library, requested).Sub(w.start())
	d.waitMounted(requested)
	d.poll("the source to be told of every film", w.told)
	b.ReportMetric(float64(requested)/took.Minutes(), "items/min")
	b.ReportMetric(float64(d.cpu().Milliseconds())/requested, "cpu-ms/item")
	if err := os.WriteFile(list, []byte(w.all[requested].imdb()+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	d.waitPlaced(library, requested+1)
	b.ReportMetric(float64(alone(b, library).Milliseconds()), "alone-ms")
	b.ReportMetric(0, "ns/op")
}

// placedWithin is how long all may take.
const placedWithin = 3 * time.Minute

// waitPlaced waits until n paths are placed, and gives when the last one was.
func (d *daemon) waitPlaced(library *db.DB, n int) time.Time {
	d.b.Helper()
	var at db.Cursor
	var last time.Time
	seen := 0
	d.poll(fmt.Sprintf("%d files", n), func() bool {
		events, err := library.EventsAfter(d.b.Context(), at, 10_000)
		if err != nil {
			d.b.Fatal(err)
		}
		for _, e := range events {
			at = e.Cursor
			if e.Name == db.EventPlaced {
				seen, last = seen+1, e.At
			}
		}
		return seen >= n
	})
	return last
}

// waitMounted waits until the folders of n films are seen through the kernel, where there is a mount.
func (d *daemon) waitMounted(n int) {
	d.b.Helper()
	if !hasFUSE() {
		return
	}
	d.poll(fmt.Sprintf("%d folders in the mount", n), func() bool {
		films, err := os.ReadDir(filepath.Join(d.mount(), "movies"))
		return err == nil && len(films) == n
	})
}

// poll looks ten times a second until something is so.
func (d *daemon) poll(what string, so func() bool) {
	d.b.Helper()
	tick, end := time.NewTicker(100*time.Millisecond), time.After(placedWithin)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case err := <-d.exited:
			d.exited <- err
			d.b.Fatalf("the daemon ended: %v\n%s", err, d.log.String())
		case <-end:
			d.b.Fatalf("waited in vain for %s:\n%s", what, d.log.String())
		}
	}
}

// alone is how long the last film took, from the commit of the request to that of its place.
func alone(b *testing.B, library *db.DB) time.Duration {
	b.Helper()
	events, err := library.Events(b.Context(), db.EventFilter{Limit: 100})
	if err != nil {
		b.Fatal(err)
	}
	var placed time.Time
	for _, e := range events { // newest first
		switch {
		case e.Name == db.EventPlaced && placed.IsZero():
			placed = e.At
		case e.Name == db.EventAdded:
			return placed.Sub(e.At)
		}
	}
	b.Fatal("the request is not in the log")
	return 0
}
