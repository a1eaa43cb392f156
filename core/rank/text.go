package rank

import (
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/core/release"
)

// itoa writes a number; those of years and episodes are written already.
func itoa(n int) string {
	if n >= 0 && n < len(written) {
		return written[n]
	}
	return strconv.Itoa(n)
}

var written = func() (t [2200]string) {
	for n := range t {
		t[n] = strconv.Itoa(n)
	}
	return t
}()

func lower(s string) string { return strings.ToLower(s) }

func abs(n int) int { return max(n, -n) }

// shown writes ranges as "1-3,5".
func shown(rs []release.Range) string {
	if len(rs) == 1 && rs[0].Lo == rs[0].Hi {
		return itoa(int(rs[0].Lo))
	}
	var b strings.Builder
	for i, r := range rs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(itoa(int(r.Lo)))
		if r.Hi > r.Lo {
			b.WriteByte('-')
			b.WriteString(itoa(int(r.Hi)))
		}
	}
	return b.String()
}

// adjacent reports whether two days follow each other.
func adjacent(a, b release.Date) bool {
	d := noon(a).Sub(noon(b))
	return d == 24*time.Hour || d == -24*time.Hour
}

func noon(d release.Date) time.Time {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 12, 0, 0, 0, time.UTC)
}
