package inline_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/inline"
)

// rig is a worker, and the stream that it puts back into.
type rig struct {
	inline.Worker
	back   [][]byte
	refuse error
	counts map[string]float64
}

func newRig(t *testing.T) *rig {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{counts: map[string]float64{}}
	r.Worker = inline.Worker{
		Rows: transformer.New(lake.Part(d), nil).Rows, Log: slog.New(slog.DiscardHandler),
		Put: func(_ context.Context, stream string, records [][]byte) error {
			if r.refuse == nil {
				r.back = append(r.back, records...)
			}
			return r.refuse
		},
		Count: func(values map[string]float64) {
			for k, v := range values {
				r.counts[k] += v
			}
		},
	}
	return r
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func zip(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// payload has n events, one a minute from noon on, each with that much of text that does not compress.
func payload(name string, n, size int) []byte {
	var events []string
	for i := range n {
		text := make([]byte, size)
		for k := range text {
			text[k] = "abcdefghijklmnopqrstuvwxyz0123456789"[rand.IntN(36)]
		}
		events = append(events, fmt.Sprintf(`{"id":"%s-%d","timestamp":%d,"message":"hello %s"}`, name, i, noon.Add(time.Duration(i)*time.Minute).UnixMilli(), text))
	}
	return zip(fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/g","logStream":"s","subscriptionFilters":["seamark/1/booking/prod/team/eu-central-1/f"],"logEvents":[%s]}`, strings.Join(events, ",")))
}

func event(records ...[]byte) inline.Event {
	e := inline.Event{InvocationID: "1", StreamARN: "arn:aws:firehose:eu-central-1:999999999999:deliverystream/seamark"}
	for i, data := range records {
		e.Records = append(e.Records, inline.Record{ID: fmt.Sprint("r", i), Arrived: noon.Add(time.Hour).UnixMilli(), Data: data})
	}
	return e
}

// delivered adds the rows of an answer by their id, and fails where they lie in a partition
// that is not theirs or the answer is too large for Lambda.
func delivered(t *testing.T, a inline.Answer, rows map[string]int) {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil || len(b) > 6_000_000 {
		t.Errorf("an answer of %d bytes, %v", len(b), err)
	}
	for _, r := range a.Records {
		if r.Result != inline.OK {
			if len(r.Data) > 0 || r.Metadata != nil {
				t.Errorf("%s has data", r.Result)
			}
			continue
		}
		for line := range strings.Lines(string(r.Data)) {
			var row seamark.Log
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatal(err)
			}
			at := time.UnixMilli(row.Timestamp).UTC()
			want := map[string]string{"table": "logs", "product": "booking", "environment": "prod", "date": at.Format(time.DateOnly), "hour": at.Format("15")}
			if got := fmt.Sprint(r.Metadata.PartitionKeys); got != fmt.Sprint(want) {
				t.Errorf("row of %s in partition %s", at, got)
			}
			rows[row.EventID]++
		}
	}
}

// Every row is delivered once, in its partition: those of other hours, and what is beyond
// 6 MB, by way of the stream again.
func TestEveryRowOnce(t *testing.T) {
	for name, c := range map[string]struct {
		records [][]byte
		rows    int
	}{
		"one hour":    {[][]byte{payload("a", 50, 10)}, 50},
		"three hours": {[][]byte{payload("a", 150, 10), payload("b", 150, 10)}, 300},
		"too large":   {[][]byte{payload("a", 59, 40_000), payload("b", 59, 40_000), payload("c", 59, 40_000)}, 177},
		"all at once": {[][]byte{payload("a", 150, 40_000), payload("b", 30, 10)}, 180},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			rows, calls := map[string]int{}, 0
			for todo := c.records; len(todo) > 0; calls++ {
				if calls > 20 {
					t.Fatal("it never ends")
				}
				r.back = nil
				a, err := r.Transform(t.Context(), event(todo...))
				if err != nil || len(a.Records) != len(todo) {
					t.Fatalf("%d answers, %v", len(a.Records), err)
				}
				delivered(t, a, rows)
				for _, b := range r.back {
					if len(b) > 1_024_000 {
						t.Errorf("a record of %d bytes goes back", len(b))
					}
				}
				todo = r.back
			}
			if len(rows) != c.rows || r.counts["LandingFailed"] != 0 {
				t.Errorf("%d rows, want %d; counted %v", len(rows), c.rows, r.counts)
			}
			for id, n := range rows {
				if n != 1 {
					t.Errorf("%s is there %d times", id, n)
				}
			}
		})
	}
}

// What cannot be processed is said and counted, and does not harm the records beside it.
func TestFailures(t *testing.T) {
	r := newRig(t)
	e := event(
		[]byte("no payload"), payload("a", 2, 10), payload("b", 5, 10)[:60], zip(`{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`),
		zip(`{"seamarkRows":1,"hops":8,"keys":{"table":"logs","product":"p","environment":"e","date":"2026-11-22","hour":"12"},"rows":"{}\n"}`),
		zip(`{"seamarkRows":2,"hops":1,"keys":{},"rows":""}`), zip(`{"seamarkRows":`), nil,
	)
	a, err := r.Transform(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range a.Records {
		got = append(got, r.Result)
	}
	want := "[ProcessingFailed Ok ProcessingFailed Dropped Ok ProcessingFailed ProcessingFailed Dropped]"
	if fmt.Sprint(got) != want || r.counts["LandingFailed"] != 4 {
		t.Errorf("%v, want %s; counted %v", got, want, r.counts)
	}
	// The same rows, where there is no room for them and they went back too often.
	large := []byte(`{"x":"` + strings.Repeat("a", 4_300_000) + `"}` + "\n")
	b, _ := json.Marshal(map[string]any{"seamarkRows": 1, "hops": 8, "keys": map[string]string{"table": "logs", "product": "p", "environment": "e", "date": "2026-11-22", "hour": "12"}, "rows": string(large)})
	if a, err = r.Transform(t.Context(), event(zip(string(b)))); err != nil || a.Records[0].Result != inline.Failed || r.counts["LandingFailed"] != 5 || len(r.back) != 0 {
		t.Errorf("%.80v, %v, counted %v", a, err, r.counts)
	}
}

// A stream that takes nothing back, and no time: nothing is answered, so that Firehose asks again.
func TestAskedAgain(t *testing.T) {
	r := newRig(t)
	r.refuse = errors.New("throttled")
	if _, err := r.Transform(t.Context(), event(payload("a", 150, 10))); !errors.Is(err, r.refuse) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Transform(ctx, event(payload("a", 1, 10))); err == nil || !strings.Contains(err.Error(), "time was up") {
		t.Errorf("%v", err)
	}
}
