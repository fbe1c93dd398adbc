package seamark_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seamark-hq/seamark"
)

func TestTimeRangeVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/timerange.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			One, From, To, Zone, Note string
			Now                       time.Time
			Want                      []time.Time
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		t.Run(c.One+c.From+" "+c.To+" "+c.Zone, func(t *testing.T) {
			zone, err := time.LoadLocation(c.Zone)
			if err != nil {
				t.Fatal(err)
			}
			var got seamark.Span
			if c.From != "" {
				got, err = seamark.ParseSpan(c.From, c.To, c.Now, zone)
			} else {
				got, err = seamark.ParseTimeRange(c.One, c.Now, zone)
			}
			if c.Want == nil {
				var fault *seamark.Fault
				if !errors.As(err, &fault) || fault.Class != seamark.Rejected || fault.Remedy == "" {
					t.Fatalf("got %v, %v; want a rejection with a remedy", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := seamark.Span{From: c.Want[0], To: c.Want[1]}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 11, 22, 16, 25, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"1h": "2026-11-22T15:25:00Z", "yesterday": "2026-11-21T00:00:00Z",
		"2026-11-22T10:00:00Z": "2026-11-22T10:00:00Z", "now+5m": "2026-11-22T16:30:00Z",
	} {
		got, err := seamark.ParseTime(text, now, time.UTC)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestParseSpanOpenSides(t *testing.T) {
	now := time.Date(2026, 11, 22, 16, 25, 0, 0, time.UTC)
	got, err := seamark.ParseSpan("", "2026-11-21", now, time.UTC)
	want := seamark.Span{To: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func FuzzParseTimeRange(f *testing.F) {
	for _, s := range []string{"15m", "14:00..14:20", "2026-11-22 02:30", "now-1h", "1795361400000", "2026-11-20T14:00:00+05:30"} {
		f.Add(s, int64(1795361400000))
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, nowMs int64) {
		now := time.UnixMilli(nowMs % 4_000_000_000_000).UTC()
		span, err := seamark.ParseTimeRange(text, now, zone)
		if err != nil {
			return
		}
		if !span.From.Before(span.To) {
			t.Errorf("%q: %v is not before %v", text, span.From, span.To)
		}
		absolute := span.From.UTC().Format(time.RFC3339Nano) + ".." + span.To.UTC().Format(time.RFC3339Nano)
		if span.From.Year() < 1970 || strings.HasPrefix(absolute, "-") {
			return
		}
		again, err := seamark.ParseTimeRange(absolute, now, zone)
		if err != nil || !again.From.Equal(span.From.Truncate(time.Millisecond)) {
			t.Errorf("%q reads %v, %s reads %v, %v", text, span, absolute, again, err)
		}
	})
}
