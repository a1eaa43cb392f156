package config

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/millrace-media/millrace/sdk"
	"github.com/zclconf/go-cty/cty"
)

// decoder reads files into sections, and notes every mistake on the way.
type decoder struct {
	options  Options
	ask      func(plugin, capability string) (sdk.Schema, error)
	source   *source
	environ  map[string]string
	eval     *hcl.EvalContext
	secret   bool // what is being evaluated is a secret
	schemas  map[instanceKey]schemaAnswer
	asked    map[string]bool // variables that an env() asked for
	known    []string        // variables that stand over an attribute
	opened   []string        // prefixes of variables below which anything may be
	problems []problem
}

// section is a block as it is in effect: written or not, with every attribute that its kind of block has.
type section struct {
	block    block
	label    string
	path     []string // "debrid", "realdebrid"
	written  bool     // in a file
	where    hcl.Range
	settings []*setting
	sections []*section
}

// setting is an attribute's value and where it comes from.
type setting struct {
	attr     attr
	value    cty.Value // of the attribute's type; null where it is not set
	variable string    // the name that stands over it
	origin   origin
	file     string         // that a …_FILE variable named
	expr     hcl.Expression // nil where it is not in a file
	bad      bool           // a mistake in it has been noted
}

// origin tells where a value comes from.
type origin string

const (
	fromNowhere origin = ""
	fromDefault origin = "default"
	fromFile    origin = "file"
	fromEnv     origin = "environment"
)

func newDecoder(ctx context.Context, o Options) *decoder {
	d := &decoder{
		options: o,
		source:  &source{files: map[string]*hcl.File{}, broken: map[string]bool{}, mask: mask{spans: map[string][]span{}}},
		environ: map[string]string{}, schemas: map[instanceKey]schemaAnswer{}, asked: map[string]bool{},
	}
	for _, kv := range o.Environ {
		if name, value, ok := strings.Cut(kv, "="); ok {
			d.environ[name] = value
		}
	}
	d.ask = func(plugin, capability string) (sdk.Schema, error) { return o.Schema(ctx, plugin, capability) }
	d.eval = &hcl.EvalContext{Functions: d.functions()}
	return d
}

func (d *decoder) root(body hcl.Body) *section {
	return d.section(&section{block: rootBlock(), written: true}, body)
}

// section fills s from a body; nil stands for a block that is not written.
func (d *decoder) section(s *section, body hcl.Body) *section {
	attrs, blocks := d.content(s, body)
	for _, a := range s.block.attrs {
		s.settings = append(s.settings, d.setting(s, a, attrs[a.Name]))
	}
	for _, b := range s.block.blocks {
		d.sections(s, b, slices.DeleteFunc(slices.Clone(blocks), func(o *hcl.Block) bool { return o.Type != b.name }))
	}
	if s.block.name == "library" {
		d.fillLibrary(s)
	}
	return s
}

// content takes a body apart. Names that the block does not have are noted as mistakes.
func (d *decoder) content(s *section, body hcl.Body) (hcl.Attributes, hcl.Blocks) {
	if body == nil {
		return nil, nil
	}
	var schema hcl.BodySchema
	for _, a := range s.block.attrs {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: a.Name})
	}
	for _, b := range s.block.blocks {
		header := hcl.BlockHeaderSchema{Type: b.name}
		if b.labeled {
			header.LabelNames = []string{"name"}
		}
		schema.Blocks = append(schema.Blocks, header)
	}
	content, diags := body.Content(&schema)
	for _, diag := range diags {
		d.report(d.unsupported(s, diag))
	}
	return content.Attributes, content.Blocks
}

// sections adds the blocks of one type to s: those written, and those that are there without being written.
func (d *decoder) sections(s *section, b block, written hcl.Blocks) {
	if !b.labeled {
		child := &section{block: b, path: join(s.path, b.name)}
		var body hcl.Body
		for i, w := range written {
			if i > 0 {
				d.fail(w.DefRange, fmt.Sprintf("There are two %s blocks", b.name),
					fmt.Sprintf("The other one is at %s. Put all into one.", place(written[0].DefRange)))
				continue
			}
			body, child.written, child.where = w.Body, true, w.DefRange
		}
		s.sections = append(s.sections, d.section(child, body))
		return
	}
	seen := map[string]hcl.Range{}
	for _, w := range written {
		if d.label(b, w, seen) {
			child := &section{block: b, label: w.Labels[0], path: join(s.path, b.name, w.Labels[0]), written: true, where: w.DefRange}
			s.sections = append(s.sections, d.labeled(child, w))
		}
	}
	d.unwritten(s, b, seen)
}

// unwritten adds the blocks that are there by default.
func (d *decoder) unwritten(s *section, b block, seen map[string]hcl.Range) {
	for _, label := range b.defaults {
		if _, ok := seen[variablePart(label)]; !ok && !d.replaced(s, b, label) {
			child := &section{block: b, label: label, path: join(s.path, b.name, label)}
			s.sections = append(s.sections, d.section(child, nil))
		}
	}
}

// replaced reports whether a default library need not be there, since one of its kind is written.
func (d *decoder) replaced(s *section, b block, label string) bool {
	return b.name == "library" && slices.ContainsFunc(s.sections, func(o *section) bool {
		return o.block.name == "library" && libraryKind(o) == defaultKinds[label]
	})
}

func (d *decoder) labeled(s *section, w *hcl.Block) *section {
	if slices.Contains(capabilities(), s.block.name) {
		return d.instance(s, w)
	}
	return d.section(s, w.Body)
}

// label checks the name of a block.
func (d *decoder) label(b block, w *hcl.Block, seen map[string]hcl.Range) bool {
	label := w.Labels[0]
	if err := b.checkLabel(label); err != nil {
		d.fail(w.LabelRanges[0], "This is not a name", sentence(err.Error()))
		return false
	}
	key := variablePart(label)
	if first, ok := seen[key]; ok {
		d.fail(w.LabelRanges[0], fmt.Sprintf("There are two %s blocks called %q", w.Type, label),
			fmt.Sprintf("The other one is at %s. Give each a name of its own; a - and a _ count as the same.", place(first)))
		return false
	}
	seen[key] = w.DefRange
	return true
}

// setting gives an attribute its value: from the environment, else from the file, else by default.
func (d *decoder) setting(s *section, a attr, written *hcl.Attribute) *setting {
	out := &setting{attr: a, variable: variable(join(s.path, a.Name)), value: cty.NullVal(ctyType(a.Type))}
	if written != nil {
		out.expr = written.Expr
		if a.Secret {
			d.source.mask.expression(written.Expr, private)
		}
	}
	d.known = append(d.known, out.variable, out.variable+"_FILE")
	switch {
	case d.fromEnvironment(s, out):
	case written != nil:
		d.fromFile(out)
	}
	if a.Deprecated != "" && out.origin != fromNowhere {
		d.report(problem{warning: true, summary: fmt.Sprintf("The argument %q is deprecated", a.Name),
			detail: sentence(a.Deprecated), at: out.at(), variable: out.shownVariable()})
	}
	if out.origin == fromNowhere || (out.value.IsNull() && !out.bad) {
		out.byDefault()
		d.requireSetting(s, out)
	}
	d.keep(a.secrecy(), out.value)
	return out
}

func (o *setting) byDefault() {
	o.origin = fromNowhere
	if v := o.attr.byDefault(); !v.IsNull() {
		o.value, o.origin = v, fromDefault
	}
}

// requireSetting notes that a value is missing, unless a misspelt name in the same block explains it.
func (d *decoder) requireSetting(s *section, o *setting) {
	if !o.attr.Required || o.origin != fromNowhere {
		return
	}
	o.bad = true
	if slices.ContainsFunc(d.problems, func(p problem) bool { return p.within == s && p.meant == o.attr.Name }) {
		return
	}
	detail := fmt.Sprintf("The argument %q is required.", o.attr.Name)
	if o.attr.Doc != "" {
		detail = fmt.Sprintf("The argument %q is required: %s", o.attr.Name, o.attr.Doc)
	}
	d.fail(s.where, "Missing required argument", detail+"\nWrite it here or in the variable "+o.variable+".")
}

// fromFile evaluates what the file says.
func (d *decoder) fromFile(o *setting) {
	o.origin = fromFile
	v, diags := d.evaluate(o, o.attr.secrecy())
	if diags.HasErrors() {
		o.bad = true
		d.reportAll(diags)
		return
	}
	d.accept(o, func(a attr) (cty.Value, *valueError) { return a.value(v) })
}

// evaluate computes an expression. Of a secret, whatever goes into it is a secret too.
func (d *decoder) evaluate(o *setting, how secrecy) (cty.Value, hcl.Diagnostics) {
	d.secret = how == private
	defer func() { d.secret = false }()
	v, diags := o.expr.Value(d.eval)
	d.keep(how, v)
	return v, diags
}

// accept takes a value, or notes what is wrong with it.
func (d *decoder) accept(o *setting, read func(attr) (cty.Value, *valueError)) {
	v, err := read(o.attr)
	if err == nil {
		o.value = v
		return
	}
	o.bad = true
	p := problem{summary: fmt.Sprintf("Wrong value for %q", o.attr.Name), detail: err.text, at: o.at(), variable: o.shownVariable()}
	if o.origin == fromFile && err.key != nil {
		p.at = element(o.expr, err.key)
	}
	d.report(p)
}

// at is where the value is written, if it is in a file and counts.
func (o *setting) at() *hcl.Range {
	if o.origin != fromFile || o.expr == nil {
		return nil
	}
	return o.expr.Range().Ptr()
}

func (o *setting) shownVariable() string {
	switch {
	case o.origin != fromEnv:
		return ""
	case o.file != "":
		return o.variable + "_FILE"
	}
	return o.variable
}

// openSettings keeps whatever a block has beside the attributes of the host, unchecked.
func (d *decoder) openSettings(s *section, attrs hcl.Attributes) {
	d.opened = append(d.opened, variable(s.path)+"__")
	for _, name := range sortedKeys(attrs) {
		if slices.ContainsFunc(s.block.attrs, func(a attr) bool { return a.Name == name }) {
			continue
		}
		o := &setting{attr: text(name, "").secret(), expr: attrs[name].Expr, variable: variable(join(s.path, name)), origin: fromFile}
		d.source.mask.expression(o.expr, guessSecrecy(name))
		v, diags := d.evaluate(o, guessSecrecy(name))
		d.reportAll(diags)
		if o.value = v; diags.HasErrors() {
			o.value, o.bad = cty.NullVal(cty.String), true
		}
		if value, ok := d.environ[o.variable]; ok {
			d.keep(guessSecrecy(name), cty.StringVal(value))
			o.value, o.origin = cty.StringVal(value), fromEnv
		}
		s.settings = append(s.settings, o)
	}
	d.openVariables(s)
}

// openVariables adds what only the environment says of a block whose schema is not known.
func (d *decoder) openVariables(s *section) {
	stem := variable(s.path) + "__"
	for _, name := range sortedKeys(d.environ) {
		rest, ok := strings.CutPrefix(name, stem)
		known := slices.ContainsFunc(s.settings, func(o *setting) bool {
			return name == o.variable || name == o.variable+"_FILE"
		})
		if ok && rest != "" && !known {
			d.keep(guessSecrecy(rest), cty.StringVal(d.environ[name]))
			s.settings = append(s.settings, &setting{attr: text(strings.ToLower(rest), "").secret(), variable: name,
				origin: fromEnv, value: cty.StringVal(d.environ[name])})
		}
	}
}

// schemaAnswer is what Options.Schema said.
type schemaAnswer struct {
	schema sdk.Schema
	err    error
}

func (d *decoder) schema(plugin, capability string) schemaAnswer {
	key := instanceKey{capability, plugin}
	answer, ok := d.schemas[key]
	if !ok {
		answer.schema, answer.err = d.ask(plugin, capability)
		d.schemas[key] = answer
	}
	return answer
}
