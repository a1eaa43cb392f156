package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/millrace-media/millrace/sdk"
	"github.com/zclconf/go-cty/cty"
)

// Fmt lays a file out as all are: two spaces a level, equals signs below one another. A file with a syntax error is not
// touched. JSON is given back as it is.
func Fmt(src []byte, filename string) ([]byte, Diagnostics) {
	s := &source{files: map[string]*hcl.File{}, broken: map[string]bool{}, mask: mask{spans: map[string][]span{}}}
	f, diags := parseFile(src, filename)
	if f == nil {
		f = &hcl.File{Bytes: src}
	}
	s.files[filename] = f
	var out Diagnostics
	for _, diag := range diags {
		s.broken[filename] = true
		out = append(out, s.diagnostic(syntaxProblem(diag, src)))
	}
	if out.HasErrors() || isJSON(filename) {
		return src, out
	}
	formatted := hclwrite.Format(src)
	if n := len(formatted); n > 0 && formatted[n-1] != '\n' {
		formatted = append(formatted, '\n')
	}
	return formatted, out
}

// Show is the configuration in effect as HCL, defaults and all, with "***" for every secret.
func (c *Config) Show() []byte {
	f := hclwrite.NewEmptyFile()
	c.show(f.Body(), c.tree)
	return hclwrite.Format(f.Bytes())
}

func (c *Config) show(body *hclwrite.Body, s *section) {
	for _, o := range s.settings {
		if !o.value.IsNull() && !o.bad {
			body.SetAttributeValue(o.attr.Name, c.shown(o))
		}
	}
	for _, child := range s.sections {
		if !child.written && child.empty() {
			continue
		}
		if len(s.path) == 0 || len(body.Attributes())+len(body.Blocks()) > 0 {
			body.AppendNewline()
		}
		var labels []string
		if child.block.labeled {
			labels = []string{child.label}
		}
		c.show(body.AppendNewBlock(child.block.name, labels).Body(), child)
	}
}

// empty reports whether nothing is set in a section.
func (s *section) empty() bool {
	for _, o := range s.settings {
		if !o.value.IsNull() {
			return false
		}
	}
	for _, child := range s.sections {
		if !child.empty() {
			return false
		}
	}
	return true
}

// shown is a value fit to be shown.
func (c *Config) shown(o *setting) cty.Value {
	if o.attr.Secret {
		if o.value.Type() == cty.String && o.value.AsString() == "" {
			return o.value
		}
		return cty.StringVal(masked)
	}
	// The transformation itself never fails.
	v, _ := cty.Transform(o.value, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if v.Type() == cty.String && !v.IsNull() {
			return cty.StringVal(c.source.mask.text(v.AsString())), nil
		}
		return v, nil
	})
	return v
}

// Variable is a name of the environment that stands over an attribute. The same name with _FILE at its end reads a file.
type Variable struct {
	Name   string   `json:"name"`
	Type   sdk.Type `json:"type"`
	Source string   `json:"source"` // "default", "config.hcl:12", "environment", "file /run/secrets/token"; empty: not set
	Value  string   `json:"value"`  // as JSON, "***" for a secret; empty: not set
	Doc    string   `json:"doc,omitempty"`
	Secret bool     `json:"secret,omitempty"`
}

// Env lists every variable, in the order of the configuration.
func (c *Config) Env() []Variable { return c.variables(c.tree) }

func (c *Config) variables(s *section) []Variable {
	var out []Variable
	for _, o := range s.settings {
		v := Variable{Name: o.variable, Type: o.attr.Type, Source: o.sourceText(), Doc: o.attr.Doc, Secret: o.attr.Secret}
		if !o.value.IsNull() && !o.bad {
			// What was checked can be written as JSON.
			text, _ := toJSON(c.shown(o))
			v.Value = string(text)
		}
		out = append(out, v)
	}
	for _, child := range s.sections {
		if child.block.quiet && !child.written && child.empty() {
			continue
		}
		out = append(out, c.variables(child)...)
	}
	return out
}

func (o *setting) sourceText() string {
	switch {
	case o.origin == fromEnv && o.file != "":
		return "file " + o.file
	case o.origin == fromFile:
		return place(o.expr.Range())
	}
	return string(o.origin)
}

// String is "NAME = value (source)".
func (v Variable) String() string {
	if v.Source == "" {
		return fmt.Sprintf("%s (%s, not set)", v.Name, v.Type)
	}
	return fmt.Sprintf("%s = %s (%s, %s)", v.Name, v.Value, v.Type, v.Source)
}
