package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/millrace-media/millrace/sdk"
	"github.com/zclconf/go-cty/cty"
)

// Instance is a configured capability of a plugin: one block of config.hcl.
type Instance struct {
	Capability string // type of the block: [sdk.CapabilitySource] and so on
	Name       string // label of the block
	Plugin     string
	Enabled    bool
	Priority   int           // higher goes first; among equals, the order of the file
	Timeout    time.Duration // of one call
	Every      time.Duration // between two lists; of a source only
	Limit      float64       // calls a second; 0: the plugin's own
	Proxy      string        // URL, may hold a password; empty: as the daemon's environment has it
	Profiles   []string      // of a source only; of what names none itself
	From       []string      // scrapers; of a debrid only; empty: any
	Labels     map[string]string

	// Settings is the plugin's part: an object with every attribute that is set or has a default, as the schema has it.
	// Of an instance that is not enabled it is empty.
	Settings json.RawMessage
	// Secrets are the attributes of Settings whose values must not be shown. Where the schema is not known, all are.
	Secrets []string
}

// Hash changes when anything of the instance does, and only then: how the file is laid out is nothing to it. Secrets go
// into it, so it is for comparing and not for showing.
func (i Instance) Hash() string {
	i.Secrets = nil
	// Everything in an Instance can be written as JSON, and maps are written in the order of their keys.
	src, err := json.Marshal(i)
	if err != nil {
		src = fmt.Append(nil, i)
	}
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])
}

// instanceKey names an instance, or a capability of a plugin.
type instanceKey struct{ capability, name string }

// instance reads a capability block. What belongs to the plugin is checked against its schema.
func (d *decoder) instance(s *section, w *hcl.Block) *section {
	host := reserved(s.block.name, s.label)
	s.block.attrs = host
	plugin, enabled := d.peek(s, w.Body)
	if !enabled || plugin == "" || d.options.Schema == nil {
		return d.unchecked(s, w.Body, enabled)
	}
	answer := d.schema(plugin, s.block.name)
	if answer.err != nil {
		d.report(d.noSchema(s, w, plugin, answer.err))
		return d.unchecked(s, w.Body, true)
	}
	for _, a := range answer.schema.Attributes {
		if slices.Contains(sdk.Reserved(), a.Name) {
			d.fail(w.DefRange, fmt.Sprintf("The plugin %q cannot be used", plugin),
				fmt.Sprintf("It has a setting called %q, which is a name of Millrace's own. This is a mistake in the plugin.", a.Name))
			return d.unchecked(s, w.Body, true)
		}
		s.block.attrs = append(s.block.attrs, attr{Attribute: a})
	}
	return d.section(s, w.Body)
}

// peek reads which plugin a block is for and whether it is in use, before its schema can be known. A plugin that is not
// written as it should be is "". Mistakes are noted when the block is read whole.
func (d *decoder) peek(s *section, body hcl.Body) (plugin string, enabled bool) {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "plugin"}, {Name: "enabled"}}})
	noted := len(d.problems)
	defer func() { d.problems = d.problems[:noted] }()
	enabled = true
	for _, a := range s.block.attrs {
		if a.Name != "plugin" && a.Name != "enabled" {
			continue
		}
		o := d.setting(s, a, content.Attributes[a.Name])
		switch {
		case o.bad || o.value.IsNull():
		case a.Name == "plugin":
			plugin = o.value.AsString()
		default:
			enabled = o.value.True()
		}
	}
	return plugin, enabled
}

// unchecked reads a block whose plugin's part cannot or need not be checked. That part is kept, where keep says so.
func (d *decoder) unchecked(s *section, body hcl.Body, keep bool) *section {
	var schema hcl.BodySchema
	for _, a := range s.block.attrs {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: a.Name})
	}
	content, rest, diags := body.PartialContent(&schema)
	d.reportAll(diags)
	for _, a := range s.block.attrs {
		s.settings = append(s.settings, d.setting(s, a, content.Attributes[a.Name]))
	}
	attrs, diags := rest.JustAttributes()
	if keep {
		d.reportAll(diags)
		d.openSettings(s, attrs)
		return s
	}
	d.opened = append(d.opened, variable(s.path)+"__")
	for _, a := range attrs {
		d.source.mask.expression(a.Expr, guessSecrecy(a.Name))
	}
	return s
}

func (d *decoder) noSchema(s *section, w *hcl.Block, plugin string, err error) problem {
	at := w.LabelRanges[0]
	if plugin != s.label {
		content, _, _ := w.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "plugin"}}})
		if a := content.Attributes["plugin"]; a != nil {
			at = a.Expr.Range()
		}
	}
	p := problem{summary: fmt.Sprintf("The plugin %q cannot be used", plugin), detail: sentence(err.Error()), at: &at}
	if !slices.Contains(d.options.Plugins, plugin) && len(d.options.Plugins) > 0 {
		p.detail += hint(plugin, d.options.Plugins)
	}
	return p
}

// buildInstance makes an Instance of a section.
func (d *decoder) buildInstance(s *section) Instance {
	i := Instance{
		Capability: s.block.name, Name: s.label, Plugin: s.text("plugin"),
		Enabled: s.flag("enabled"), Priority: int(s.number("priority")), Timeout: s.duration("timeout"), Every: s.duration("every"),
		Proxy: s.text("proxy"), From: s.texts("from"), Labels: s.textMap("labels"),
	}
	if i.Profiles = s.texts("profiles"); len(i.Profiles) == 0 && s.text("profile") != "" {
		i.Profiles = []string{s.text("profile")}
	}
	// A limit that does not parse has been noted when it was read.
	i.Limit, _ = parseLimit(s.text("limit"))
	if i.Enabled {
		d.buildSettings(s, &i)
	}
	return i
}

func (d *decoder) buildSettings(s *section, i *Instance) {
	settings := map[string]json.RawMessage{}
	for _, o := range s.settings {
		if slices.Contains(sdk.Reserved(), o.attr.Name) {
			continue
		}
		if o.attr.Secret {
			i.Secrets = append(i.Secrets, o.attr.Name)
		}
		if o.value.IsNull() || o.bad {
			continue
		}
		src, err := toJSON(o.value)
		if err != nil {
			d.report(problem{summary: fmt.Sprintf("Wrong value for %q", o.attr.Name), detail: sentence(err.Error()), at: o.at()})
			continue
		}
		settings[o.attr.Name] = src
	}
	// Values that are JSON themselves can be written as JSON.
	i.Settings, _ = json.Marshal(settings)
}

// Diagnose shows what a plugin says of an instance's settings at the lines that it speaks of.
func (c *Config) Diagnose(i Instance, ds []sdk.Diagnostic) Diagnostics {
	s := c.origins[instanceKey{i.Capability, i.Name}]
	var out Diagnostics
	for _, diag := range ds {
		p := problem{warning: diag.Warning, summary: diag.Summary, detail: diag.Detail}
		if s == nil {
			p.summary = fmt.Sprintf("%s %q: %s", i.Capability, i.Name, diag.Summary)
		} else {
			s.locate(&p, diag.Attribute)
		}
		out = append(out, c.source.diagnostic(p))
	}
	slices.SortStableFunc(out, compare)
	return out
}

var (
	pathHead = regexp.MustCompile(`^[A-Za-z_][\w-]*`)
	pathStep = regexp.MustCompile(`^(?:\[(\d+)\]|\["([^"]*)"\]|\.([A-Za-z0-9_-]+))`)
)

// parsePath splits "sites[1]" and `map["key"]` or "map.key" into the attribute and its element; key is nil without one.
func parsePath(path string) (name string, key any) {
	name = pathHead.FindString(path)
	m := pathStep.FindStringSubmatch(path[len(name):])
	switch {
	case m == nil:
		return name, nil
	case m[1] != "":
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return name, nil
		}
		return name, n
	}
	return name, m[2] + m[3]
}

// locate puts a problem at the attribute that a path names: at its value, at its variable, or else at the block.
func (s *section) locate(p *problem, path string) {
	if s.written {
		p.at = s.where.Ptr()
	}
	name, key := parsePath(path)
	for _, o := range s.settings {
		if o.attr.Name != name {
			continue
		}
		if at := o.at(); at != nil {
			p.at = at
			if key != nil {
				p.at = element(o.expr, key)
			}
			return
		}
		if p.variable = o.shownVariable(); p.variable != "" {
			p.at = nil
		}
		return
	}
	s.locateBelow(p, path)
}

// locateBelow looks for a path in the blocks of s: "reject.any[0]", "prefer.remux.score".
func (s *section) locateBelow(p *problem, path string) {
	for _, o := range s.sections {
		rest, ok := strings.CutPrefix(path, strings.Join(o.path[len(s.path):], "."))
		if !ok || !o.written || (rest != "" && !strings.HasPrefix(rest, ".")) {
			continue
		}
		o.locate(p, strings.TrimPrefix(rest, "."))
		return
	}
}

func (s *section) find(name string) *setting {
	for _, o := range s.settings {
		if o.attr.Name == name {
			return o
		}
	}
	return nil
}

func (s *section) value(name string) (cty.Value, bool) {
	o := s.find(name)
	if o == nil || o.bad || o.value.IsNull() {
		return cty.NilVal, false
	}
	return o.value, true
}

func (s *section) text(name string) string {
	if v, ok := s.value(name); ok {
		return v.AsString()
	}
	return ""
}

func (s *section) flag(name string) bool {
	v, ok := s.value(name)
	return ok && v.True()
}

func (s *section) number(name string) int64 {
	v, ok := s.value(name)
	if !ok {
		return 0
	}
	n, _ := v.AsBigFloat().Int64()
	return n
}

// duration and size are of values that have been checked.
func (s *section) duration(name string) time.Duration {
	v, _ := sdk.ParseDuration(s.text(name))
	return v
}

func (s *section) size(name string) sdk.Size {
	v, _ := sdk.ParseSize(s.text(name))
	return v
}

func (s *section) texts(name string) []string {
	v, ok := s.value(name)
	if !ok {
		return nil
	}
	var out []string
	for _, e := range v.Elements() {
		out = append(out, e.AsString())
	}
	return out
}

func (s *section) textMap(name string) map[string]string {
	v, ok := s.value(name)
	if !ok || v.LengthInt() == 0 {
		return nil
	}
	out := map[string]string{}
	for k, e := range v.Elements() {
		out[k.AsString()] = e.AsString()
	}
	return out
}
