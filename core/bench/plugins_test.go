package bench

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk/host"
)

// everyPlugin has each of ours, and one of them twice: ten instances, at addresses where nobody answers.
const everyPlugin = `
source "overseerr" {
  url     = "http://127.0.0.1:9/"
  api_key = "key"
  every   = "1h"
}
source "list" {
  plugin = "file"
  path   = "list.txt"
  every  = "1h"
}
metadata "cinemeta" {
  url = "http://127.0.0.1:9/"
}
scraper "archive" {
  url = "http://127.0.0.1:9/"
}
scraper "one" {
  plugin = "torznab"
  url    = "http://127.0.0.1:9/"
}
scraper "two" {
  plugin = "torznab"
  url    = "http://127.0.0.1:9/2"
}
debrid "realdebrid" {
  url   = "http://127.0.0.1:9/"
  token = "token"
}
debrid "bittorrent" {
  dht  = false
  from = ["archive"]
}
updater "jellyfin" {
  url     = "http://127.0.0.1:9/"
  api_key = "key"
}
updater "plex" {
  url   = "http://127.0.0.1:9/"
  token = "token"
}
`

// BenchmarkPluginsStart starts every plugin as the daemon does, all at once, until each has its settings. What the plugins say
// of themselves is known by then, as it is from the second start of a daemon on.
func BenchmarkPluginsStart(b *testing.B) {
	dir := folder(b)
	b.Setenv("XDG_RUNTIME_DIR", dir)
	file := configure(b, dir, everyPlugin)
	var took time.Duration
	for b.Loop() {
		rt, err := host.RuntimeDir(dir)
		if err != nil {
			b.Fatal(err)
		}
		p := plugin.New(plugin.Options{
			Dirs: []string{filepath.Join(programs(b), "plugins")}, Runtime: rt, WorkDir: dir, Schemas: filepath.Join(dir, "schemas"),
			Folder: func(name, _ string) string { return filepath.Join(dir, name) },
		})
		cfg, ds := config.Load(b.Context(), file, config.Options{Schema: p.Schema, Plugins: p.Names()})
		if ds.HasErrors() {
			b.Fatal(ds)
		}
		end := run(b, p)
		begun := time.Now()
		problems, err := p.Apply(b.Context(), cfg.Instances)
		if err != nil || len(problems) > 0 {
			b.Fatal(problems, err)
		}
		for _, in := range p.All() {
			if err := in.Unwell(); err != nil {
				b.Fatalf("%s does not run: %v", in.Name, err)
			}
		}
		took += time.Since(begun)
		end()
		if err := rt.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "all-ms")
	b.ReportMetric(0, "ns/op")
}

// run runs a pool until what it returns is called.
func run(b *testing.B, p *plugin.Pool) (end func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkDaemonStart is the time from the command to the line that says where the daemon is, with every plugin: at the first
// start there is no database yet, and the plugins are asked what they are.
func BenchmarkDaemonStart(b *testing.B) {
	for range b.N {
		dir := folder(b)
		for _, name := range []string{"first-ms", "again-ms"} {
			begun := time.Now()
			d := serve(b, dir, everyPlugin)
			b.ReportMetric(float64(time.Since(begun).Milliseconds()), name)
			d.stop()
		}
	}
	b.ReportMetric(0, "ns/op")
}
