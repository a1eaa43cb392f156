package config

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/millrace-media/millrace/sdk"
)

// Profile gives the profile of a name.
func (c *Config) Profile(name string) (Profile, bool) {
	i := slices.IndexFunc(c.Profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return c.Profiles[i], true
}

// ProfilePlace tells where a setting of a profile is written, as "config.hcl:12" or by its variable of the environment; ""
// where it is written nowhere.
func (c *Config) ProfilePlace(profile, setting string) string {
	s := c.profileSection(profile)
	if s == nil {
		return ""
	}
	var p problem
	s.locate(&p, setting)
	switch {
	case p.variable != "":
		return p.variable
	case p.at != nil:
		return place(*p.at)
	}
	return ""
}

func (c *Config) profileSection(name string) *section {
	for _, s := range c.tree.sections {
		if s.block.name == "profile" && s.label == name {
			return s
		}
	}
	return nil
}

// ShowProfile is one profile in effect as HCL, as [Config.Show] shows it.
func (c *Config) ShowProfile(name string) []byte {
	f := hclwrite.NewEmptyFile()
	if s := c.profileSection(name); s != nil {
		c.show(f.Body().AppendNewBlock("profile", []string{name}).Body(), s)
	}
	return hclwrite.Format(f.Bytes())
}

// Try gives a profile as it would be with other settings, each by its path ("resolutions", "reject.any", "score.hdr10",
// "movie.max_size") and its value as a configuration file has it. A word that is no expression is taken for a text, and
// words between commas for a list of them. Functions are not available: a value stands for itself.
//
// What is wrong with the settings is told by their paths; check looks for what only the ranking can see, as that of [Options].
func (c *Config) Try(profile string, settings map[string]string, check func(Profile) []sdk.Diagnostic) (Profile, []sdk.Diagnostic) {
	s := c.profileSection(profile)
	if s == nil {
		return Profile{}, []sdk.Diagnostic{{Summary: fmt.Sprintf("There is no profile %q.", profile)}}
	}
	f := hclwrite.NewEmptyFile()
	body := f.Body().AppendNewBlock("profile", []string{profile}).Body()
	c.show(body, s)
	var wrong []sdk.Diagnostic
	for _, path := range sortedKeys(settings) {
		if fault := put(body, s.block, path, settings[path]); fault != nil {
			wrong = append(wrong, *fault)
		}
	}
	if len(wrong) > 0 {
		return Profile{}, wrong
	}
	return readProfile(f.Bytes(), profile, check)
}

// put writes a setting into a block.
func put(body *hclwrite.Body, b block, path, value string) *sdk.Diagnostic {
	whole := path
	for {
		name, rest, below := strings.Cut(path, ".")
		if i := slices.IndexFunc(b.attrs, func(a attr) bool { return a.Name == name }); i >= 0 || !below {
			a := attr{}
			if i >= 0 {
				a = b.attrs[i]
			}
			return putAttribute(body, a, name, rest, whole, value)
		}
		i := slices.IndexFunc(b.blocks, func(o block) bool { return o.name == name })
		if i < 0 {
			return &sdk.Diagnostic{
				Attribute: whole, Summary: fmt.Sprintf("There is no block called %q here.", name), Detail: strings.TrimSpace(hint(name, b.names("block"))),
			}
		}
		b, path = b.blocks[i], rest
		var labels []string
		if b.labeled {
			label, more, ok := cutLabel(b, rest)
			if !ok {
				return &sdk.Diagnostic{Attribute: whole, Summary: fmt.Sprintf("Write %s.NAME.ARGUMENT.", name)}
			}
			labels, path = []string{label}, more
		}
		next := body.FirstMatchingBlock(name, labels)
		if next == nil {
			next = body.AppendNewBlock(name, labels)
		}
		body = next.Body()
	}
}

// cutLabel cuts the name of a block off a path. What a rule prefers may have a dot in it: its argument is the last part.
func cutLabel(b block, path string) (label, rest string, ok bool) {
	i := strings.IndexByte(path, '.')
	if b.dotted {
		i = strings.LastIndexByte(path, '.')
	}
	if i < 0 {
		return "", "", false
	}
	return path[:i], path[i+1:], true
}

func putAttribute(body *hclwrite.Body, a attr, name, key, path, value string) *sdk.Diagnostic {
	if !hclsyntax.ValidIdentifier(name) {
		return &sdk.Diagnostic{Attribute: path, Summary: "This is no name of a setting."}
	}
	v, fault := literal(a, path, value)
	if fault != nil {
		return fault
	}
	if key == "" {
		body.SetAttributeValue(name, v)
		return nil
	}
	if a.Type != sdk.TypeMap {
		return &sdk.Diagnostic{Attribute: path, Summary: fmt.Sprintf("%q has nothing below it.", name)}
	}
	m := map[string]cty.Value{}
	if old := body.GetAttribute(name); old != nil {
		if was, err := evaluate(string(old.Expr().BuildTokens(nil).Bytes())); err == nil && was.CanIterateElements() {
			m = was.AsValueMap()
		}
	}
	if m == nil {
		m = map[string]cty.Value{}
	}
	m[key] = v
	body.SetAttributeValue(name, cty.ObjectVal(m))
	return nil
}

// literal reads a value as it is written in a file, or words without quotes.
func literal(a attr, path, text string) (cty.Value, *sdk.Diagnostic) {
	text = strings.TrimSpace(text)
	if v, err := evaluate(text); err == nil {
		if a.Type == sdk.TypeStrings && v.Type() == cty.String {
			v = cty.TupleVal([]cty.Value{v})
		}
		return v, nil
	} else if text == "" || strings.ContainsAny(text, "\"[]{}()\n") {
		return cty.NilVal, &sdk.Diagnostic{Attribute: path, Summary: "This is not a value.", Detail: err.Error()}
	}
	if a.Type != sdk.TypeStrings {
		return cty.StringVal(text), nil
	}
	var list []cty.Value
	for word := range strings.SplitSeq(text, ",") {
		list = append(list, cty.StringVal(strings.TrimSpace(word)))
	}
	return cty.TupleVal(list), nil
}

// evaluate reads an expression that asks for nothing outside of itself.
func evaluate(text string) (cty.Value, error) {
	expr, diags := hclsyntax.ParseExpression([]byte(text), "value", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, fmt.Errorf("%s: %s", diags[0].Summary, diags[0].Detail)
	}
	v, diags := expr.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, fmt.Errorf("%s: %s", diags[0].Summary, diags[0].Detail)
	}
	return v, nil
}

// readProfile reads a profile from its HCL.
func readProfile(src []byte, name string, check func(Profile) []sdk.Diagnostic) (Profile, []sdk.Diagnostic) {
	const file = "settings"
	var found []sdk.Diagnostic
	d := newDecoder(context.Background(), Options{Profile: func(p Profile) []sdk.Diagnostic { // nothing that takes time is asked
		if p.Name == name && check != nil {
			found = check(p)
		}
		return nil
	}})
	d.eval = &hcl.EvalContext{}
	f, diags := parseFile(src, file)
	for _, diag := range diags {
		return Profile{}, []sdk.Diagnostic{{Summary: diag.Summary, Detail: diag.Detail}}
	}
	d.source.files[file] = f
	c := d.build(d.root(f.Body))
	for _, diag := range d.diagnostics() {
		out := sdk.Diagnostic{Warning: diag.Severity == Warning, Summary: diag.Summary, Detail: diag.Detail}
		if body, ok := f.Body.(*hclsyntax.Body); ok && diag.Range != nil {
			out.Attribute = settingAt(body, diag.Range.Start.Line)
		}
		found = append(found, out)
	}
	p, _ := c.Profile(name) // it was just written
	return p, found
}

// settingAt is the path of what is written at a line of a profile.
func settingAt(body *hclsyntax.Body, line int) string {
	for _, a := range body.Attributes {
		if r := a.Range(); r.Start.Line <= line && line <= r.End.Line {
			return a.Name
		}
	}
	for _, b := range body.Blocks {
		if r := b.Range(); line < r.Start.Line || line > b.CloseBraceRange.End.Line {
			continue
		}
		below := settingAt(b.Body, line)
		if b.Type == "profile" {
			return below
		}
		path := append([]string{b.Type}, b.Labels...)
		if below != "" {
			path = append(path, below)
		}
		return strings.Join(path, ".")
	}
	return ""
}
