package torture_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
)

// client delivers as one Firehose stream does, and notes what was acknowledged.
type client struct {
	firehose *fleet.Firehose
	company  *fleet.Fleet
	lastID   string
	dead     *atomic.Bool // the machine that answers has no power

	mu     sync.Mutex
	acked  []check.Acked
	events int64
	full   int // answers 503
	err    error
}

// impatient is a clock that does not wait for long, so that there is always load.
type impatient struct{}

func (impatient) Now() time.Time { return time.Now() }

func (impatient) Sleep(ctx context.Context, d time.Duration) error {
	sleep(ctx, min(d, 200*time.Millisecond))
	return ctx.Err()
}

// errDead is what is heard of a machine without power.
var errDead = errors.New("no answer")

// RoundTrip notes the id of the request that is sent. An answer that comes after the power
// has gone is none: ext4's shutdown takes a few milliseconds, in which fsync still says yes
// to what is lost.
func (c *client) RoundTrip(r *http.Request) (*http.Response, error) {
	c.lastID = r.Header.Get("X-Amz-Firehose-Request-Id")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if c.dead.Load() {
		err = errDead
	}
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if resp.StatusCode == http.StatusServiceUnavailable {
		c.mu.Lock()
		c.full++
		c.mu.Unlock()
	}
	return resp, nil
}

func newClient(url, key string, seed uint64, rate float64) *client {
	c := &client{company: fleet.New(fleet.Options{
		Seed: seed, Start: time.Now().Add(-time.Hour), EventsPerSecond: rate, ControlEvery: 3 * time.Second, BreakAfter: 2 * time.Second, BreakFor: 5 * time.Second,
	})}
	c.firehose = &fleet.Firehose{
		URL: url + "/ingest/firehose", AccessKey: key, Gzip: seed%2 == 0, Seed: seed, Client: &http.Client{Transport: c},
		AttemptTimeout: 5 * time.Second, RetryFor: time.Hour, FirstBackoff: 30 * time.Millisecond, Clock: impatient{},
	}
	return c
}

// run delivers the company's seconds until ctx ends, each until it is acknowledged or
// patience ends.
func (c *client) run(ctx, patience context.Context) {
	for s := 0; ctx.Err() == nil && c.err == nil; s++ {
		from := c.company.Start().Add(time.Duration(s) * time.Second)
		var records [][]byte
		var truth fleet.Truth
		for p := range c.company.Payloads(from, from.Add(time.Second)) {
			records = append(records, p.Data)
			truth.Add(p.Truth)
		}
		err := c.firehose.Post(patience, records)
		c.mu.Lock()
		if c.err = err; err == nil {
			c.acked = append(c.acked, check.Acknowledged(c.lastID, records))
			c.events += truth.Events
		}
		c.mu.Unlock()
		sleep(ctx, 100*time.Millisecond)
	}
}

// load is a few clients at work.
type load struct {
	clients []*client
	dead    atomic.Bool // set while the appliance has no power
	stop    func()      // ends it when the last request is acknowledged
}

// deliver lets n clients deliver to url until stop, or the end of the test; each about ten
// times rate events a second.
func deliver(t *testing.T, url, key string, seed uint64, n int, rate float64) *load {
	ctx, cancel := context.WithCancel(context.Background())
	patience, giveUp := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	l := &load{stop: func() { cancel(); wg.Wait() }}
	t.Cleanup(func() { giveUp(); l.stop() })
	for i := range n {
		c := newClient(url, key, seed+uint64(i), rate)
		c.dead = &l.dead
		l.clients = append(l.clients, c)
		wg.Go(func() { c.run(ctx, patience) })
	}
	return l
}

// sum is what was acknowledged so far, and how often the answer was 503.
func (l *load) sum() (acked []check.Acked, events int64, full int) {
	for _, c := range l.clients {
		c.mu.Lock()
		acked = append(acked, c.acked...)
		events += c.events
		full += c.full
		c.mu.Unlock()
	}
	return acked, events, full
}

// settle compares what was acknowledged with what is there, at rest.
func (l *load) settle(t *testing.T, lake string) {
	t.Helper()
	for _, c := range l.clients {
		if c.err != nil {
			t.Errorf("a delivery failed for good: %v", c.err)
		}
	}
	acked, events, _ := l.sum()
	if len(acked) < 20 {
		t.Errorf("only %d requests were acknowledged", len(acked))
	}
	for _, f := range check.Lake(lake, acked) {
		t.Error(f)
	}
	answer := verified(t, lake)
	if answer["balanced"] != true || answer["objects_waiting"] != 0.0 || answer["rows"] != float64(events) || answer["quarantined"] != 0.0 {
		t.Errorf("%d events were acknowledged; verify says %v", events, answer)
	}
	t.Logf("%d requests with %d events were acknowledged", len(acked), events)
}
