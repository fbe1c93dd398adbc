package stage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// One landing object that cannot be read, or that is never done, must not hold up what waits
// for all of them: the rules count as far as everything that arrived is there.
const (
	failingLong = 2 * time.Minute  // an object that fails for so long is no longer waited for
	workingLong = 10 * time.Minute // nor one on which the work does not end
)

// waiting are landing objects that a stage has to do. It is safe for concurrent use, and its
// zero value is empty. Times are compared by the monotonic clock.
type waiting struct {
	mu      sync.Mutex
	objects map[string]*waiter
	done    time.Time // when one was done last
}

// waiter is one of them.
type waiter struct {
	key     string
	arrival time.Time
	begun   time.Time // since when it is worked on; zero: it is not
	failed  time.Time // when it failed first; zero: it has not
	tried   time.Time // when it failed last
	err     error
}

// add has an object wait, unless it does.
func (w *waiting) add(key string, arrival time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.objects == nil {
		w.objects = map[string]*waiter{}
	}
	if w.objects[key] == nil {
		w.objects[key] = &waiter{key: key, arrival: arrival}
	}
}

// begin notes that an object is worked on, and reports whether it still waits to be.
func (w *waiting) begin(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.objects[key]
	if o == nil || !o.begun.IsZero() {
		return false
	}
	o.begun = time.Now()
	return true
}

// end notes that an object was done, and returns its arrival.
func (w *waiting) end(key string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = time.Now()
	o := w.objects[key]
	delete(w.objects, key)
	if o == nil {
		return time.Time{}
	}
	return o.arrival
}

// fail notes that an object was not done; with a nil error only that it is no longer worked on.
// It reports whether the error is news.
func (w *waiting) fail(key string, err error) (news bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.objects[key]
	if o == nil {
		return false
	}
	o.begun = time.Time{}
	if err == nil {
		return false
	}
	news = o.err == nil || o.err.Error() != err.Error()
	o.err, o.tried = err, time.Now()
	if o.failed.IsZero() {
		o.failed = o.tried
	}
	return news
}

// forgive has everything tried again at once.
func (w *waiting) forgive() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range w.objects {
		o.tried = time.Time{}
	}
}

// ready lists what may be begun, oldest first, without what failed less than pause ago.
func (w *waiting) ready(pause time.Duration) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*waiter
	for _, o := range w.objects {
		if o.begun.IsZero() && (o.tried.IsZero() || time.Since(o.tried) > pause) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(x, y *waiter) int { return cmp.Or(x.arrival.Compare(y.arrival), cmp.Compare(x.key, y.key)) })
	keys := make([]string, len(out))
	for i, o := range out {
		keys[i] = o.key
	}
	return keys
}

// Backlog is how many wait.
func (w *waiting) Backlog() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.objects)
}

// Oldest is the arrival of the oldest object that is waited for.
func (w *waiting) Oldest() (oldest time.Time, waiting bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	failing := w.failing()
	for _, o := range w.objects {
		if w.stuck(o, failing) == "" && (!waiting || o.arrival.Before(oldest)) {
			oldest, waiting = o.arrival, true
		}
	}
	return oldest, waiting
}

// failing is how many fail. The caller holds mu.
func (w *waiting) failing() (n int) {
	for _, o := range w.objects {
		if !o.failed.IsZero() {
			n++
		}
	}
	return n
}

// stuck says why an object is no longer waited for, or "". One that fails is not to blame while
// nothing else is done either: then everything waits, for a store that fails, and without data
// no alarm must end. The caller holds mu.
func (w *waiting) stuck(o *waiter, failing int) string {
	switch {
	case !o.failed.IsZero() && time.Since(o.failed) > failingLong && (failing == 1 || w.done.After(o.failed)):
		return fmt.Sprintf("fails since %v: %s", time.Since(o.failed).Round(time.Minute), Brief(o.err.Error()))
	case !o.begun.IsZero() && time.Since(o.begun) > workingLong:
		return fmt.Sprintf("is not done after %v of work", time.Since(o.begun).Round(time.Minute))
	}
	return ""
}

// shown is how many objects in trouble are named.
const shown = 3

// Trouble says which objects are not waited for any more, and that everything fails if it does.
func (w *waiting) Trouble() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	failing := w.failing()
	var out []string
	var all *waiter // the first of those that fail while nothing is done
	n := 0
	for _, o := range w.objects {
		if what := w.stuck(o, failing); what != "" {
			out = append(out, o.key+" "+what)
			n++
		} else if !o.failed.IsZero() && time.Since(o.failed) > failingLong && (all == nil || o.failed.Before(all.failed)) {
			all = o
		}
	}
	slices.Sort(out)
	if len(out) > shown {
		out = append(out[:shown], fmt.Sprintf("%d landing objects more", n-shown))
	}
	if all != nil {
		out = append(out, fmt.Sprintf("nothing was done for %v, %d landing objects fail: %s: %s", time.Since(all.failed).Round(time.Minute), failing, all.key, Brief(all.err.Error())))
	}
	return out
}

// Brief is the first line of a text, cut where a person stops reading.
func Brief(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if runes := []rune(s); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return s
}
