package heartbeat

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Watchdog is an alert that always fires and is repeated. That it comes no more is an alarm.
type Watchdog struct {
	Alert    string        // its alertname
	Within   time.Duration // it is repeated at least so often
	Severity string
}

// Sink takes alarms: an *alerter.Manager.
type Sink interface {
	Observe(ctx context.Context, alarms ...seamark.Alarm) error
}

// Watchdogs takes alerts in, keeps those that always fire to itself, and tells of those that
// are missing.
type Watchdogs struct {
	sink Sink
	dogs []Watchdog
	log  *slog.Logger
	now  func() time.Time

	mu   sync.Mutex
	seen map[string]time.Time // by alert; before the first: when this process began
	told map[string]bool      // whose absence is told
}

// NewWatchdogs begins to wait for dogs. now is nil: time.Now.
func NewWatchdogs(sink Sink, dogs []Watchdog, log *slog.Logger, now func() time.Time) *Watchdogs {
	if now == nil {
		now = time.Now
	}
	w := &Watchdogs{sink: sink, dogs: dogs, log: log, now: now, seen: map[string]time.Time{}, told: map[string]bool{}}
	for _, d := range dogs {
		w.seen[d.Alert] = now()
		w.told[d.Alert] = true // an earlier process may have told it: what is fine is said once
	}
	return w
}

// Observe hands on all alarms but those of watchdogs, which are noted.
func (w *Watchdogs) Observe(ctx context.Context, alarms ...seamark.Alarm) error {
	var others []seamark.Alarm
	w.mu.Lock()
	for _, a := range alarms {
		if _, dog := w.seen[a.Name]; !dog {
			others = append(others, a)
		} else if a.State == seamark.AlarmFiring {
			w.seen[a.Name] = w.now()
		}
	}
	w.mu.Unlock()
	if len(others) == 0 {
		return nil
	}
	return w.sink.Observe(ctx, others...)
}

// Renew notes the watchdogs among alarms that were repeated, by key; it is for what is told
// Alertmanager's API again with nothing new.
func (w *Watchdogs) Renew(until map[string]time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key := range until {
		name, _, _ := strings.Cut(key, "|")
		if _, dog := w.seen[name]; dog {
			w.seen[name] = w.now()
		}
	}
}

// lookEvery is how often it is looked whether one is missing.
const lookEvery = 5 * time.Second

// Run looks until ctx ends.
func (w *Watchdogs) Run(ctx context.Context) {
	if len(w.dogs) == 0 {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.Look(ctx)
		}
	}
}

// Look tells of each watchdog that is missing, and of each that is back.
func (w *Watchdogs) Look(ctx context.Context) {
	for _, d := range w.dogs {
		w.mu.Lock()
		now, seen, told := w.now(), w.seen[d.Alert], w.told[d.Alert]
		w.mu.Unlock()
		missing := now.Sub(seen) > d.Within
		if !missing && !told {
			continue
		}
		if err := w.sink.Observe(ctx, d.alarm(missing, seen, now)); err != nil {
			w.log.Error("watchdog_not_told", "alert", d.Alert, "error", err) // the next look tells it
			continue
		}
		w.mu.Lock()
		w.told[d.Alert] = missing
		w.mu.Unlock()
	}
}

// alarm says that a watchdog is missing since it was seen last, or is back.
func (d Watchdog) alarm(missing bool, seen, now time.Time) seamark.Alarm {
	scope := seamark.Scope{Product: "seamark", Environment: "monitoring", Component: d.Alert}
	a := seamark.Alarm{
		Name: seamark.AlarmName(scope, "watchdog"), Rule: "watchdog", Scope: scope, State: seamark.AlarmOK, Severity: d.Severity, NoValue: true, NoLimit: true, Window: seamark.Duration(d.Within), Since: seen, Evaluated: now,
		Reason: "it is repeated again", Origin: "seamark-watchdog",
	}
	if missing {
		a.State, a.Missing, a.Since = seamark.AlarmFiring, true, seen.Add(d.Within)
		a.Reason = fmt.Sprintf("alert %s was last repeated at %s: whoever sends it, or the way from there, is down", d.Alert, seen.UTC().Format(time.TimeOnly+" UTC"))
	}
	return a
}
