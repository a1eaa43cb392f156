package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

type shared struct {
	Proxy2 string `hcl:"proxy2,optional"`
}

type mode string

type settings struct {
	shared
	URL     string            `hcl:"url" default:"https://example.org" doc:"Where."`
	Token   sdk.Secret        `hcl:"token" doc:"The key."`
	Mode    mode              `hcl:"mode" default:"fast" choices:"fast,slow"`
	Days    int               `hcl:"days,optional" min:"1" max:"30"`
	Ratio   float64           `hcl:"ratio" default:"0.5"`
	Deep    bool              `hcl:"deep" default:"true"`
	Wait    time.Duration     `hcl:"wait" default:"1m30s"`
	Most    sdk.Size          `hcl:"most" default:"20GiB"`
	Speed   sdk.Rate          `hcl:"speed,optional"`
	Sites   []string          `hcl:"sites" default:"a, b"`
	Numbers []int             `hcl:"numbers,optional" min:"0"`
	Map     map[string]string `hcl:"map,optional"`
	Old     string            `hcl:"old,optional" deprecated:"Use url."`
	Ignored func()            `hcl:"-"`
	_       int
}

type thing struct{}

func (thing) Scrape(context.Context, sdk.Query, func(...sdk.Release) error) error { return nil }
func (thing) Torrent(context.Context, string) (sdk.Torrent, error)                { return sdk.Torrent{}, nil }
func (thing) Hook(context.Context, sdk.HookRequest) (sdk.HookResponse, error) {
	return sdk.HookResponse{}, nil
}

func newThing[S any](context.Context, sdk.Env, S) (thing, error) { return thing{}, nil }

func pluginOf(cs ...Capability) Plugin {
	return Plugin{Name: "thing", Version: "1.0.0", Capabilities: cs}
}

func TestDescribeReadsTheStruct(t *testing.T) {
	t.Parallel()
	got, err := Describe(pluginOf(Scraper(newThing[settings], TrustUser(), Limit(2, 5, 3))))
	if err != nil {
		t.Fatal(err)
	}
	one, thirty, zero := 1.0, 30.0, 0.0
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	want := sdk.Description{
		Name: "thing", Version: "1.0.0", SDK: sdk.Version, Protocol: 1,
		Capabilities: []sdk.CapabilityDescription{{
			Capability: sdk.CapabilityScraper,
			Flags:      []string{sdk.FlagHook, sdk.FlagTorrent, sdk.FlagTrustUser},
			Limits:     sdk.Limits{Rate: 2, Burst: 5, Concurrency: 3},
			Schema: sdk.Schema{Attributes: []sdk.Attribute{
				{Name: "proxy2", Type: sdk.TypeString},
				{Name: "url", Type: sdk.TypeString, Default: raw(`"https://example.org"`), Doc: "Where."},
				{Name: "token", Type: sdk.TypeString, Required: true, Secret: true, Doc: "The key."},
				{Name: "mode", Type: sdk.TypeString, Default: raw(`"fast"`), Choices: []string{"fast", "slow"}},
				{Name: "days", Type: sdk.TypeInt, Min: &one, Max: &thirty},
				{Name: "ratio", Type: sdk.TypeNumber, Default: raw(`0.5`)},
				{Name: "deep", Type: sdk.TypeBool, Default: raw(`true`)},
				{Name: "wait", Type: sdk.TypeDuration, Default: raw(`"1m30s"`)},
				{Name: "most", Type: sdk.TypeSize, Default: raw(`"20GiB"`)},
				{Name: "speed", Type: sdk.TypeRate},
				{Name: "sites", Type: sdk.TypeStrings, Default: raw(`["a","b"]`)},
				{Name: "numbers", Type: sdk.TypeInts, Min: &zero},
				{Name: "map", Type: sdk.TypeMap},
				{Name: "old", Type: sdk.TypeString, Deprecated: "Use url."},
			}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("description (-want +got):\n%s", diff)
	}
}

func TestFlagsComeFromTheTypeEvenOfAnInterface(t *testing.T) {
	t.Parallel()
	type both interface {
		sdk.Scraper
		sdk.Checker
	}
	c := Scraper(func(context.Context, sdk.Env, struct{}) (both, error) { return nil, nil })
	d, err := c.describe()
	if diff := cmp.Diff([]string{sdk.FlagCheck}, d.Flags); diff != "" || err != nil {
		t.Errorf("flags (-want +got):\n%s%v", diff, err)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	scraper := Scraper(newThing[struct{}])
	for _, tt := range []struct {
		name   string
		plugin Plugin
		want   string
	}{
		{"a bad name", Plugin{Name: "Thing One", Version: "1", Capabilities: []Capability{scraper}}, "lower-case"},
		{"no version", Plugin{Name: "thing", Capabilities: []Capability{scraper}}, "no version"},
		{"no capability", pluginOf(), "no capability"},
		{"a capability made by hand", pluginOf(Capability{}), "not made by"},
		{"a capability twice", pluginOf(scraper, scraper), "listed twice"},
		{"settings that are no struct", pluginOf(Scraper(newThing[int])), "want a struct"},
		{"a field without a tag", pluginOf(Scraper(newThing[struct{ URL string }])), "no hcl tag"},
		{"a reserved name", pluginOf(Scraper(newThing[struct {
			T string `hcl:"timeout"`
		}])), "belongs to the host"},
		{"a bad attribute name", pluginOf(Scraper(newThing[struct {
			T string `hcl:"API-Key"`
		}])), "underscores"},
		{"an attribute twice", pluginOf(Scraper(newThing[struct {
			A string `hcl:"a"`
			B string `hcl:"a"`
		}])), "twice"},
		{"a type that HCL has not", pluginOf(Scraper(newThing[struct {
			C chan int `hcl:"c"`
		}])), "cannot be a setting"},
		{"a default of another type", pluginOf(Scraper(newThing[struct {
			N int `hcl:"n" default:"x"`
		}])), "default"},
		{"a default that is no choice", pluginOf(Scraper(newThing[struct {
			S string `hcl:"s" default:"c" choices:"a,b"`
		}])), "must be one of"},
		{"a default that is no duration", pluginOf(Scraper(newThing[struct {
			D time.Duration `hcl:"d" default:"soon"`
		}])), "not a duration"},
		{"a limit of a string", pluginOf(Scraper(newThing[struct {
			S string `hcl:"s" min:"1"`
		}])), "does not go with"},
		{"a tag it does not know", pluginOf(Scraper(newThing[struct {
			S string `hcl:"s,block"`
		}])), "only optional"},
		{"a constructor that is nil", pluginOf(Scraper[struct{}, thing](nil)), "not made by"},
		{"a Validate that is nil", pluginOf(Scraper(newThing[struct{}], Validate[struct{}](nil))), "given nothing"},
		{"a Validate of other settings", pluginOf(Scraper(newThing[struct{}], Validate(func(settings) []sdk.Diagnostic { return nil }))), "Validate takes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := Check(tt.plugin)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSettingsAreDecoded(t *testing.T) {
	t.Parallel()
	c := Scraper(newThing[settings])
	v, ds := c.check([]byte(`{"proxy2":"p","token":"secret","mode":"slow","days":7.0,"wait":"2d","speed":"1MiB/s","numbers":[1,2],"map":{"k":"v"},"deep":false,"sites":null}`))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	got, _ := v.Interface().(settings)
	if got.Token.Reveal() != "secret" {
		t.Error("the secret was lost")
	}
	want := settings{
		shared: shared{Proxy2: "p"}, URL: "https://example.org", Token: got.Token, Mode: "slow", Days: 7, Ratio: 0.5, Wait: 48 * time.Hour,
		Most: 20 << 30, Speed: 1 << 20, Sites: []string{"a", "b"}, Numbers: []int{1, 2}, Map: map[string]string{"k": "v"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{}, shared{}), cmp.Comparer(func(a, b sdk.Secret) bool { return a == b })); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestMistakesAreToldByAttribute(t *testing.T) {
	t.Parallel()
	c := Scraper(newThing[settings], Validate(func(s settings) []sdk.Diagnostic {
		if s.Days == 13 {
			return []sdk.Diagnostic{{Attribute: "days", Summary: "unlucky"}}
		}
		return nil
	}))
	for _, tt := range []struct {
		name, raw string
		want      []string
	}{
		{"a required one that is missing", `{}`, []string{"token"}},
		{"one that nobody knows", `{"token":"t","tokn":"t"}`, []string{"tokn"}},
		{"wrong types, all of them", `{"token":1,"days":"x","deep":1,"ratio":[],"sites":"a","map":[]}`, []string{"token", "days", "ratio", "deep", "sites", "map"}},
		{"an element of a list", `{"token":"t","sites":["a",1],"numbers":[1,-1,1.5]}`, []string{"sites[1]", "numbers[1]", "numbers[2]"}},
		{"limits", `{"token":"t","days":31,"mode":"medium"}`, []string{"mode", "days"}},
		{"units", `{"token":"t","wait":"soon","most":"big","speed":"20"}`, []string{"wait", "most", "speed"}},
		{"what is deprecated", `{"token":"t","old":"x"}`, []string{"old"}},
		{"the plugin's own rule", `{"token":"t","days":13}`, []string{"days"}},
		{"no object", `[]`, []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, ds := c.check([]byte(tt.raw))
			var got []string
			for _, d := range ds {
				got = append(got, d.Attribute)
				if strings.Contains(d.Summary, "medium") {
					t.Errorf("a value is quoted: %s", d.Summary)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("attributes (-want +got):\n%s%v", diff, ds)
			}
		})
	}
}

func TestStartedByHandItSaysWhatItIs(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	p := pluginOf(Scraper(newThing[settings]))
	if status := Run(p, nil, &out, &errs); status != 1 || !strings.Contains(errs.String(), "a plugin of Millrace") || out.Len() > 0 {
		t.Errorf("status %d, %q, %q", status, out.String(), errs.String())
	}
}

func TestDescribeIsPrintedAsJSON(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	p := pluginOf(Scraper(newThing[settings]))
	if status := Run(p, []string{"describe"}, &out, &errs); status != 0 {
		t.Fatal(errs.String())
	}
	var got sdk.Description
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want, _ := Describe(p); len(got.Capabilities) != 1 || len(got.Capabilities[0].Schema.Attributes) != len(want.Capabilities[0].Schema.Attributes) {
		t.Errorf("got %+v", got)
	}
	if status := Run(pluginOf(), []string{"describe"}, &out, &errs); status != 1 {
		t.Error("a bad plugin describes itself")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"token":"t","sites":["a"],"numbers":[1e3],"map":{"a":"b"},"wait":"1h"}`))
	c := Scraper(newThing[settings])
	f.Fuzz(func(_ *testing.T, raw []byte) { c.check(raw) })
}
