package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const prefix = "MILLRACE_"

// ownVariables are those that the daemon, its plugins and its tests read themselves. One that ends in * is a prefix.
var ownVariables = []string{
	"MILLRACE_CONFIG", "MILLRACE_PLUGIN", "MILLRACE_REATTACH", "MILLRACE_FAILPOINT*", "MILLRACE_REFERENCE",
	"MILLRACE_REQUIRE_*", "MILLRACE_TEST*",
}

// variable is the name that stands over a path: MILLRACE_DEBRID__REALDEBRID__TOKEN.
func variable(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = variablePart(p)
	}
	return prefix + strings.Join(parts, "__")
}

func variablePart(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(s))
}

// fromEnvironment takes the value of an attribute from its variable, or from the file that the _FILE one names.
func (d *decoder) fromEnvironment(s *section, o *setting) bool {
	value, set := d.environ[o.variable]
	path, named := "", false
	if !d.isAttribute(s, o.variable+"_FILE") {
		path, named = d.environ[o.variable+"_FILE"]
	}
	switch {
	case set && named:
		o.origin, o.bad = fromEnv, true
		d.report(problem{summary: "Two variables for one value", variable: o.variable,
			detail: fmt.Sprintf("Both %s and %s_FILE are set. Unset one.", o.variable, o.variable)})
		return true
	case named:
		o.origin, o.file = fromEnv, path
		text, err := d.source.readText(path)
		if err != nil {
			o.bad = true
			d.report(problem{summary: "The file cannot be read", detail: err.Error(), variable: o.variable + "_FILE"})
			return true
		}
		value = text
	case !set:
		return false
	}
	o.origin = fromEnv
	d.keep(o.attr.secrecy(), cty.StringVal(value))
	d.accept(o, func(a attr) (cty.Value, *valueError) { return a.parse(value) })
	return true
}

// isAttribute reports whether a name stands over an attribute of the block: one called "token_file" beside "token".
func (d *decoder) isAttribute(s *section, name string) bool {
	return slices.ContainsFunc(s.block.attrs, func(a attr) bool { return variable(join(s.path, a.Name)) == name })
}

// unknownVariables warns of names that begin as ours do and mean nothing.
func (d *decoder) unknownVariables() {
	d.findAsked()
	for _, name := range sortedKeys(d.environ) {
		if !strings.HasPrefix(name, prefix) || d.asked[name] || d.meaningful(name) {
			continue
		}
		detail := "It stands over nothing in the configuration."
		if block := d.missingBlock(name); block != "" {
			detail += fmt.Sprintf(" There is no %s block to set it on: write one in the configuration file.", block)
		} else if best := nearest(name, d.known); best != "" {
			detail += fmt.Sprintf(" Did you mean %s?", best)
		}
		d.report(problem{warning: true, variable: name, summary: fmt.Sprintf("The variable %s means nothing", name),
			detail: detail + "\n\"millrace config env\" lists every name."})
	}
}

func (d *decoder) meaningful(name string) bool {
	return slices.Contains(d.known, name) ||
		slices.ContainsFunc(d.opened, func(p string) bool { return strings.HasPrefix(name, p) }) ||
		slices.ContainsFunc(ownVariables, func(own string) bool {
			stem, open := strings.CutSuffix(own, "*")
			return name == stem || (open && strings.HasPrefix(name, stem))
		})
}

// missingBlock is the block that a variable is for, where it is a labeled one that is not there.
func (d *decoder) missingBlock(name string) string {
	parts := strings.Split(strings.TrimPrefix(name, prefix), "__")
	b, ok := rootBlock().find(strings.ToLower(parts[0]))
	if !ok || !b.labeled || len(parts) < 3 {
		return ""
	}
	stem := prefix + parts[0] + "__"
	here := slices.ContainsFunc(d.known, func(k string) bool { return strings.HasPrefix(k, stem+parts[1]+"__") })
	for _, k := range d.known {
		label, _, _ := strings.Cut(strings.TrimPrefix(k, stem), "__")
		if strings.HasPrefix(k, stem) && nearest(parts[1], []string{label}) != "" {
			here = true
		}
	}
	if here {
		return ""
	}
	return fmt.Sprintf("%s %q", b.name, strings.ToLower(parts[1]))
}

// findAsked notes the names that the files ask for anywhere, evaluated or not.
func (d *decoder) findAsked() {
	for _, f := range d.source.files {
		body, ok := f.Body.(*hclsyntax.Body)
		if !ok {
			continue
		}
		// The visitor reports nothing.
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			call, ok := n.(*hclsyntax.FunctionCallExpr)
			if ok && call.Name == "env" && len(call.Args) > 0 {
				if v, diags := call.Args[0].Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
					d.asked[v.AsString()] = true
				}
			}
			return nil
		})
	}
}
