package link

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-3": 0, " 12 ": 12 * time.Second, "9999999": 24 * time.Hour,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:00:00 GMT": 0,
	} {
		if got := retryAfter(v, now); got != want {
			t.Errorf("%q: got %s, want %s", v, got, want)
		}
	}
}

func TestARangeIsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	asked := byteRange{off: 15, n: 10, size: 1000}
	for header, want := range map[string]bool{
		"bytes 15-24/1000": true, "Bytes 15-24/1000": true, "bytes 15-24/*": true, " bytes 15-24/1000 ": true,
		"": false, "bytes": false, "bytes */1000": false, "bytes 15-24": false, "lines 15-24/1000": false, "bytes 15-23/1000": false,
		"bytes 14-24/1000": false, "bytes 15-25/1000": false, "bytes 15-24/999": false, "bytes 15-24/24": false, "bytes 15-24/": false,
		"bytes +15-24/1000": false, "bytes 15--24/1000": false, "bytes 15-99999999999999999999/1000": false, "bytes 15-24/-1": false,
	} {
		if err := checkRange(header, asked); (err == nil) != want {
			t.Errorf("%q: %v", header, err)
		}
	}
}

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-9/10", "bytes 15-24/*", "bytes */10", "bytes 9-0/10", "bytes -1-2/3", "\x00", "bytes 1-2/3/4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		first, last, total, ok := parseRange(header)
		if !ok {
			return
		}
		if first < 0 || last < first || total >= 0 && last >= total || total < -1 {
			t.Fatalf("%q: bytes %d to %d of %d", header, first, last, total)
		}
		all := "*"
		if total >= 0 {
			all = fmt.Sprint(total)
		}
		a, b, c, ok := parseRange(fmt.Sprintf("bytes %d-%d/%s", first, last, all))
		if !ok || a != first || b != last || c != total {
			t.Fatalf("%q: read again it is bytes %d to %d of %d, %t", header, a, b, c, ok)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, s := range []string{"", "7", "-7", "99999999999999999999", now.Add(time.Hour).Format(http.TimeFormat), "Fri, 02 Jan 9999 03:05:05 GMT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if d := retryAfter(v, now); d < 0 || d > 24*time.Hour {
			t.Fatalf("%q: a pause of %s", v, d)
		}
	})
}
