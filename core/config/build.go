package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// build makes a Config of the sections and checks what one says of another.
func (d *decoder) build(root *section) *Config {
	c := &Config{Dir: d.source.base, Data: d.source.abs(root.text("data")), tree: root, origins: map[instanceKey]*section{}, source: d.source}
	for _, s := range root.sections {
		d.buildSection(c, s)
	}
	for _, s := range root.sections {
		if slices.Contains(capabilities(), s.block.name) {
			d.references(c, s)
		}
	}
	return c
}

func (d *decoder) buildSection(c *Config, s *section) {
	switch s.block.name {
	case "server":
		c.Server = Server{
			Listen: s.text("listen"), URL: strings.TrimRight(s.text("url"), "/"),
			Password: sdk.NewSecret(s.text("password")), Secret: sdk.NewSecret(s.text("secret")),
		}
	case "log":
		c.Log = buildLog(s)
	case "plugins":
		if dir := d.source.abs(s.text("dir")); dir != "" {
			c.Plugins.Dirs = []string{dir}
		}
	case "database":
		c.Database.URL = sdk.NewSecret(s.text("url"))
	case "cache":
		c.Cache.URL = sdk.NewSecret(s.text("url"))
	case "mount":
		c.Mount = d.buildMount(s)
	case "library":
		c.Libraries = append(c.Libraries, d.buildLibrary(s))
	case "profile":
		p := d.buildProfile(s)
		d.checkProfile(s, p)
		c.Profiles = append(c.Profiles, p)
	default:
		c.Instances = append(c.Instances, d.buildInstance(s))
		c.origins[instanceKey{s.block.name, s.label}] = s
	}
}

func buildLog(s *section) Log {
	l := Log{Level: s.text("level")}
	for _, o := range s.sections {
		if l.Plugins == nil {
			l.Plugins = map[string]string{}
		}
		l.Plugins[o.label] = o.text("level")
	}
	return l
}

func (d *decoder) buildMount(s *section) Mount {
	cache := s.sections[0]
	path := d.source.abs(s.text("path"))
	return Mount{
		Enabled: path != "", Path: path, Passthrough: s.flag("passthrough"), Memory: s.size("memory"), Process: s.text("process"),
		Cache: ChunkCache{Size: cache.size("size"), TTL: cache.duration("ttl"), Chunk: cache.size("chunk"), Free: cache.size("free")},
	}
}

// references checks that the profile and the scrapers that an instance names are there.
func (d *decoder) references(c *Config, s *section) {
	var profiles, scrapers []string
	for _, p := range c.Profiles {
		profiles = append(profiles, p.Name)
	}
	for _, i := range c.Instances {
		if i.Capability == sdk.CapabilityScraper {
			scrapers = append(scrapers, i.Name)
		}
	}
	if name := s.text("profile"); name != "" && s.find("profile").attr.Name == "profile" {
		d.reference(s.find("profile"), nil, "profile", name, profiles)
	}
	for i, name := range s.texts("profiles") {
		d.reference(s.find("profiles"), i, "profile", name, profiles)
	}
	d.eitherProfile(s)
	for i, name := range s.texts("from") {
		d.reference(s.find("from"), i, "scraper", name, scrapers)
	}
}

// eitherProfile complains of a source that names one profile and several.
func (d *decoder) eitherProfile(s *section) {
	one, several := s.find("profile"), s.find("profiles")
	if one == nil || several == nil || one.origin == fromDefault || several.value.IsNull() {
		return
	}
	d.report(problem{
		summary: `"profile" and "profiles" exclude each other`, detail: `Write the profile into "profiles", or leave that out.`,
		at: several.at(), variable: several.shownVariable(),
	})
}

func (d *decoder) reference(o *setting, key any, kind, name string, names []string) {
	if slices.Contains(names, name) {
		return
	}
	p := problem{
		summary: fmt.Sprintf("There is no %s %q", kind, name),
		detail:  fmt.Sprintf("Write a block %s %q.", kind, name),
		at:      o.at(), variable: o.shownVariable(),
	}
	if best := nearest(name, names); best != "" {
		p.detail = fmt.Sprintf("Did you mean %q?", best)
	}
	if p.at != nil && key != nil {
		p.at = element(o.expr, key)
	}
	d.report(p)
}
