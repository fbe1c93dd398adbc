package worker_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/worker"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

var (
	web     = inventory.Place{Account: "111122223333", Region: "eu-central-1"}
	booking = inventory.Place{Account: "444455556666", Region: "eu-central-1"}
)

// rig is a worker with its cloud and what it said.
type rig struct {
	*worker.Worker
	cloud *cloud.Cloud
	queue *queue
	log   *bytes.Buffer
}

func newRig(t *testing.T, o cloud.Options, places ...inventory.Place) *rig {
	t.Helper()
	r := &rig{cloud: cloud.New(o), queue: &queue{}, log: &bytes.Buffer{}}
	cfg := &collector.Config{Deployment: "acme", Destination: "arn:aws:logs:{region}:999999999999:destination:seamark"}
	kept := &memory{states: map[inventory.Place][]byte{}, numbers: map[inventory.Place]int{}}
	r.Worker = &worker.Worker{
		Places: places, Opener: r.cloud, Queue: r.queue,
		Sweep:   collector.Options{Config: cfg, States: kept, Limits: &quota.Limits{}},
		History: &history.Options{Config: cfg, States: kept, Landing: kept, Arrived: kept},
		Log:     slog.New(slog.NewJSONHandler(&locked{w: r.log}, nil)),
	}
	return r
}

// memory keeps states, and is a lake in which nothing arrives.
type memory struct {
	mu      sync.Mutex
	states  map[inventory.Place][]byte
	numbers map[inventory.Place]int
}

func (m *memory) LoadState(_ context.Context, p inventory.Place) ([]byte, int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.numbers[p] == 0 {
		return nil, 0, fs.ErrNotExist
	}
	return m.states[p], m.numbers[p], nil
}

func (m *memory) SaveState(_ context.Context, p inventory.Place, number int, b []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if number <= m.numbers[p] {
		return fs.ErrExist
	}
	m.states[p], m.numbers[p] = b, number
	return nil
}

func (m *memory) Arrived(context.Context, history.ArrivalQuery, func(eventID string)) error {
	return nil
}

func (m *memory) Create(_ string, write func(io.Writer) error) error { return write(io.Discard) }

type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// queue is the function's own queue.
type queue struct {
	mu     sync.Mutex
	bodies []string
	delays []time.Duration
	err    error
}

func (q *queue) Send(_ context.Context, body string, delay time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	q.bodies, q.delays = append(q.bodies, body), append(q.delays, delay)
	return nil
}

func (q *queue) take() (body string, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.bodies) == 0 {
		return "", false
	}
	body, q.bodies, q.delays = q.bodies[0], q.bodies[1:], q.delays[1:]
	return body, true
}

func tags(product string) []inventory.Tag {
	return []inventory.Tag{{Key: "seamark:product", Value: product}, {Key: "seamark:environment", Value: "prod"}}
}

func groups(r *cloud.Region, n int) {
	for i := range n {
		r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprintf("/app/%04d", i), Created: 1}, tags("booking")...)
	}
}

// attached counts the groups that have a filter.
func attached(r *cloud.Region, n int) int {
	found := 0
	for i := range n {
		if len(r.Filters(fmt.Sprintf("/app/%04d", i))) == 1 {
			found++
		}
	}
	return found
}

func invocation(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func event(t *testing.T, call string) []byte {
	t.Helper()
	b, err := os.ReadFile("../cloudtrail/testdata/events/" + call + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}
