package rulebook

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours are when a rule is looked at: {days: [monday, friday], from: "08:00", to: "18:00", zone: Europe/Berlin}.
type Hours struct {
	Days []string `yaml:"days" doc:"monday, tuesday and so on. Empty: monday to friday."`
	From string   `yaml:"from" doc:"hh:mm. Empty: 00:00."`
	To   string   `yaml:"to" doc:"hh:mm. Empty: 24:00."`
	Zone string   `yaml:"zone" doc:"Time zone, such as Europe/Berlin. Empty: UTC."`

	zone     *time.Location
	from, to time.Duration // since midnight
}

func (h *Hours) check(f fault) {
	var err error
	if h.zone, err = time.LoadLocation(h.Zone); err != nil || h.Zone == "Local" {
		f("hours.zone", fmt.Sprintf("there is no time zone %q", cut(h.Zone)), "use a name such as Europe/Berlin, or UTC")
		h.zone = time.UTC
	}
	for i, day := range h.Days {
		if _, ok := weekday(day); !ok {
			f(fmt.Sprintf("hours.days[%d]", i), fmt.Sprintf("there is no day %q", cut(day)), "use monday, tuesday, …")
		}
	}
	clock := func(key, s string, otherwise time.Duration) time.Duration {
		if s == "" {
			return otherwise
		}
		if s == "24:00" {
			return 24 * time.Hour
		}
		t, err := time.Parse("15:04", s)
		if err != nil {
			f("hours."+key, fmt.Sprintf("%q is no time of day", cut(s)), `use "08:00"`)
		}
		return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	if h.from, h.to = clock("from", h.From, 0), clock("to", h.To, 24*time.Hour); h.from >= h.to {
		f("hours", "they end before they begin", "write two rules for hours over midnight")
	}
}

func weekday(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String(), name) {
			return d, true
		}
	}
	return 0, false
}

// hold reports whether all of a window lies in the hours of one day; nil hours always do.
func (h *Hours) hold(from, to time.Time) bool {
	if h == nil {
		return true
	}
	from, to = from.In(h.zone), to.In(h.zone)
	y, m, d := from.Date()
	at := func(since time.Duration) time.Time { // by the clock on the wall, whatever is done to it that day
		return time.Date(y, m, d, int(since/time.Hour), int(since%time.Hour/time.Minute), 0, 0, h.zone)
	}
	if from.Before(at(h.from)) || to.After(at(h.to)) {
		return false
	}
	if len(h.Days) == 0 {
		return from.Weekday() != time.Saturday && from.Weekday() != time.Sunday
	}
	return slices.ContainsFunc(h.Days, func(name string) bool {
		day, _ := weekday(name)
		return day == from.Weekday()
	})
}
