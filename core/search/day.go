package search

import (
	"time"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// homes are how far the clocks of countries are from UTC, in hours and without summer time. Of one with several zones it is
// that of most people.
var homes = map[string]int{
	"US": -5, "CA": -5, "MX": -6, "CO": -5, "PE": -5, "CL": -4, "BR": -3, "AR": -3,
	"GB": 0, "IE": 0, "PT": 0, "IS": 0, "ES": 1, "FR": 1, "BE": 1, "NL": 1, "DE": 1, "AT": 1, "CH": 1, "IT": 1, "DK": 1, "NO": 1, "SE": 1,
	"PL": 1, "CZ": 1, "HU": 1, "ZA": 2, "FI": 2, "GR": 2, "RO": 2, "UA": 2, "IL": 2, "TR": 3, "RU": 3,
	"IN": 5, "TH": 7, "ID": 7, "VN": 7, "CN": 8, "HK": 8, "TW": 8, "SG": 8, "PH": 8, "JP": 9, "KR": 9, "AU": 10, "NZ": 12,
}

// airDates are the days by which releases of an episode may name it: the day at home first, then that in UTC. Where it is
// not known what home is, it may be the day before: a show that airs in the evening does so on the next day in UTC.
func airDates(t sdk.Title, e sdk.Episode) []release.Date {
	utc := day(e.AirTime)
	home, known := homeDay(t, e)
	switch {
	case !known:
		return []release.Date{utc, day(e.AirTime.Add(-12 * time.Hour))}
	case home == utc || daily(t, e): // the day in UTC is another episode's
		return []release.Date{home}
	}
	return []release.Date{home, utc}
}

// homeDay is the day on which an episode aired where the show is from, if that is known.
func homeDay(t sdk.Title, e sdk.Episode) (release.Date, bool) {
	hours, known := homes[t.Country]
	return day(e.AirTime.Add(time.Duration(hours) * time.Hour)), known
}

// daily reports whether another episode aired the day before or after: a neighbouring day is then no slip of the calendar.
func daily(t sdk.Title, e sdk.Episode) bool {
	if e.AirTime.IsZero() {
		return false
	}
	for _, o := range t.Episodes {
		if o.AirTime.IsZero() || o.Season == 0 {
			continue
		}
		if apart := o.AirTime.Sub(e.AirTime).Abs(); apart > 12*time.Hour && apart < 36*time.Hour {
			return true
		}
	}
	return false
}

func day(t time.Time) release.Date {
	t = t.UTC()
	return release.Date{Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day())}
}
