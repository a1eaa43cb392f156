package link

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// byteRange is what is asked of a file.
type byteRange struct {
	off, n int64
	size   int64 // of the file; 0 unknown
}

// checkRange compares "bytes 0-99/1234" with what was asked.
func checkRange(header string, rng byteRange) error {
	first, last, total, ok := parseRange(header)
	switch {
	case !ok || first != rng.off || last != rng.off+rng.n-1:
		return fault(sdk.Unavailable, renewal, "sent another range than was asked for")
	case total >= 0 && rng.size > 0 && total != rng.size:
		return fault(sdk.Unavailable, renewal, "has a file of %d bytes, not %d", total, rng.size)
	}
	return nil
}

// parseRange reads a Content-Range (RFC 9110, section 14.4). A total that is not told is -1.
func parseRange(header string) (first, last, total int64, ok bool) {
	unit, rest, ok1 := strings.Cut(strings.TrimSpace(header), " ")
	span, all, ok2 := strings.Cut(rest, "/")
	lo, hi, ok3 := strings.Cut(span, "-")
	if !ok1 || !ok2 || !ok3 || !strings.EqualFold(unit, "bytes") {
		return 0, 0, 0, false
	}
	first, ok1 = digits(lo)
	last, ok2 = digits(hi)
	total, ok3 = digits(all)
	if all == "*" {
		total, ok3 = -1, true
	}
	ok = ok1 && ok2 && ok3 && first <= last && (total < 0 || last < total)
	return first, last, total, ok
}

// digits reads a number that has no sign.
func digits(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3), a day at most; 0 where there is neither.
func retryAfter(v string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(strings.TrimSpace(v)); err == nil && s > 0 {
		return time.Duration(min(s, 86400)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return min(t.Sub(now), 24*time.Hour)
	}
	return 0
}
