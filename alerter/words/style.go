package words

import (
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Style is how a team reads times. The zero value is UTC with dates as ISO 8601 has them.
type Style struct {
	Zone  *time.Location
	Dates string // one of Dates
}

// dateLayouts are the ways to write a day and a time of day.
var dateLayouts = map[string]struct{ day, clock string }{
	"":      {"2006-01-02", "15:04:05"},
	"iso":   {"2006-01-02", "15:04:05"},
	"en":    {"2 Jan 2006", "15:04:05"},
	"en-US": {"Jan 2, 2006", "3:04:05 PM"},
	"de":    {"02.01.2006", "15:04:05"},
	"fr":    {"02/01/2006", "15:04:05"},
	"es":    {"02/01/2006", "15:04:05"},
	"it":    {"02/01/2006", "15:04:05"},
	"nl":    {"02-01-2006", "15:04:05"},
	"pl":    {"02.01.2006", "15:04:05"},
	"ja":    {"2006/01/02", "15:04:05"},
}

// Dates are the languages in which a date can be written.
func Dates() []string {
	var list []string
	for name := range dateLayouts {
		if name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// In is t where the team is.
func (s Style) In(t time.Time) time.Time {
	if s.Zone == nil {
		return t.UTC()
	}
	return t.In(s.Zone)
}

// Clock writes the time of day with its zone, and the date when it is not now's day.
func (s Style) Clock(t, now time.Time) string {
	t, now = s.In(t), s.In(now)
	l, known := dateLayouts[s.Dates]
	if !known {
		l = dateLayouts[""]
	}
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(l.clock + " MST")
	}
	return t.Format(l.day + " " + l.clock + " MST")
}

// Clock is Style.Clock in UTC, for timelines and commands.
func Clock(t, now time.Time) string { return Style{}.Clock(t, now) }

// Measured is Style.Measured in UTC.
func Measured(a seamark.Alarm, value float64) string { return Style{}.Measured(a, value) }
