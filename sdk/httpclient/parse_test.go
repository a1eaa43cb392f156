package httpclient_test

import (
	"encoding/json"
	"encoding/xml"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk/httpclient"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 500e6, time.UTC)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "0": 0, "NaN": 0, "120": 2 * time.Minute, " 3 ": 3 * time.Second, "1.5": 1500 * time.Millisecond,
		"1e300":                         7 * 24 * time.Hour,
		"Sun, 01 Mar 2026 12:01:00 GMT": time.Minute,
		"Sun, 01 Mar 2026 11:59:00 GMT": 0,
		"Sun, 01 Mar 2126 11:59:00 GMT": 7 * 24 * time.Hour,
	} {
		if got := httpclient.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "1", "-1", "1.5", "Inf", "Sun, 01 Mar 2026 12:01:00 GMT", "99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d := httpclient.RetryAfter(http.Header{"Retry-After": {s}}, now); d < 0 || d > 7*24*time.Hour {
			t.Errorf("%q: %s is out of bounds", s, d)
		}
	})
}

func TestLenientValues(t *testing.T) {
	t.Parallel()
	type values struct {
		I httpclient.Int
		F httpclient.Float
		S httpclient.String
		B httpclient.Bool
		L httpclient.Strings
	}
	tests := map[string]struct {
		text string
		want values
	}{
		"are read from their own type": {`{"i":1,"f":1.5,"s":"x","b":true,"l":["a","b"]}`, values{1, 1.5, "x", true, httpclient.Strings{"a", "b"}}},
		"are read from strings":        {`{"i":" 12 ","f":"8.1","b":"1","l":"a"}`, values{12, 8.1, "", true, httpclient.Strings{"a"}}},
		"are read from numbers":        {`{"i":2.9,"s":42,"b":1,"l":[1,2]}`, values{2, 0, "42", true, httpclient.Strings{"1", "2"}}},
		"are read from booleans":       {`{"i":true,"s":true,"b":false}`, values{I: 1, S: "true"}},
		"are zero for null":            {`{"i":null,"f":null,"s":null,"b":null,"l":null}`, values{}},
		"are zero for nothing":         {`{"i":"","f":"N/A","s":"","b":"no","l":""}`, values{}},
		"are bounded":                  {`{"i":1e300}`, values{I: math.MaxInt64}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got values
			if err := json.Unmarshal([]byte(tt.text), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
	for _, text := range []string{`{"i":"many"}`, `{"i":{}}`, `{"s":[]}`} {
		if err := json.Unmarshal([]byte(text), new(values)); err == nil {
			t.Errorf("%s: got no error", text)
		}
	}
}

func TestDecodeXML(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"reads UTF-8":                               {`<?xml version="1.0" encoding="UTF-8"?><a>é</a>`, "é"},
		"skips a byte order mark":                   {"\xef\xbb\xbf<a>é</a>", "é"},
		"reads what is declared":                    {"<?xml version='1.0' encoding='iso-8859-2'?><a>\xb1</a>", "ą"},
		"reads UTF-8 that is declared otherwise":    {`<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>`, "é"},
		"reads Windows-1252 that is declared UTF-8": {"<?xml version='1.0' encoding='utf-8'?><a>\xe9\x80</a>", "é€"},
		"reads UTF-16":                              {"\xff\xfe<\x00a\x00>\x00\xe9\x00<\x00/\x00a\x00>\x00", "é"},
		"knows HTML's entities":                     {"<a>x&nbsp;&eacute;</a>", "x\u00a0é"},
		"reads CDATA":                               {"<a><![CDATA[x & y]]></a>", "x & y"},
		"bears a lone ampersand":                    {"<a>x & y</a>", "x & y"},
		"drops what XML forbids":                    {"<a>x\x01&#0;&#x1f;&#xFFFFFFFF;y</a>", "xy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				XMLName xml.Name
				Text    string `xml:",chardata"`
			}
			if err := httpclient.DecodeXML([]byte(tt.text), &got); err != nil || got.Text != tt.want {
				t.Errorf("got %q, %v, want %q", got.Text, err, tt.want)
			}
		})
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://u:p@example.org/v1/find?q=x&apikey=y#z":             "https://example.org/v1/find?apikey&q",
		"https://example.org/realdebrid=KEY/stream/movie/tt123.json": "https://example.org/…/stream/movie/tt123.json",
		"https://example.org/dl/0123456789abcdef0123456789/x":        "https://example.org/dl/…/x",
		"https://example.org/a%7Cb/x":                                "https://example.org/…/x",
		"/only/path":                                                 "/only/path",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := httpclient.Redact(u); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
