package worker

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Worker looks after places. All fields but the optional ones must be set; it is safe for
// concurrent use.
type Worker struct {
	Places   []inventory.Place  // all that are looked after
	Opener   collector.Opener   // opens them
	Sweep    collector.Options  // as each sweep gets them; Deadline is set here
	History  *history.Options   // likewise; nil: history is not fetched
	Events   cloudtrail.Options // how events are read; Config and Places are set here
	Queue    Queue              // takes what is handed on; nil: the next schedule does it
	Log      *slog.Logger
	Parallel int // places at a time; 0 is 64
}

// Queue is the function's own queue.
type Queue interface {
	// Send puts a message of at most 256 KB there, to be seen after delay (15 minutes at most).
	Send(ctx context.Context, body string, delay time.Duration) error
}

// Summary is the answer to a direct invocation.
type Summary struct {
	Places   int      `json:"places"`   // looked at
	Done     int      `json:"done"`     // of these, to the end
	Left     int      `json:"left"`     // not to the end: handed on, where there is a queue
	Failures int      `json:"failures"` // things that could not be read or done; the log has them
	Writes   int64    `json:"writes"`   // API calls
	Reads    int64    `json:"reads"`
	Skipped  []string `json:"skipped,omitempty"` // events of which nothing follows
}

// Schedule sweeps all places, in random order so that none is always the last.
func (w *Worker) Schedule(ctx context.Context) error {
	p := plan{}
	for _, place := range w.Places {
		p.add(place).whole = true
	}
	if _, err := w.run(ctx, p); err != nil && !errors.Is(err, errNoQueue) {
		return err
	}
	return nil
}

// Batch does what messages ask for: events, and tasks that were handed on. A body that is
// neither fails alone, so that the queue moves it out of the way.
func (w *Worker) Batch(ctx context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	p := plan{}
	for i, body := range bodies {
		_, errs[i] = w.read(body, p, i)
	}
	_, err := w.run(ctx, p)
	for _, j := range p {
		for _, i := range j.messages {
			if j.err != nil && errs[i] == nil {
				errs[i] = j.err
			}
			if err != nil && !j.done && errs[i] == nil {
				errs[i] = err
			}
		}
	}
	return errs
}

// Invoke does what a task or events ask for and says what came of it.
func (w *Worker) Invoke(ctx context.Context, payload []byte) (any, error) {
	p := plan{}
	skipped, err := w.read(payload, p, 0)
	if err != nil {
		return nil, err
	}
	s, err := w.run(ctx, p)
	s.Skipped = skipped
	if errors.Is(err, errNoQueue) {
		err = nil // the answer says how many are left
	}
	return s, err
}

// read adds what one message asks for to the plan.
func (w *Worker) read(body []byte, p plan, message int) (skipped []string, err error) {
	if isTask(body) {
		t, err := decodeTask(body)
		if err != nil {
			return nil, err
		}
		return w.addTask(t, p, message), nil
	}
	o := w.Events
	o.Config, o.Places = w.Sweep.Config, w.looksAfter
	hints, skips, err := cloudtrail.Decode(body, o)
	for _, h := range hints {
		p.add(h.Place, message).hint(h)
	}
	for _, s := range skips {
		w.Log.Debug("event skipped", "event", s.Event, "place", s.Place.String(), "resource", s.Resource, "why", s.Why)
		skipped = append(skipped, s.String())
	}
	return skipped, err
}

func (w *Worker) addTask(t task, p plan, message int) (skipped []string) {
	add := func(text string, do func(*job)) {
		place, ok := parsePlace(text)
		if !ok || !w.looksAfter(place) {
			w.Log.Warn("place skipped", "place", text, "why", "not among the configured accounts and regions")
			skipped = append(skipped, text+": the place is not among the configured accounts and regions")
			return
		}
		j := p.add(place, message)
		j.hops, j.idle = max(j.hops, t.Hops), max(j.idle, t.Idle)
		do(j)
	}
	for _, text := range t.Places {
		add(text, func(j *job) { j.whole = true })
	}
	for _, text := range t.History {
		add(text, func(j *job) { j.history = true })
	}
	for _, h := range t.Hints {
		add(h.Place, func(j *job) { j.hint(h.hint(j.place)) })
	}
	return skipped
}

func (w *Worker) looksAfter(p inventory.Place) bool { return slices.Contains(w.Places, p) }

// shuffled is the plan in random order.
func (p plan) shuffled() []*job {
	jobs := make([]*job, 0, len(p))
	for _, j := range p {
		jobs = append(jobs, j)
	}
	rand.Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
	return jobs
}

// temporary reports whether trying again may help.
func temporary(err error) bool { return seamark.ClassOf(err) == seamark.Temporary }
