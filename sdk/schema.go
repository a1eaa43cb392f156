package sdk

import "encoding/json"

// Schema describes the settings of one capability. It is derived from the settings struct:
//
//	type Settings struct {
//		URL   string     `hcl:"url,optional" default:"https://example.org" doc:"Where the service is."`
//		Token sdk.Secret `hcl:"token" doc:"API token, from your account page."`
//	}
//
// A field's hcl tag names the attribute; ",optional" makes it so (one with a default is optional too). Other tags:
// default (as it would be written in HCL, without the quotes of a string; list elements separated by commas), doc (a
// sentence), choices (allowed values, separated by commas), min and max (of a number), deprecated (what to use instead).
type Schema struct {
	Attributes []Attribute `json:"attributes"`
}

// Attribute is one setting.
type Attribute struct {
	Name       string          `json:"name"`
	Type       Type            `json:"type"`
	Required   bool            `json:"required,omitempty"`
	Default    json.RawMessage `json:"default,omitempty"` // JSON; absent: the type's zero value
	Secret     bool            `json:"secret,omitempty"`  // never shown
	Doc        string          `json:"doc,omitempty"`
	Choices    []string        `json:"choices,omitempty"`
	Min        *float64        `json:"min,omitempty"`
	Max        *float64        `json:"max,omitempty"`
	Deprecated string          `json:"deprecated,omitempty"`
}

// Type is the type of a setting.
type Type string

// The types of settings, with the Go types of their fields. On the wire a duration, a size and a rate are the strings
// that the user wrote, checked by the host.
const (
	TypeString   Type = "string"       // string, Secret
	TypeInt      Type = "int"          // int, int64
	TypeNumber   Type = "number"       // float64
	TypeBool     Type = "bool"         // bool
	TypeDuration Type = "duration"     // time.Duration: "1m30s", "7d"
	TypeSize     Type = "size"         // Size: "20GiB"
	TypeRate     Type = "rate"         // Rate: "1MiB/s"
	TypeStrings  Type = "list(string)" // []string
	TypeInts     Type = "list(int)"    // []int
	TypeMap      Type = "map(string)"  // map[string]string
)

// Attribute finds an attribute by name.
func (s Schema) Attribute(name string) (Attribute, bool) {
	for _, a := range s.Attributes {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// Reserved are the attributes of a capability block that belong to the host. A schema that uses one is refused.
func Reserved() []string {
	return []string{"plugin", "enabled", "priority", "timeout", "every", "limit", "proxy", "profile", "profiles", "labels", "from"}
}

// Diagnostic is a complaint about settings, shown at the line of its attribute.
type Diagnostic struct {
	Attribute string `json:"attribute,omitempty"` // "token", "sites[1]"; empty: the block
	Summary   string `json:"summary"`             // one line
	Detail    string `json:"detail,omitempty"`    // what to do about it
	Warning   bool   `json:"warning,omitempty"`   // worth telling, no error
}
