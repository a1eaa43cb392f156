package config

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/millrace-media/millrace/sdk"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// valueError is what is wrong with a value, or with one element of it.
type valueError struct {
	key  any // index or key of the element; nil: the value itself
	text string
}

func (e *valueError) Error() string { return e.text }

// what says which value a type takes, with an example.
var what = map[sdk.Type]string{
	sdk.TypeString:   `a text: write it in quotes`,
	sdk.TypeInt:      `a whole number`,
	sdk.TypeNumber:   `a number`,
	sdk.TypeBool:     `true or false`,
	sdk.TypeDuration: `a duration: write "30s", "5m", "12h" or "7d"`,
	sdk.TypeSize:     `a size: write "700MB" or "20GiB"`,
	sdk.TypeRate:     `a rate: write "1MiB/s"`,
	sdk.TypeStrings:  `a list of texts: write ["one", "two"]`,
	sdk.TypeInts:     `a list of whole numbers: write [1, 2]`,
	sdk.TypeMap:      `a map of texts: write { key = "value" }`,
}

// ctyType is the type that values have once checked.
func ctyType(t sdk.Type) cty.Type {
	switch t {
	case sdk.TypeInt, sdk.TypeNumber:
		return cty.Number
	case sdk.TypeBool:
		return cty.Bool
	case sdk.TypeStrings:
		return cty.List(cty.String)
	case sdk.TypeInts:
		return cty.List(cty.Number)
	case sdk.TypeMap:
		return cty.Map(cty.String)
	default:
		return cty.String
	}
}

// value brings v to the attribute's type and checks it. A null one is returned as it is.
func (a attr) value(v cty.Value) (cty.Value, *valueError) {
	if v.IsNull() || !v.IsWhollyKnown() {
		return cty.NullVal(ctyType(a.Type)), nil
	}
	want := ctyType(a.Type)
	if want.IsPrimitiveType() {
		return a.scalar(v)
	}
	if !v.CanIterateElements() || want.IsMapType() != (v.Type().IsMapType() || v.Type().IsObjectType()) {
		return v, &valueError{text: "This must be " + what[a.Type] + "."}
	}
	return a.elements(v)
}

func (a attr) elements(v cty.Value) (cty.Value, *valueError) {
	want := ctyType(a.Type)
	element := attr{Attribute: sdk.Attribute{Type: sdk.TypeString, Choices: a.Choices, Secret: a.Secret}, check: a.check}
	if a.Type == sdk.TypeInts {
		element.Type, element.Min, element.Max = sdk.TypeInt, a.Min, a.Max
	}
	var list []cty.Value
	keyed := map[string]cty.Value{}
	for k, e := range v.Elements() {
		checked, err := element.scalar(e)
		if err == nil && checked.IsNull() {
			err = &valueError{text: "An element cannot be null."}
		}
		if err != nil {
			return v, &valueError{key: elementKey(k), text: err.text}
		}
		list = append(list, checked)
		if want.IsMapType() {
			keyed[k.AsString()] = checked
		}
	}
	switch {
	case len(list) == 0 && want.IsMapType():
		return cty.MapValEmpty(cty.String), nil
	case len(list) == 0:
		return cty.ListValEmpty(want.ElementType()), nil
	case want.IsMapType():
		return cty.MapVal(keyed), nil
	}
	return cty.ListVal(list), nil
}

func elementKey(k cty.Value) any {
	if k.Type() == cty.String {
		return k.AsString()
	}
	i, _ := k.AsBigFloat().Int64()
	return int(i)
}

func (a attr) scalar(v cty.Value) (cty.Value, *valueError) {
	out, err := convert.Convert(v, ctyType(a.Type))
	if err != nil {
		return v, &valueError{text: "This must be " + what[a.Type] + "."}
	}
	if out.IsNull() {
		return out, nil
	}
	if err := a.within(out); err != nil {
		return v, &valueError{text: sentence(err.Error())}
	}
	return out, nil
}

// within checks a value of the right type.
func (a attr) within(v cty.Value) error {
	switch a.Type {
	case sdk.TypeBool:
		return nil
	case sdk.TypeInt, sdk.TypeNumber:
		return a.number(v.AsBigFloat())
	}
	s := v.AsString()
	if err := a.choice(s); err != nil {
		return err
	}
	if a.check != nil {
		if err := a.check(s); err != nil {
			return err
		}
	}
	return a.unit(s)
}

func (a attr) number(n *big.Float) error {
	if a.Type == sdk.TypeInt {
		if i, acc := n.Int64(); acc != big.Exact || i == math.MinInt64 {
			return fmt.Errorf("this must be a whole number")
		}
	}
	f, _ := n.Float64()
	return a.bounds(f, func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) })
}

// unit checks what is written as a number with a unit.
func (a attr) unit(s string) error {
	switch a.Type {
	case sdk.TypeDuration:
		d, err := sdk.ParseDuration(s)
		if err != nil {
			return err
		}
		return a.bounds(d.Seconds(), func(f float64) string { return shortDuration(time.Duration(f * float64(time.Second))) })
	case sdk.TypeSize:
		n, err := sdk.ParseSize(s)
		if err != nil {
			return err
		}
		return a.bounds(float64(n), func(f float64) string { return sdk.Size(f).String() })
	case sdk.TypeRate:
		n, err := sdk.ParseRate(s)
		if err != nil {
			return err
		}
		return a.bounds(float64(n), func(f float64) string { return sdk.Rate(f).String() })
	}
	return nil
}

func shortDuration(d time.Duration) string {
	if d > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (a attr) bounds(f float64, show func(float64) string) error {
	switch low, high := a.Min, a.Max; {
	case low != nil && high != nil && (f < *low || f > *high):
		return fmt.Errorf("this must be between %s and %s", show(*low), show(*high))
	case low != nil && f < *low:
		return fmt.Errorf("this must be at least %s", show(*low))
	case high != nil && f > *high:
		return fmt.Errorf("this must be at most %s", show(*high))
	}
	return nil
}

func (a attr) choice(s string) error {
	if len(a.Choices) == 0 {
		return nil
	}
	for _, c := range a.Choices {
		if c == s {
			return nil
		}
	}
	if a.Secret {
		return fmt.Errorf("this is none of what is allowed here")
	}
	return fmt.Errorf("%q is not allowed here.%s", s, hint(s, a.Choices))
}

// hint says what was probably meant, or what there is.
func hint(given string, names []string) string {
	if best := nearest(given, names); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) > 24:
		return ""
	}
	return " It can be " + either(names) + "."
}

func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// nearest is the name that a misspelt one is closest to, or "" where none is close.
func nearest(given string, names []string) string {
	best, distance := "", 1+max(1, (len(given)+1)/3)
	for _, n := range names {
		if d := levenshtein.Distance(strings.ToLower(given), strings.ToLower(n), nil); d < distance {
			best, distance = n, d
		}
	}
	return best
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// parse reads a value from a variable: a list as JSON or separated by commas, a map as JSON or as key=value pairs.
func (a attr) parse(s string) (cty.Value, *valueError) {
	want := ctyType(a.Type)
	switch {
	case want.IsPrimitiveType():
		return a.value(cty.StringVal(s))
	case strings.HasPrefix(strings.TrimSpace(s), "["), strings.HasPrefix(strings.TrimSpace(s), "{"):
		v, err := jsonValue([]byte(s))
		if err != nil {
			return v, &valueError{text: "This is neither JSON nor a list separated by commas."}
		}
		return a.value(v)
	case want.IsMapType():
		return a.pairs(s)
	}
	list := []cty.Value{}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, cty.StringVal(part))
		}
	}
	return a.value(cty.TupleVal(list))
}

func (a attr) pairs(s string) (cty.Value, *valueError) {
	keyed := map[string]cty.Value{}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		k, v, ok := strings.Cut(part, "=")
		if !ok {
			return cty.NilVal, &valueError{text: "This must be key=value pairs separated by commas, or JSON."}
		}
		keyed[strings.TrimSpace(k)] = cty.StringVal(strings.TrimSpace(v))
	}
	return a.value(cty.ObjectVal(keyed))
}

// byDefault is the attribute's default, or null.
func (a attr) byDefault() cty.Value {
	null := cty.NullVal(ctyType(a.Type))
	if len(a.Default) == 0 {
		return null
	}
	v, err := jsonValue(a.Default)
	if err != nil {
		return null
	}
	out, problem := a.value(v)
	if problem != nil {
		return null
	}
	return out
}

func jsonValue(src []byte) (cty.Value, error) {
	t, err := ctyjson.ImpliedType(src)
	if err != nil {
		return cty.NilVal, fmt.Errorf("read JSON: %w", err)
	}
	return ctyjson.Unmarshal(src, t)
}

// toJSON is a value as settings carry it.
func toJSON(v cty.Value) (json.RawMessage, error) {
	out, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return out, nil
}
