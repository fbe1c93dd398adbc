package proof_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/proof"
)

var start = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

const hour = int64(time.Hour / time.Millisecond)

// traffic is a log group that forwards perHour events an hour for some days; delay says how late those of an
// hour arrive, and lost how many never do.
func traffic(days int, perHour int64, delay func(hour int) time.Duration, lost func(hour int) int64) (proof.Metrics, proof.Tally) {
	m := proof.Metrics{Group: proof.Group{Account: "222222222222", Region: "eu-central-1", Name: "/aws/lambda/a"}, Since: start.UnixMilli() - hour, Whole: true, Incoming: proof.Tally{}, Forwarded: proof.Tally{}}
	rows := proof.Tally{}
	const slice = hour / 12
	for i := range int64(days * 24 * 12) {
		at, n := start.UnixMilli()+i*slice, perHour/12
		m.Incoming.Add(at, n)
		m.Forwarded.Add(at, n)
		if i%12 == 0 {
			n -= lost(int(i / 12))
		}
		rows.Add(at+delay(int(i/12)).Milliseconds(), n)
	}
	return m, rows
}

func none(int) int64 { return 0 }

func buffered(int) time.Duration { return 5 * time.Minute }

// retried is an outage of six hours; what it held up arrives the next day.
func retried(h int) time.Duration {
	if h >= 36 && h < 42 {
		return 23 * time.Hour
	}
	return buffered(h)
}

// TestCompare: what is lost is named on its day; what is only late is not.
func TestCompare(t *testing.T) {
	to := start.AddDate(0, 0, 4)
	for name, c := range map[string]struct {
		delay func(int) time.Duration
		lost  func(int) int64
		want  map[string]int64 // by day: at least
	}{
		"nothing":         {delay: buffered, lost: none},
		"late as a retry": {delay: retried, lost: none},
		"half a day":      {delay: buffered, lost: func(h int) int64 { return map[bool]int64{true: 1200}[h >= 30 && h < 42] }, want: map[string]int64{"2026-11-21": 12*1200 - 300}},
		"a little each day": {delay: buffered, lost: func(h int) int64 { return map[bool]int64{true: 200}[h%24 == 5] },
			want: map[string]int64{"all": 4*200 + 100 - 300}},
	} {
		t.Run(name, func(t *testing.T) {
			m, rows := traffic(6, 1200, c.delay, c.lost)
			var got map[string]int64
			for _, l := range proof.Culprits(proof.Compare(m, rows, start, to)) {
				if got == nil {
					got = map[string]int64{}
				}
				got[l.Day] = l.Lost
				if l.Unsent != 0 || l.Unknown {
					t.Errorf("%+v", l)
				}
			}
			if d := cmp.Diff(got, c.want); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestNotForwarded: what comes in and is not forwarded is named where the filter has no pattern, and not
// for the day on which it was put.
func TestNotForwarded(t *testing.T) {
	to := start.AddDate(0, 0, 3)
	m, rows := traffic(5, 1200, buffered, none)
	second := start.AddDate(0, 0, 1).UnixMilli()
	m.Incoming.Add(second+hour, 5000)
	culprits := proof.Culprits(proof.Compare(m, rows, start, to))
	if len(culprits) != 1 || culprits[0].Day != "2026-11-21" || culprits[0].Unsent != 5000-300 || culprits[0].Lost != 0 {
		t.Errorf("%+v", culprits)
	}
	m.Since = second + hour
	if got := proof.Culprits(proof.Compare(m, rows, start, to)); len(got) != 0 {
		t.Errorf("the filter was put later: %+v", got)
	}
	m.Since, m.Whole = 0, false
	if got := proof.Culprits(proof.Compare(m, rows, start, to)); len(got) != 0 {
		t.Errorf("its pattern leaves events out: %+v", got)
	}
}

// TestNoFigures: where CloudWatch has no figures of the filter nothing is proven, which is said.
func TestNoFigures(t *testing.T) {
	m, rows := traffic(4, 1200, buffered, none)
	m.Forwarded = proof.Tally{}
	got := proof.Culprits(proof.Compare(m, rows, start, start.AddDate(0, 0, 2)))
	if len(got) != 1 || !got[0].Unknown || got[0].Lost+got[0].Unsent != 0 {
		t.Errorf("%+v", got)
	}
}

// TestNeverTooMuch: whatever delays there are below a day, what is said to be missing never exceeds what is.
func TestNeverTooMuch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := proof.Metrics{Forwarded: proof.Tally{}, Incoming: proof.Tally{}}
		rows, lost := proof.Tally{}, int64(0)
		for range rapid.IntRange(1, 40).Draw(t, "batches") {
			at := start.UnixMilli() + rapid.Int64Range(0, 4*24*hour-1).Draw(t, "at")
			n := rapid.Int64Range(1, 100).Draw(t, "n")
			m.Forwarded.Add(at, n)
			if rapid.Bool().Draw(t, "lost") {
				lost += n
				continue
			}
			rows.Add(at+rapid.Int64Range(0, 15*60*1000-1).Draw(t, "delay"), n)
		}
		total := int64(0)
		for _, l := range proof.Compare(m, rows, start, start.AddDate(0, 0, 3)) {
			if l.Day != "all" {
				total += l.Lost
			}
		}
		if total > lost {
			t.Fatalf("%d are said to be missing, %d are", total, lost)
		}
	})
}

func TestJudged(t *testing.T) {
	from, to := proof.Judged(start.Add(5*time.Hour), start.AddDate(0, 0, 9).Add(7*time.Hour))
	if want := start.AddDate(0, 0, 8); !from.Equal(start) || !to.Equal(want) {
		t.Errorf("%s to %s, want %s to %s", from, to, start, want)
	}
}
