package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/history"
)

// The bounds of handing on.
const (
	handOnTime = 5 * time.Second // kept back for the queue
	maxHops    = 12              // Lambda itself stops a chain of about 16 through the same queue
	maxIdle    = 2               // hops in a row of which nothing comes
	parallel   = 64
)

// run does a plan as far as time allows, and hands the rest on.
func (w *Worker) run(ctx context.Context, p plan) (Summary, error) {
	jobs := p.shuffled()
	deadline := deadlineOf(ctx)
	work, cancel := ctx, context.CancelFunc(func() {})
	if !deadline.IsZero() {
		work, cancel = context.WithDeadline(ctx, deadline)
	}
	defer cancel()
	first, others := w.centralFirst(jobs)
	s := w.doAll(work, first, deadline)
	s.join(w.doAll(work, others, deadline))
	var left []*job
	progressed := false
	for _, j := range jobs {
		progressed = progressed || j.progressed || j.done
		if !j.done && j.err == nil {
			left = append(left, j)
		}
	}
	s.Left = len(left)
	return s, w.handOn(ctx, left, progressed)
}

// centralFirst parts the jobs where central copies are from the others: a copy is attached
// before what it was copied from is let go.
func (w *Worker) centralFirst(jobs []*job) (first, others []*job) {
	for _, j := range jobs {
		if c := w.Sweep.Config.Central; c != nil && c.Account == j.place.Account {
			first = append(first, j)
		} else {
			others = append(others, j)
		}
	}
	return first, others
}

// deadlineOf is when work must have ended; zero: never. Of a short invocation at most a
// quarter is kept back.
func deadlineOf(ctx context.Context) time.Time {
	d, ok := ctx.Deadline()
	if !ok {
		return time.Time{}
	}
	return d.Add(-min(handOnTime, max(0, time.Until(d)/4)))
}

// doAll does the jobs side by side; those that it does not come to in time stay undone.
func (w *Worker) doAll(ctx context.Context, jobs []*job, deadline time.Time) Summary {
	width := w.Parallel
	if width <= 0 {
		width = parallel
	}
	var mu sync.Mutex
	s := Summary{Places: len(jobs)}
	next := make(chan *job)
	var wg sync.WaitGroup
	for range min(width, len(jobs)) {
		wg.Go(func() {
			for j := range next {
				if ctx.Err() != nil || !deadline.IsZero() && time.Now().After(deadline) {
					continue
				}
				one := w.guarded(ctx, j, deadline)
				if j.done {
					one.Done = 1
				}
				mu.Lock()
				s.join(one)
				mu.Unlock()
			}
		})
	}
	for _, j := range jobs {
		next <- j
	}
	close(next)
	wg.Wait()
	return s
}

// join adds what came of other places.
func (s *Summary) join(o Summary) {
	s.Places += o.Places
	s.Done += o.Done
	s.Failures += o.Failures
	s.Writes += o.Writes
	s.Reads += o.Reads
}

// guarded keeps a panic at one place from the others.
func (w *Worker) guarded(ctx context.Context, j *job, deadline time.Time) (s Summary) {
	defer func() {
		if p := recover(); p != nil {
			w.Log.Error("panic", "place", j.place.String(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			j.err = &seamark.Fault{Class: seamark.Permanent, Where: j.place.String(), What: fmt.Sprintf("panic: %v", p), Remedy: "report this as a bug"}
			s.Failures++
		}
	}()
	return w.do(ctx, j, deadline)
}

// do does one job.
func (w *Worker) do(ctx context.Context, j *job, deadline time.Time) (s Summary) {
	cloud, err := w.Opener.Open(ctx, j.place)
	if err != nil {
		if ctx.Err() != nil {
			return s
		}
		w.Log.Error("place cannot be opened", "place", j.place.String(), "error", err)
		s.Failures++
		if j.done = !temporary(err); !j.done {
			j.err = err
		}
		return s
	}
	pending := true
	if j.whole || len(j.hints) > 0 {
		r := w.sweep(ctx, j, cloud, deadline)
		s.Failures, s.Writes, s.Reads = len(r.Failures), r.Writes, r.Reads
		j.progressed = r.Writes > 0
		if !r.Done {
			return s
		}
		pending = r.Pending > 0
		j.whole, j.hints, j.history = false, nil, true // this much is done
		j.progressed = true
	}
	if !pending || w.History == nil {
		j.done = true
		return s
	}
	h := w.fetch(ctx, j, cloud, deadline)
	s.Failures, s.Reads = s.Failures+len(h.Failures), s.Reads+h.Reads
	j.progressed = j.progressed || h.Moved > 0
	j.done = h.Done
	return s
}

// sweep looks at what the job names, or at all of the place where that is not enough.
func (w *Worker) sweep(ctx context.Context, j *job, cloud collector.Cloud, deadline time.Time) *collector.Report {
	o := w.Sweep
	o.Deadline = deadline
	if !j.whole {
		hint := hint.Merge(j.hints)[0]
		if !hint.Whole {
			began := time.Now()
			r := collector.SweepHint(ctx, cloud, hint, o)
			w.report(r, "hint", began)
			if !r.Whole {
				return r
			}
		}
		j.whole = true
	}
	began := time.Now()
	r := collector.Sweep(ctx, j.place, cloud, o)
	w.report(r, "sweep", began)
	return r
}

func (w *Worker) fetch(ctx context.Context, j *job, cloud collector.Cloud, deadline time.Time) *history.Report {
	o := *w.History
	o.Deadline = deadline
	began := time.Now()
	h := history.FetchPending(ctx, j.place, cloud, o)
	w.reportHistory(h, began)
	return h
}

// handOn puts what is left into the queue. Without one, and where nothing comes of it, the
// next schedule goes on.
func (w *Worker) handOn(ctx context.Context, left []*job, progressed bool) error {
	if len(left) > 0 && w.Queue == nil {
		w.Log.Warn("time is up", "places_left", len(left), "remedy", "the next schedule goes on; with SEAMARK_QUEUE_URL it would go on at once")
		return errNoQueue
	}
	alike := map[[2]int][]*job{} // those that one message may hold
	for _, j := range left {
		hops, idle := j.hops+1, j.idle+1
		if progressed {
			idle = 0
		}
		if idle > maxIdle || hops > maxHops {
			w.Log.Error("handed on too often", "place", j.place.String(), "hops", j.hops, "idle_hops", j.idle,
				"remedy", "the next schedule goes on; see which calls are throttled or slow in the log lines before this one")
			continue
		}
		alike[[2]int{hops, idle}] = append(alike[[2]int{hops, idle}], j)
	}
	for count, jobs := range alike {
		hops, idle := count[0], count[1]
		for _, body := range rest(jobs, hops, idle) {
			if err := w.Queue.Send(ctx, body, time.Duration(idle)*time.Minute); err != nil {
				return &seamark.Fault{Class: seamark.Temporary, Where: "SEAMARK_QUEUE_URL", What: fmt.Sprintf("%d places cannot be handed on", len(left)), Err: err,
					Remedy: "allow the function's role sqs:SendMessage on its own queue; the next schedule goes on"}
			}
		}
		w.Log.Info("handed on", "places_left", len(jobs), "hops", hops, "idle_hops", idle)
	}
	return nil
}

// errNoQueue keeps messages in the queue that they came from.
var errNoQueue = &seamark.Fault{Class: seamark.Temporary, What: "time is up before all was done", Remedy: "it is tried again"}
