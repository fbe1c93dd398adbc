package fleet

import (
	"context"
	"iter"
	"sync"
	"time"
)

// Clock is the time of the fleet.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or until ctx is done and then returns its error.
	Sleep(ctx context.Context, d time.Duration) error
}

// Options of a fleet. The zero value is a healthy fleet that starts now.
type Options struct {
	Seed  uint64
	Clock Clock     // nil: the real one
	Start time.Time // when the company begins to log, cut to the second; zero: the clock's now

	// BreakAfter is when, counted from Start, a release breaks the product booking in
	// prod, and BreakFor how long until it is rolled back. Whole seconds; BreakFor zero: never.
	BreakAfter, BreakFor time.Duration

	EventsPerSecond float64       // on average, of all products together; 0: 300
	ControlEvery    time.Duration // mean distance of control messages; 0: 20 s; negative: none
}

// Fleet is the company at work. It is safe for concurrent use.
type Fleet struct {
	seed        uint64
	clock       Clock
	start       time.Time
	breakAt     int64 // second since start
	fixAt       int64
	controlEach uint64 // seconds
	deployments []*deployment

	mu        sync.Mutex
	delivered Truth
	lost      Truth
}

const defaultEventsPerSecond = 300

// New builds a fleet.
func New(o Options) *Fleet {
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Start.IsZero() {
		o.Start = o.Clock.Now()
	}
	if o.EventsPerSecond <= 0 {
		o.EventsPerSecond = defaultEventsPerSecond
	}
	if o.ControlEvery == 0 {
		o.ControlEvery = 20 * time.Second
	}
	f := &Fleet{
		seed: o.Seed, clock: o.Clock, start: o.Start.Truncate(time.Second),
		breakAt: int64(o.BreakAfter / time.Second), fixAt: int64((o.BreakAfter + o.BreakFor) / time.Second),
		deployments: deployments(),
	}
	if o.ControlEvery > 0 {
		f.controlEach = max(uint64(o.ControlEvery/time.Second), 1)
	}
	f.calibrate(o.EventsPerSecond)
	return f
}

// Start is when the company began to log.
func (f *Fleet) Start() time.Time { return f.start }

// Incident is when booking is broken in prod: [from, to). Both are zero when it never is.
func (f *Fleet) Incident() (from, to time.Time) {
	if f.fixAt == f.breakAt {
		return from, to
	}
	return f.start.Add(time.Duration(f.breakAt) * time.Second), f.start.Add(time.Duration(f.fixAt) * time.Second)
}

// calibrate finds how many events a request makes, and sets the rates accordingly.
func (f *Fleet) calibrate(eventsPerSecond float64) {
	const sample = 20 // seconds at 200 requests each
	trial := &Fleet{seed: 1, start: time.Unix(1_700_000_000, 0), deployments: deployments()}
	trial.setRate(200)
	var events int64
	for k := range int64(sample) {
		s := newSecond(trial, k)
		s.run()
		for _, b := range s.order {
			events += int64(len(b.events))
		}
	}
	f.setRate(eventsPerSecond * sample * 200 / float64(events))
}

// setRate shares out requests per second among the deployments, whose rates are shares so far.
func (f *Fleet) setRate(requests float64) {
	for _, d := range f.deployments {
		d.rate *= requests
		for _, fn := range d.functions {
			fn.containers = 1 + uint64(d.rate/4) // about four short invocations a second each
		}
	}
}

// Payloads are what the company's subscription filters deliver for events of [from, to),
// in whole seconds: those seconds whose beginning lies in the window. No event is later
// than the end of its second.
func (f *Fleet) Payloads(from, to time.Time) iter.Seq[Payload] {
	first := max(f.second(from), 0)
	return func(yield func(Payload) bool) {
		press := newPress(3)
		for k := first; k < f.second(to); k++ {
			s := newSecond(f, k)
			s.run()
			for _, b := range s.order {
				if !yield(press.payload(b)) {
					return
				}
			}
			if f.controlEach > 0 && mix(f.seed^uint64(k)<<20)%f.controlEach == 0 {
				if !yield(press.control((f.start.Unix() + k) * 1000)) {
					return
				}
			}
		}
	}
}

// second is the number of the first second that does not begin before t.
func (f *Fleet) second(t time.Time) int64 {
	d := t.Sub(f.start)
	k := int64(d / time.Second)
	if d%time.Second > 0 {
		k++
	}
	return k
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
