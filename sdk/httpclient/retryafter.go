package httpclient

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRetryAfter bounds what a service can make its caller wait for.
const longestRetryAfter = 7 * 24 * time.Hour

// RetryAfter reads the header of that name: seconds, also with a fraction, or a date. It is 0 where there is none, where it
// cannot be read and where it has passed; at most 7 days; a date is rounded up to a whole second.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if s, err := strconv.ParseFloat(text, 64); err == nil {
		if math.IsNaN(s) || s <= 0 {
			return 0
		}
		return time.Duration(min(s, longestRetryAfter.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(text)
	if err != nil || !at.After(now) {
		return 0
	}
	if at.Sub(now) >= longestRetryAfter {
		return longestRetryAfter
	}
	return (at.Sub(now) + time.Second - 1).Truncate(time.Second)
}
