package history_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// desk does work outside of all bubbles: the Parquet library keeps decoders, with their
// channels, from one test to the next.
type desk struct {
	work chan func()
	done chan struct{}
}

func newDesk(t *testing.T) *desk {
	d := &desk{make(chan func()), make(chan struct{})}
	go func() {
		for fn := range d.work {
			fn()
			d.done <- struct{}{}
		}
	}()
	t.Cleanup(func() { close(d.work) })
	return d
}

func (d *desk) do(fn func()) {
	d.work <- fn
	<-d.done
}

// Arrived asks the lake at the desk.
func (p *pipeline) Arrived(_ context.Context, q history.ArrivalQuery, fn func(string)) (err error) {
	p.desk.do(func() { err = history.LakeArrivals{Lake: p.lake}.Arrived(context.Background(), q, fn) })
	return err
}

// pipeline is a place whose filters forward into a real lake.
type pipeline struct {
	*past
	t    *testing.T
	desk *desk
	lake *lake.Lake
	wait time.Duration // what Firehose holds a payload back for

	mu     sync.Mutex
	buffer []byte
	n      int
}

func newPipeline(t *testing.T, desk *desk, o cloud.Options, wait time.Duration) *pipeline {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &pipeline{t: t, desk: desk, lake: lake.New(d), wait: wait}
	o.Deliver = p.deliver
	p.past = newPast(o)
	p.o.States = state.LakeStore{Store: d, Deployment: "acme"}
	p.h.States, p.h.Landing, p.h.Arrived = p.o.States, d, p
	return p
}

// deliver is Firehose: it holds back what it takes, and puts all of it into landing at once.
func (p *pipeline) deliver(_ string, payload []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buffer = append(p.buffer, payload...); len(p.buffer) == len(payload) {
		time.AfterFunc(p.wait, p.flush)
	}
}

func (p *pipeline) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	now := time.Now().UTC()
	key := fmt.Sprintf("landing/%s/hub-1-%s-%08d-0000-0000-0000-000000000000", now.Format("2006/01/02/15"), now.Format("2006-01-02-15-04-05"), p.n)
	if err := p.lake.Create(key, func(w io.Writer) error { _, err := w.Write(p.buffer); return err }); err != nil {
		p.t.Error(err)
	}
	p.buffer = nil
}

// transform makes rows of what has landed, and reports whether anything had.
func (p *pipeline) transform() bool {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	list, err := p.lake.Pending()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, x := range list {
		p.desk.do(func() { err = p.transformOne(x.Key) })
		if err != nil {
			p.t.Fatal(err)
		}
	}
	return len(list) > 0
}

func (p *pipeline) transformOne(key string) error {
	src, err := transformer.OpenFile(p.lake, filepath.Join(p.lake.Root(), filepath.FromSlash(key)))
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = transformer.New(p.lake, nil).Transform(context.Background(), src, false)
	return err
}

// rows are the rows that readers see, by event id.
func (p *pipeline) rows() (rows map[string][]seamark.Log) {
	p.t.Helper()
	p.desk.do(func() { rows = p.read() })
	return rows
}

func (p *pipeline) read() map[string][]seamark.Log {
	rows := map[string][]seamark.Log{}
	for _, f := range p.lake.Files(seamark.TableLogs, seamark.Span{}) {
		err := p.lake.ReadLogs(f.FileRef, func(batch []seamark.Log) error {
			for _, r := range batch {
				rows[r.EventID] = append(rows[r.EventID], r)
			}
			return nil
		})
		if err != nil {
			p.t.Error(err)
		}
	}
	return rows
}

// verify compares the lake with what the group holds.
func (p *pipeline) verify(group string) {
	p.t.Helper()
	rows := p.rows()
	for _, e := range p.Events(group) {
		got := rows[e.ID]
		if len(got) != 1 {
			p.t.Errorf("%q: %d times in the lake, want once", e.Message, len(got))
			continue
		}
		if r := got[0]; r.Message != e.Message || r.Timestamp != e.Timestamp || r.Source != group || r.Stream != e.Stream || r.AccountID != rig.Place.Account || r.Team != "web-mobile" || r.Component != "booking-create" {
			p.t.Errorf("row %+v of %+v", r, e)
		}
		delete(rows, e.ID)
	}
	if len(rows) > 0 {
		p.t.Errorf("%d rows of no event", len(rows))
	}
	p.desk.do(func() {
		for _, f := range check.Check(p.lake.Root(), check.Options{}) {
			p.t.Error(f)
		}
	})
}

// TestFirstLine: a new function's very first line arrives, once, however soon the filter
// is put, however long it takes to work, and however late the line becomes visible. So do
// all that follow. Readers see no line twice, compacted or not.
func TestFirstLine(t *testing.T) {
	desk := newDesk(t)
	for i, soon := range []time.Duration{time.Second, time.Minute, 9 * time.Minute} {
		for _, late := range []time.Duration{0, 4 * time.Minute} {
			t.Run(fmt.Sprint(soon, late), func(t *testing.T) {
				rig.InBubble(t, func(t *testing.T) {
					firstLine(t, desk, soon, cloud.Options{Seed: uint64(i), Latency: 100 * time.Millisecond, FilterDelay: 4 * time.Minute,
						VisibleDelay: late, EmptyPages: 0.2, Disorder: i%2 == 0})
				})
			})
		}
	}
}

// TestDoubtWithoutLake: without a lake to ask, what is in doubt may be two rows; no line is
// missing, and compaction leaves each once.
func TestDoubtWithoutLake(t *testing.T) {
	desk := newDesk(t)
	rig.InBubble(t, func(t *testing.T) {
		p := newPipeline(t, desk, cloud.Options{Seed: 3, Latency: 100 * time.Millisecond, FilterDelay: time.Minute}, time.Minute)
		p.h.Arrived = nil
		group := "/aws/lambda/booking-create"
		p.AddFunction(inventory.Function{Name: "booking-create", Timeout: 3}, rig.Booking()...)
		for i := range 60 {
			p.Log(group, "s", fmt.Sprint("line ", i))
			if i == 10 {
				collector.Sweep(t.Context(), rig.Place, p, p.o)
			}
			p.fetch(t)
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Minute)
		p.transform()
		twice := 0
		rows := p.rows()
		for _, e := range p.Events(group) {
			if n := len(rows[e.ID]); n == 2 {
				twice++
			} else if n != 1 {
				t.Errorf("%q: %d times in the lake", e.Message, n)
			}
		}
		if twice == 0 || twice > 6 {
			t.Errorf("%d lines are two rows, want those of the 5 minutes in doubt", twice)
		}
		p.desk.do(func() {
			r, err := p.lake.Compact(context.Background(), lake.CompactOptions{Grace: -1, Now: func() time.Time { return time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC) }})
			if err != nil || r.Duplicates != int64(twice) {
				t.Errorf("%+v, %v", r, err)
			}
		})
		p.verify(group)
	})
}

func firstLine(t *testing.T, desk *desk, soon time.Duration, o cloud.Options) {
	p := newPipeline(t, desk, o, 5*time.Minute)
	random := rand.New(rand.NewPCG(o.Seed, 1))
	group := "/aws/lambda/booking-create"
	collector.Sweep(t.Context(), rig.Place, p, p.o) // of a place without a state a hint is not enough
	p.AddFunction(inventory.Function{Name: "booking-create", Timeout: 3}, rig.Booking()...)
	p.Log(group, "1", "the very first line")
	id := p.Events(group)[0].ID
	time.Sleep(soon)
	swept, first := time.Now(), time.Duration(0)
	for i := range 40 { // for about an hour
		p.Log(group, fmt.Sprint(i%3), fmt.Sprintf("line %d", i))
		if i == 0 { // CreateLogGroup is seen
			r := collector.SweepHint(t.Context(), p, hint.Hint{Place: rig.Place, Groups: []string{group}, Why: "CreateLogGroup"}, p.o)
			if len(r.Failures) > 0 || r.Whole || len(p.Filters(group)) != 1 {
				t.Fatalf("%+v", r)
			}
		} else if i%20 == 0 {
			if r := collector.Sweep(t.Context(), rig.Place, p, p.o); len(r.Failures) > 0 {
				t.Fatal(rig.Failures(r))
			}
		}
		p.fetch(t)
		if p.transform() && first == 0 && len(p.rows()[id]) > 0 {
			first = time.Since(swept)
		}
		time.Sleep(time.Duration(random.IntN(180)) * time.Second)
	}
	time.Sleep(time.Hour)
	p.fetch(t)
	p.transform()
	p.verify(group)
	most := 23 * time.Minute
	if soon > time.Minute && o.VisibleDelay == 0 {
		most = 5 * time.Second
	}
	if first == 0 || first > most {
		t.Errorf("the first line was there %v after the sweep, want %v at most", first, most)
	}
	if b, _, err := p.o.States.LoadState(t.Context(), rig.Place); err != nil || !strings.Contains(string(b), `"pending":{}`) {
		t.Errorf("still pending: %s %v", b, err)
	}
}
