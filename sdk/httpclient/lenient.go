package httpclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Int is a whole number that services write as a number, a string or a boolean. Null and "" are 0; a fraction is cut off; a
// number beyond int64 is its nearest. What is no number at all is an error.
type Int int64

// Float is a number that services write as a number or a string. Null, "" and what is no number ("N/A") are 0.
type Float float64

// String is a text that services write as a string, a number or a boolean. Null is "".
type String string

// Bool is a truth that services write as true, 1, "1", "true" or "yes". Null and all else are false.
type Bool bool

// Strings is a list of texts of which services write a single one without the brackets. Null is empty.
type Strings []string

// UnmarshalJSON reads what [Int] describes.
func (i *Int) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	switch strings.ToLower(text) {
	case "", "false":
		*i = 0
		return nil
	case "true":
		*i = 1
		return nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = Int(n)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) {
		return errors.New("a text stands where a number should")
	}
	*i = clamp(f)
	return nil
}

func clamp(f float64) Int {
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return Int(f)
}

// UnmarshalJSON reads what [Float] describes.
func (f *Float) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	*f = Float(v)
	return nil
}

// UnmarshalJSON reads what [String] describes.
func (s *String) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	*s = String(text)
	return err
}

// UnmarshalJSON reads what [Bool] describes.
func (v *Bool) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	switch strings.ToLower(text) {
	case "true", "yes":
		*v = true
	default:
		n, bad := strconv.ParseFloat(text, 64)
		*v = bad == nil && n != 0
	}
	return err
}

// UnmarshalJSON reads what [Strings] describes.
func (s *Strings) UnmarshalJSON(b []byte) error {
	*s = nil
	if bytes.HasPrefix(b, []byte("[")) {
		var list []String
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
		for _, v := range list {
			*s = append(*s, string(v))
		}
		return nil
	}
	text, err := scalar(b)
	if err == nil && text != "" {
		*s = Strings{text}
	}
	return err
}

// scalar is the text of a JSON string, number, boolean or null, without white space around it.
func scalar(b []byte) (string, error) {
	switch {
	case len(b) == 0 || bytes.Equal(b, []byte("null")):
		return "", nil
	case b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return strings.TrimSpace(s), err
	case b[0] == '{' || b[0] == '[':
		return "", errors.New("a list or an object stands where a single value should")
	}
	return string(b), nil
}

// DecodeJSON decodes one JSON value, with a byte order mark or not.
func DecodeJSON(data []byte, out any) error {
	return json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), out)
}
