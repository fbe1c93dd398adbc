package rules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
)

// Kind is what a rule counts.
type Kind string

// The kinds of rules. Kind4xx and Kind5xx count access logs with such a status among
// all with a status; KindErrors counts ERROR and FATAL records among all log records.
const (
	Kind4xx    Kind = "4xx"
	Kind5xx    Kind = "5xx"
	KindErrors Kind = "errors"
)

// Counter counts over the store.
type Counter interface {
	// Ratios returns one Ratio per product, environment, component, account and region
	// with any row of span; what has none is left out. Teams are filled in where known.
	Ratios(ctx context.Context, kind Kind, span seamark.Span) ([]seamark.Ratio, error)
}

// Sink takes alarms: an *alerter.Manager. It must bear being told the same twice.
type Sink interface {
	Observe(ctx context.Context, alarms ...seamark.Alarm) error
}

// Options are what an Engine is made of.
type Options struct {
	Config  Config
	Counter Counter
	Sink    Sink
	// Complete says until when the data is complete; it may fall behind, never ahead of,
	// the truth. Nil: the clock less Config.Lag.
	Complete func(ctx context.Context) (time.Time, error)
	Firing   []seamark.Alarm // what fired when the last process ended
	Runbook  func(seamark.Scope) string
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Engine evaluates the rules until its context ends.
type Engine struct {
	opt Options

	mu     sync.Mutex // held while a window is evaluated
	alarms map[string]*state
	tries  int // evaluations of the next missed window that failed

	seen    sync.Mutex // guards what Status tells: it waits for no evaluation
	end     time.Time  // of the last window evaluated
	at      time.Time  // when it was
	fault   string     // why the last evaluation failed
	skipped time.Duration
}

// state is an alarm that fires, or whose end has not been accepted by the sink.
type state struct {
	alarm seamark.Alarm
	clean int // evaluations in a row without a breach
}

// New makes an engine that goes on where the alarms in Options.Firing left off.
func New(opt Options) *Engine {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{opt: opt, alarms: map[string]*state{}}
	for _, a := range opt.Firing {
		if a.Origin == "seamark" && a.State == seamark.AlarmFiring {
			e.alarms[keyOf(a)] = &state{alarm: a}
		}
	}
	return e
}

// Run evaluates every Config.Every until ctx ends.
func (e *Engine) Run(ctx context.Context) {
	rulebook.Loop(ctx, time.Duration(e.opt.Config.Every), e.Evaluate, e.opt.Log, "rules_not_evaluated")
}

// Status is when the rules were last evaluated, up to which data, and what went wrong.
func (e *Engine) Status() (at, until time.Time, fault string) {
	e.seen.Lock()
	defer e.seen.Unlock()
	return e.at, e.end, e.fault
}

// Skipped is how much time has passed by unevaluated: what a stall left behind beyond what is
// made up for, and windows that could not be evaluated although others could.
func (e *Engine) Skipped() time.Duration {
	e.seen.Lock()
	defer e.seen.Unlock()
	return e.skipped
}

func (e *Engine) until() time.Time {
	_, until, _ := e.Status()
	return until
}

func (e *Engine) setUntil(t time.Time) {
	e.seen.Lock()
	e.end = t
	e.seen.Unlock()
}

// Evaluate looks at one window and tells the sink; after a stall at each window that was
// missed, one after the other, as far as that is bounded. When no more data is complete than
// last time it only repeats what the sink has not accepted.
func (e *Engine) Evaluate(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	err := e.evaluate(ctx)
	e.seen.Lock()
	defer e.seen.Unlock()
	e.at, e.fault = e.opt.Now(), ""
	if err != nil {
		if e.fault = err.Error(); errors.Is(ctx.Err(), context.Canceled) {
			e.fault = "" // whoever stopped us knows
		}
	}
	return err
}

func (e *Engine) evaluate(ctx context.Context) error {
	now := e.opt.Now()
	end := now.Add(-time.Duration(e.opt.Config.Lag))
	if e.opt.Complete != nil {
		var err error
		if end, err = e.opt.Complete(ctx); err != nil {
			return fmt.Errorf("how much data is complete: %w", err)
		}
	}
	end = end.UTC().Truncate(time.Millisecond)
	e.setUntil(rulebook.Evaluated(e.until(), now, e.opt.Log))
	if !end.After(e.until()) {
		return e.tell(ctx)
	}
	windows := e.windows(end)
	for i, w := range windows {
		if err := e.window(ctx, w, i < len(windows)-1); err != nil {
			if i == len(windows)-1 || !e.giveUp(ctx, w, end, err) {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) span(end time.Time) seamark.Span {
	return seamark.Span{From: end.Add(-time.Duration(e.opt.Config.Window)), To: end}
}

// window evaluates the window that ends then.
func (e *Engine) window(ctx context.Context, end time.Time, missed bool) error {
	breached, measured, err := e.measure(ctx, e.span(end))
	if err != nil {
		return err
	}
	c := e.opt.Config
	if late := e.opt.Now().Sub(end); missed || late > time.Duration(c.Lag)+2*time.Duration(c.Every)+time.Minute {
		for key, a := range breached {
			a.Reason += fmt.Sprintf("; evaluated %v late", late.Round(time.Second))
			breached[key] = a
		}
	}
	e.advance(breached, measured, end)
	e.setUntil(end)
	e.tries = 0
	return e.tell(ctx)
}

// patience is how long one evaluation may take: a store that does not answer is a fault.
const patience = 2 * time.Minute

// measure counts what a window holds.
func (e *Engine) measure(ctx context.Context, span seamark.Span) (breached, measured map[string]seamark.Alarm, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	breached, measured = map[string]seamark.Alarm{}, map[string]seamark.Alarm{}
	for _, r := range e.rules() {
		ratios, err := e.opt.Counter.Ratios(ctx, r.kind, span)
		if err != nil {
			return nil, nil, fmt.Errorf("evaluate %s: %w", r.kind, err)
		}
		for _, ratio := range sum(ratios) {
			a := r.alarm(ratio, span)
			if e.opt.Runbook != nil {
				a.Runbook = e.opt.Runbook(a.Scope)
			}
			measured[keyOf(a)] = a
			if a.Value >= r.Threshold && (a.Unit != "ratio" || a.Samples >= e.opt.Config.MinimumRequests) {
				breached[keyOf(a)] = a
			}
		}
	}
	return breached, measured, nil
}

// advance moves every alarm on by one evaluation.
func (e *Engine) advance(breached, measured map[string]seamark.Alarm, end time.Time) {
	for key, a := range breached {
		s := e.alarms[key]
		if s == nil {
			e.alarms[key] = &state{alarm: a}
			continue
		}
		if s.alarm.State == seamark.AlarmFiring {
			a.Since = s.alarm.Since
		}
		s.alarm, s.clean = a, 0
	}
	for key, s := range e.alarms {
		if _, still := breached[key]; still || s.alarm.State != seamark.AlarmFiring {
			continue
		}
		a, ok := measured[key]
		if !ok { // nothing came in at all
			a = s.alarm
			a.Value, a.Samples, a.Reason, a.Evaluated = 0, 0, "no data", end
		}
		a.Since = s.alarm.Since
		s.alarm = a
		if s.clean++; s.clean >= e.opt.Config.ResolveAfter {
			s.alarm.State, s.alarm.Since = seamark.AlarmOK, end
		}
	}
}

// tell hands the sink everything that fires and everything that ended. What ended is
// forgotten once the sink has taken it.
func (e *Engine) tell(ctx context.Context) error {
	if len(e.alarms) == 0 {
		return nil
	}
	var alarms []seamark.Alarm
	for _, s := range e.alarms {
		alarms = append(alarms, s.alarm)
	}
	slices.SortFunc(alarms, func(a, b seamark.Alarm) int { return strings.Compare(keyOf(a), keyOf(b)) })
	if err := e.opt.Sink.Observe(ctx, alarms...); err != nil {
		return fmt.Errorf("tell the alerter: %w", err)
	}
	for key, s := range e.alarms {
		if s.alarm.State == seamark.AlarmOK {
			delete(e.alarms, key)
		}
	}
	return nil
}

// rule is one kind with its threshold.
type rule struct {
	kind Kind
	Rule
}

func (e *Engine) rules() []rule {
	all := []rule{{Kind4xx, e.opt.Config.Ratio4xx}, {Kind5xx, e.opt.Config.Ratio5xx}, {KindErrors, e.opt.Config.Errors}}
	return slices.DeleteFunc(all, func(r rule) bool { return r.Off })
}

// alarm is what ratio says about the rule, as firing.
func (r rule) alarm(ratio seamark.Ratio, span seamark.Span) seamark.Alarm {
	a := seamark.Alarm{
		Name: seamark.AlarmName(ratio.Scope, string(r.kind)), Rule: string(r.kind), Scope: ratio.Scope,
		State: seamark.AlarmFiring, Severity: r.Severity, Threshold: r.Threshold, Samples: ratio.Total,
		Window: seamark.Duration(span.To.Sub(span.From)), Since: span.To, Evaluated: span.To, Origin: "seamark",
	}
	if r.kind == KindErrors {
		a.Unit, a.Value = "count", float64(ratio.Matching)
		a.Reason = fmt.Sprintf("%d ERROR or FATAL records in %v", ratio.Matching, time.Duration(a.Window))
		return a
	}
	a.Unit, a.Value, a.StatusCode = "ratio", ratio.Value(), string(r.kind)
	a.Reason = fmt.Sprintf("%d of %d responses were %s in %v", ratio.Matching, ratio.Total, r.kind, time.Duration(a.Window))
	return a
}

// sum joins ratios of one alarm, such as those of two teams.
func sum(ratios []seamark.Ratio) []seamark.Ratio {
	at := map[seamark.Scope]int{}
	var out []seamark.Ratio
	for _, r := range ratios {
		scope := r.Scope
		scope.Team = ""
		if i, known := at[scope]; known {
			if out[i].Team == "" {
				out[i].Team = r.Team
			}
			out[i].Matching += r.Matching
			out[i].Total += r.Total
			continue
		}
		at[scope] = len(out)
		out = append(out, r)
	}
	return out
}

func keyOf(a seamark.Alarm) string {
	return a.Name + "|" + a.Scope.AccountID + "|" + a.Scope.Region
}
