package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

var (
	namePattern      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	attributePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// Check reports what is wrong with a plugin's declaration: its name, two capabilities of a kind, settings that cannot be
// described. It is for a plugin's own test; the host is told the same by Describe.
func Check(p Plugin) error {
	_, err := Describe(p)
	return err
}

// Describe is what a plugin says of itself. The error tells every fault of the declaration.
func Describe(p Plugin) (sdk.Description, error) {
	d := sdk.Description{Name: p.Name, Version: p.Version, SDK: sdk.Version, Protocol: protocol}
	var faults []error
	if !namePattern.MatchString(p.Name) {
		faults = append(faults, fmt.Errorf("name %q: want lower-case letters, digits and dashes", p.Name))
	}
	if p.Version == "" {
		faults = append(faults, errors.New("no version"))
	}
	if len(p.Capabilities) == 0 {
		faults = append(faults, errors.New("no capability"))
	}
	for _, c := range p.Capabilities {
		described, err := c.describe()
		if _, twice := d.Capability(c.name); twice {
			err = errors.Join(err, errors.New("listed twice"))
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("capability %q: %w", c.name, err))
		}
		d.Capabilities = append(d.Capabilities, described)
	}
	if err := errors.Join(faults...); err != nil {
		return d, fmt.Errorf("plugin %q: %w", p.Name, err)
	}
	return d, nil
}

func (c Capability) describe() (sdk.CapabilityDescription, error) {
	d := sdk.CapabilityDescription{Capability: c.name, Limits: c.limits}
	if c.build == nil {
		return d, errors.New("not made by serve.Source, serve.Scraper or their like")
	}
	d.Flags = slices.Compact(slices.Sorted(slices.Values(c.flags)))
	fields, err := fieldsOf(c.settings)
	for _, f := range fields {
		d.Schema.Attributes = append(d.Schema.Attributes, f.Attribute)
	}
	return d, errors.Join(err, c.validateFault())
}

func (c Capability) validateFault() error {
	if c.validate == nil {
		return nil
	}
	v := reflect.ValueOf(c.validate)
	if v.IsNil() {
		return errors.New("Validate was given nothing")
	}
	if in := v.Type().In(0); in != c.settings {
		return fmt.Errorf("Validate takes %s, the constructor %s", in, c.settings)
	}
	return nil
}

// field is one setting and where it lives in the settings struct.
type field struct {
	sdk.Attribute
	index []int
}

// fieldsOf reads a settings struct. It gives the fields that are right, and an error that tells of all that are not.
func fieldsOf(t reflect.Type) ([]field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("settings are a %s: want a struct", t)
	}
	var fields []field
	var faults []error
	seen := map[string]bool{}
	for _, sf := range reflect.VisibleFields(t) {
		if skipField(t, sf) {
			continue
		}
		f, err := fieldOf(sf)
		if err == nil && seen[f.Name] {
			err = errors.New("the attribute is there twice")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("setting %s: %w", sf.Name, err))
			continue
		}
		seen[f.Name] = true
		fields = append(fields, f)
	}
	return fields, errors.Join(faults...)
}

// skipField leaves out what is no setting: embedded structs themselves, whose fields are visited on their own, unexported
// fields and those marked with "-".
func skipField(t reflect.Type, sf reflect.StructField) bool {
	if sf.Anonymous && sf.Type.Kind() == reflect.Struct && sf.Tag.Get("hcl") == "" {
		return true
	}
	if !sf.IsExported() || sf.Tag.Get("hcl") == "-" {
		return true
	}
	for i := 1; i < len(sf.Index); i++ {
		outer := t.FieldByIndex(sf.Index[:i])
		if outer.Tag.Get("hcl") == "-" || outer.Type.Kind() != reflect.Struct {
			return true
		}
	}
	return false
}

func fieldOf(sf reflect.StructField) (field, error) {
	name, flag, _ := strings.Cut(sf.Tag.Get("hcl"), ",")
	f := field{index: sf.Index, Attribute: sdk.Attribute{
		Name:       name,
		Doc:        sf.Tag.Get("doc"),
		Deprecated: sf.Tag.Get("deprecated"),
		Secret:     sf.Type == reflect.TypeFor[sdk.Secret](),
		Required:   flag != "optional",
	}}
	switch {
	case name == "":
		return f, errors.New(`no hcl tag: write hcl:"name", or hcl:"-" to leave it out`)
	case !attributePattern.MatchString(name):
		return f, fmt.Errorf("attribute %q: want lower-case letters, digits and underscores", name)
	case slices.Contains(sdk.Reserved(), name):
		return f, fmt.Errorf("attribute %q belongs to the host: choose another name", name)
	case flag != "" && flag != "optional":
		return f, fmt.Errorf("hcl tag says %q: only optional is known", flag)
	}
	var ok bool
	if f.Type, ok = typeOf(sf.Type); !ok {
		return f, fmt.Errorf("type %s cannot be a setting", sf.Type)
	}
	if err := f.readLimits(sf.Tag); err != nil {
		return f, err
	}
	return f, f.readDefault(sf.Tag)
}

func typeOf(t reflect.Type) (sdk.Type, bool) {
	switch t {
	case reflect.TypeFor[sdk.Secret]():
		return sdk.TypeString, true
	case reflect.TypeFor[time.Duration]():
		return sdk.TypeDuration, true
	case reflect.TypeFor[sdk.Size]():
		return sdk.TypeSize, true
	case reflect.TypeFor[sdk.Rate]():
		return sdk.TypeRate, true
	}
	switch t.Kind() {
	case reflect.String:
		return sdk.TypeString, true
	case reflect.Int, reflect.Int64:
		return sdk.TypeInt, true
	case reflect.Float64:
		return sdk.TypeNumber, true
	case reflect.Bool:
		return sdk.TypeBool, true
	case reflect.Slice:
		return listTypeOf(t.Elem())
	case reflect.Map:
		return sdk.TypeMap, t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.String
	}
	return "", false
}

func listTypeOf(elem reflect.Type) (sdk.Type, bool) {
	switch elem.Kind() {
	case reflect.String:
		return sdk.TypeStrings, true
	case reflect.Int:
		return sdk.TypeInts, true
	}
	return "", false
}

func (f *field) readLimits(tag reflect.StructTag) error {
	if s, ok := tag.Lookup("choices"); ok {
		if f.Type != sdk.TypeString && f.Type != sdk.TypeStrings && f.Type != sdk.TypeInt {
			return fmt.Errorf("choices do not go with %s", f.Type)
		}
		f.Choices = splitList(s)
	}
	for name, to := range map[string]**float64{"min": &f.Min, "max": &f.Max} {
		s, ok := tag.Lookup(name)
		if !ok {
			continue
		}
		if f.Type != sdk.TypeInt && f.Type != sdk.TypeNumber && f.Type != sdk.TypeInts {
			return fmt.Errorf("%s does not go with %s", name, f.Type)
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("%s %q is no number", name, s)
		}
		*to = &v
	}
	return nil
}

func (f *field) readDefault(tag reflect.StructTag) error {
	s, ok := tag.Lookup("default")
	if !ok {
		return nil
	}
	f.Required = false
	v, err := defaultValue(f.Type, s)
	if err != nil {
		return fmt.Errorf("default %q: %w", s, err)
	}
	if f.Default, err = json.Marshal(v); err != nil {
		return fmt.Errorf("default %q: %w", s, err)
	}
	if _, ds := f.decode(f.Default); len(ds) > 0 {
		return fmt.Errorf("default %q: %s", s, ds[0].Summary)
	}
	return nil
}

// defaultValue reads what a default tag says into the value that JSON has for the type.
func defaultValue(t sdk.Type, s string) (any, error) {
	switch t {
	case sdk.TypeInt:
		return strconv.ParseInt(s, 10, 64)
	case sdk.TypeNumber:
		return strconv.ParseFloat(s, 64)
	case sdk.TypeBool:
		return strconv.ParseBool(s)
	case sdk.TypeStrings:
		return splitList(s), nil
	case sdk.TypeInts:
		ints := []int{}
		for _, e := range splitList(s) {
			n, err := strconv.Atoi(e)
			if err != nil {
				return nil, fmt.Errorf("%q is no number", e)
			}
			ints = append(ints, n)
		}
		return ints, nil
	case sdk.TypeMap:
		return nil, errors.New("a map has no default")
	}
	return s, nil
}

func splitList(s string) []string {
	list := []string{}
	for e := range strings.SplitSeq(s, ",") {
		if e = strings.TrimSpace(e); e != "" {
			list = append(list, e)
		}
	}
	return list
}
