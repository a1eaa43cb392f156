package sdk

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, written as "20GiB", "700MB" or "1024".
type Size int64

// Rate is a number of bytes a second, written as "1MiB/s"; 0 is no limit.
type Rate int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// ParseSize reads a size.
func ParseSize(s string) (Size, error) {
	text := strings.TrimSpace(s)
	mult := int64(1)
	for _, u := range sizeUnits {
		if rest, ok := cutSuffixFold(text, u.name); ok {
			text, mult = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v < 0 || v*float64(mult) > math.MaxInt64/2 || math.IsNaN(v) {
		return 0, fmt.Errorf("%q is not a size: write a number with a unit, as 700MB or 20GiB", s)
	}
	return Size(math.Round(v * float64(mult))), nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || !strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}

// String writes the size with the largest binary unit that divides it, or the nearest one to a tenth.
func (s Size) String() string {
	for i := 3; i >= 0; i-- {
		if u := sizeUnits[i]; int64(s) >= u.bytes {
			return strconv.FormatFloat(math.Round(float64(s)/float64(u.bytes)*10)/10, 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

// ParseRate reads a rate; a bare "0" and "unlimited" are no limit.
func ParseRate(s string) (Rate, error) {
	text := strings.TrimSpace(s)
	if text == "0" || strings.EqualFold(text, "unlimited") {
		return 0, nil
	}
	rest, ok := cutSuffixFold(text, "/s")
	if !ok {
		return 0, fmt.Errorf("%q is not a rate: write a size a second, as 1MiB/s", s)
	}
	v, err := ParseSize(rest)
	if err != nil {
		return 0, fmt.Errorf("%q is not a rate: write a size a second, as 1MiB/s", s)
	}
	return Rate(v), nil
}

// String writes the rate as ParseRate reads it.
func (r Rate) String() string {
	if r == 0 {
		return "unlimited"
	}
	return Size(r).String() + "/s"
}

// ParseDuration reads what [time.ParseDuration] reads, and whole days and weeks as "7d" and "2w"; "0" is none.
func ParseDuration(s string) (time.Duration, error) {
	text := strings.TrimSpace(s)
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, err := strconv.ParseUint(strings.TrimSuffix(text, suffix), 10, 16); err == nil && strings.HasSuffix(text, suffix) {
			return time.Duration(n) * unit, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration: write a number with a unit, as 30s, 5m, 12h or 7d", s)
	}
	return d, nil
}
