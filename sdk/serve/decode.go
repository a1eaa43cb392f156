package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// decode fills a capability's settings struct from a JSON object. Every complaint is told, not the first alone.
func (c Capability) decode(raw []byte) (reflect.Value, []sdk.Diagnostic) {
	settings := reflect.New(c.settings).Elem()
	fields, err := fieldsOf(c.settings)
	if err != nil {
		return settings, []sdk.Diagnostic{{Summary: "The plugin's settings cannot be described.", Detail: err.Error()}}
	}
	given := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(raw)) > 0 {
		if err := json.Unmarshal(raw, &given); err != nil {
			return settings, []sdk.Diagnostic{{Summary: "The settings are not a JSON object."}}
		}
	}
	var ds []sdk.Diagnostic
	for _, f := range fields {
		ds = append(ds, f.set(settings, given)...)
		delete(given, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		ds = append(ds, sdk.Diagnostic{
			Attribute: name,
			Summary:   fmt.Sprintf("An argument named %q is not expected here.", name),
		})
	}
	return settings, ds
}

// check decodes settings and applies the capability's own rules to what was decoded without error.
func (c Capability) check(raw []byte) (reflect.Value, []sdk.Diagnostic) {
	settings, ds := c.decode(raw)
	if c.validate == nil || anyError(ds) {
		return settings, ds
	}
	out := reflect.ValueOf(c.validate).Call([]reflect.Value{settings})
	more, _ := out[0].Interface().([]sdk.Diagnostic)
	return settings, append(ds, more...)
}

func anyError(ds []sdk.Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d sdk.Diagnostic) bool { return !d.Warning })
}

// set stores the given value, or the default, in the field of the settings struct.
func (f field) set(settings reflect.Value, given map[string]json.RawMessage) []sdk.Diagnostic {
	raw, ok := given[f.Name]
	if !ok || string(bytes.TrimSpace(raw)) == "null" {
		if f.Required {
			return []sdk.Diagnostic{{Attribute: f.Name, Summary: fmt.Sprintf("The argument %q is required.", f.Name), Detail: f.Doc}}
		}
		if raw = f.Default; raw == nil {
			return nil
		}
		ok = false
	}
	value, ds := f.decode(raw)
	if len(ds) == 0 {
		assign(settings.FieldByIndex(f.index), value)
	}
	if ok && f.Deprecated != "" {
		ds = append(ds, sdk.Diagnostic{Attribute: f.Name, Summary: fmt.Sprintf("The argument %q is deprecated.", f.Name), Detail: f.Deprecated, Warning: true})
	}
	return ds
}

// assign stores a decoded value, of whatever type the author gave the field.
func assign(to reflect.Value, value any) {
	if s, ok := value.(string); ok && to.Type() == reflect.TypeFor[sdk.Secret]() {
		to.Set(reflect.ValueOf(sdk.NewSecret(s)))
		return
	}
	v := reflect.ValueOf(value)
	switch to.Kind() {
	case reflect.Slice:
		list := reflect.MakeSlice(to.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			list.Index(i).Set(v.Index(i).Convert(to.Type().Elem()))
		}
		to.Set(list)
	case reflect.Map:
		m := reflect.MakeMapWithSize(to.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			m.SetMapIndex(it.Key().Convert(to.Type().Key()), it.Value().Convert(to.Type().Elem()))
		}
		to.Set(m)
	default:
		to.Set(v.Convert(to.Type()))
	}
}

// decode reads one value by the attribute's type and limits.
func (f field) decode(raw []byte) (any, []sdk.Diagnostic) {
	switch f.Type {
	case sdk.TypeStrings, sdk.TypeInts:
		return f.decodeList(raw)
	case sdk.TypeMap:
		var m map[string]string
		if json.Unmarshal(raw, &m) != nil {
			return nil, f.complain("", "a map of strings is needed.")
		}
		return m, nil
	}
	v, problem := scalar(f.Type, raw)
	if problem == "" {
		problem = f.limits(v)
	}
	if problem != "" {
		return nil, f.complain("", problem)
	}
	return v, nil
}

func (f field) decodeList(raw []byte) (any, []sdk.Diagnostic) {
	var elems []json.RawMessage
	if json.Unmarshal(raw, &elems) != nil {
		return nil, f.complain("", "a list is needed.")
	}
	elemType := sdk.TypeString
	if f.Type == sdk.TypeInts {
		elemType = sdk.TypeInt
	}
	var ds []sdk.Diagnostic
	list := []any{}
	for i, e := range elems {
		v, problem := scalar(elemType, e)
		if problem == "" {
			problem = f.limits(v)
		}
		if problem != "" {
			ds = append(ds, f.complain("["+strconv.Itoa(i)+"]", problem)...)
		}
		list = append(list, v)
	}
	if len(ds) > 0 {
		return nil, ds
	}
	return typedList(elemType, list), nil
}

func typedList(t sdk.Type, list []any) any {
	if t == sdk.TypeInt {
		ints := make([]int64, len(list))
		for i, v := range list {
			ints[i], _ = v.(int64)
		}
		return ints
	}
	strs := make([]string, len(list))
	for i, v := range list {
		strs[i], _ = v.(string)
	}
	return strs
}

func (f field) complain(path, problem string) []sdk.Diagnostic {
	return []sdk.Diagnostic{{
		Attribute: f.Name + path,
		Summary:   fmt.Sprintf("Inappropriate value for %q: %s", f.Name+path, problem),
		Detail:    f.Doc,
	}}
}

// scalar reads one value and says what is wrong with it, or "". Values are never quoted back but where they parse as
// something that cannot be a secret.
func scalar(t sdk.Type, raw []byte) (any, string) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil, "it cannot be read."
	}
	switch t {
	case sdk.TypeBool:
		b, ok := v.(bool)
		return b, unless(ok, "true or false is needed.")
	case sdk.TypeInt:
		n, ok := wholeNumber(v)
		return n, unless(ok, "a whole number is needed.")
	case sdk.TypeNumber:
		n, _ := v.(json.Number)
		x, err := n.Float64()
		return x, unless(err == nil, "a number is needed.")
	}
	s, ok := v.(string)
	if !ok {
		return nil, "a string is needed."
	}
	return units(t, s)
}

func unless(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

func wholeNumber(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := n.Int64(); err == nil {
		return i, true
	}
	x, err := n.Float64()
	if err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return 0, false
	}
	return int64(x), true
}

func units(t sdk.Type, s string) (any, string) {
	var v any
	var err error
	switch t {
	case sdk.TypeDuration:
		var d time.Duration
		d, err = sdk.ParseDuration(s)
		v = d
	case sdk.TypeSize:
		v, err = sdk.ParseSize(s)
	case sdk.TypeRate:
		v, err = sdk.ParseRate(s)
	default:
		v = s
	}
	if err != nil {
		return nil, err.Error() + "."
	}
	return v, ""
}

// limits says what is wrong with a value of the right type, or "".
func (f field) limits(v any) string {
	if len(f.Choices) > 0 && !slices.Contains(f.Choices, fmt.Sprint(v)) {
		return "it must be one of " + strings.Join(f.Choices, ", ") + "."
	}
	var x float64
	switch n := v.(type) {
	case int64:
		x = float64(n)
	case float64:
		x = n
	default:
		return ""
	}
	switch {
	case f.Min != nil && x < *f.Min:
		return fmt.Sprintf("it must be at least %v.", *f.Min)
	case f.Max != nil && x > *f.Max:
		return fmt.Sprintf("it must be at most %v.", *f.Max)
	}
	return ""
}
