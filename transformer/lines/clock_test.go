package lines

import (
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	const want = 1656575735341
	tests := map[string]int64{
		`1656575735341`:                      want,
		`"1656575735341"`:                    want,
		`1656575735`:                         want - 341,
		`1656575735.341`:                     want,
		`1656575735341000`:                   want,
		`"1656575735341000123"`:              want,
		`"2022-06-30T07:55:35.341Z"`:         want,
		`"2022-06-30T07:55:35.341000123Z"`:   want,
		`"2022-06-30T09:55:35.341+02:00"`:    want,
		`"2022-06-30T02:55:35.341-0500"`:     want,
		`"2022-06-30 07:55:35,341+0000"`:     want,
		`"2022-06-30 07:55:35,341"`:          want,
		`"2022-06-30 07:55:35"`:              want - 341,
		`"30/Jun/2022:07:55:35 +0000"`:       want - 341,
		`"30/Jun/2022:09:55:35 +0200"`:       want - 341,
		`""`:                                 0,
		`"soon"`:                             0,
		`"2022-13-30T07:55:35Z"`:             0,
		`"2022-02-29T07:55:35Z"`:             0,
		`"2022-06-30T24:55:35Z"`:             0,
		`"2022-06-30T07:55:35.Z"`:            0,
		`"2022-06-30T07:55:35 nonsense"`:     0,
		`-1`:                                 0,
		`1e400`:                              0,
		`0`:                                  0,
		`"` + strings.Repeat("9", 100) + `"`: 0,
	}
	for in, want := range tests {
		got, ok := ParseTime([]byte(in))
		if got != want || ok != (want != 0) {
			t.Errorf("%s: %d, %v, want %d", in, got, ok, want)
		}
	}
}

// FuzzCalendarTime compares the parser with the standard library's.
func FuzzCalendarTime(f *testing.F) {
	f.Add("2022-06-30T07:55:35.341Z")
	f.Add("2024-02-29T23:59:59+14:00")
	f.Add("0000-01-01T00:00:00Z")
	f.Add("2024-02-29T23:59:59+14:60")
	f.Fuzz(func(t *testing.T, s string) {
		var want time.Time                                                                   // UnmarshalText is strict where time.Parse is not
		if err := want.UnmarshalText([]byte(s)); err != nil || len(s) > 40 || s[13] != ':' { // even it takes an hour of one digit
			return
		}
		if _, zone := want.Zone(); zone <= -86_400 || zone >= 86_400 || strings.HasSuffix(s, ":60") { // and a zone of 24 hours, or of 60 minutes
			return
		}
		got, ok := calendarTime([]byte(s))
		if ms := want.UnixMilli(); !ok || got != ms && want.Nanosecond()%1e6 == 0 {
			t.Fatalf("%q: %d, %v, want %d", s, got, ok, ms)
		}
	})
}
