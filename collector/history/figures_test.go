package history_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// endless is a log group that makes its events up when they are asked for: one each step
// milliseconds, in 20 streams.
type endless struct {
	*past
	from, to, step int64
	peak           uint64 // of the heap
}

const lineTail = `,"message":"Booking confirmed. bookingId=[123456] userId=[abcdefgh] sourceIP=[203.0.113.7] took 132 ms","source":"/aws/lambda/booking-create","accountId":"111122223333","product":"booking"}`

func (e *endless) LogEvents(_ context.Context, _, _ string, from, to int64, token string) (page []inventory.LogEvent, next string, err error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	e.peak = max(e.peak, m.HeapInuse)
	at := max(from, e.from)
	if token != "" {
		at, _ = strconv.ParseInt(token, 10, 64)
	}
	at = e.from + (at-e.from+e.step-1)/e.step*e.step
	size := 0
	for ; at < min(to, e.to); at += e.step {
		if size += 300; len(page) == 10_000 || size > 1<<20 {
			return page, strconv.FormatInt(at, 10), nil
		}
		n := at / e.step
		page = append(page, inventory.LogEvent{
			ID: fmt.Sprintf("3%013d%042d", at, n), Stream: fmt.Sprintf("2026/11/22/[$LATEST]%032d", n%20), Timestamp: at, Ingested: at,
			Message: `{"timestamp":` + strconv.FormatInt(at, 10) + `,"eventName":"Booking confirmed ` + strconv.FormatInt(n*7919, 36) + `"` + lineTail,
		})
	}
	return page, "", nil
}

// counting is a landing that counts what it is given.
type counting struct {
	mu      sync.Mutex
	objects int
	bytes   int64
	largest int64
}

func (c *counting) Create(_ string, write func(io.Writer) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &counter{}
	err := write(w)
	c.objects++
	c.bytes += w.n
	c.largest = max(c.largest, w.n)
	return err
}

type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) { c.n += int64(len(b)); return len(b), nil }

// TestHistoryMemory: two weeks of a busy log group in little memory.
func TestHistoryMemory(t *testing.T) {
	events := int64(100_000)
	if os.Getenv("SEAMARK_TORTURE") == "1" {
		events = 2_000_000
	}
	rig.InBubble(t, func(t *testing.T) {
		const days = 13 * 24 * time.Hour
		x := newPast(cloud.Options{})
		e := &endless{past: x, from: time.Now().UnixMilli(), step: days.Milliseconds() / events}
		x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: e.from}, rig.Booking()...)
		time.Sleep(days)
		e.to = e.from + events*e.step
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(time.Hour)
		c := &counting{}
		x.h.Landing = c
		began := time.Now()
		r := history.FetchPending(t.Context(), rig.Place, e, x.h)
		if r.Events != events || !r.Done || len(r.Failures) > 0 {
			t.Errorf("%+v", r)
		}
		t.Logf("%d events, %d MB of messages, in %v by the quota with %d calls; %d objects, the largest %d bytes; heap at most %d MB",
			r.Events, r.Bytes>>20, time.Since(began).Round(time.Second), r.Reads, c.objects, c.largest, e.peak>>20)
		if limit := uint64(64 << 20); e.peak > limit {
			t.Errorf("the heap had %d MB, want %d at most", e.peak>>20, limit>>20)
		}
		if most := r.Bytes/(1<<20)*3/2 + 40; r.Reads > most {
			t.Errorf("%d calls, want %d at most", r.Reads, most)
		}
	})
}

// BenchmarkHistory fetches 100,000 events and lands them in a folder; the cloud's own share is
// that of BenchmarkHistoryCloud.
func BenchmarkHistory(b *testing.B) {
	const events = 100_000
	for b.Loop() {
		dir, err := lake.OpenDir(b.TempDir(), nil)
		if err != nil {
			b.Fatal(err)
		}
		st := &rig.States{}
		r := cloud.New(cloud.Options{}).Region(rig.Place)
		now := time.Now()
		e := &endless{past: &past{Region: r}, from: now.Add(-48 * time.Hour).UnixMilli(), step: 800}
		e.to = e.from + events*e.step
		r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1})
		began := cpu()
		got := history.Backfill(context.Background(), rig.Place, e, "/app", time.UnixMilli(e.from), now, history.Options{
			Config: rig.Config(), States: st, Landing: dir})
		took := cpu() - began
		if got.Events != events || len(got.Failures) > 0 {
			b.Fatalf("%+v", got)
		}
		b.ReportMetric(float64(events)/took.Seconds(), "events/cpu-s")
		b.ReportMetric(float64(got.Bytes)/took.Seconds()/1e6, "MB/cpu-s")
	}
}

// BenchmarkHistoryCloud is what making up the events costs.
func BenchmarkHistoryCloud(b *testing.B) {
	const events = 100_000
	for b.Loop() {
		e := &endless{from: 1_795_000_000_000, step: 800}
		e.to = e.from + events*e.step
		began, n := cpu(), 0
		for token := ""; ; {
			page, next, _ := e.LogEvents(context.Background(), "", "", e.from, e.to, token)
			if n += len(page); next == "" {
				break
			}
			token = next
		}
		b.ReportMetric(float64(n)/(cpu()-began).Seconds(), "events/cpu-s")
	}
}

// cpu is the processor time of this process, in user and system.
func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
