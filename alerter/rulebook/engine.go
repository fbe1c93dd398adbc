package rulebook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Bounds of an evaluation.
const (
	patience   = 2 * time.Minute // for all of one instant
	mostMissed = 4 * time.Hour   // that are made up for after a stall
	maxSeries  = 1000            // of one rule that may be breached at once
	maxKnown   = 200_000         // fingerprints of one rule
	mostFailed = 8               // rules that fail alone before all of them count as failed
)

// Sink takes alarms: an *alerter.Manager. It must bear being told the same twice.
type Sink interface {
	Observe(ctx context.Context, alarms ...seamark.Alarm) error
}

// Options are what an Engine is made of. Book, Every, Counter, Sink and Store must be set.
type Options struct {
	Book    Book
	Every   time.Duration // between instants
	Counter Counter
	Sink    Sink
	Store   Store
	// Complete says until when the data is complete; it may fall behind, never ahead of, the
	// truth. Nil: the clock less Lag.
	Complete func(ctx context.Context) (time.Time, error)
	Lag      time.Duration
	// Products are those that a table has rows of. A rule about another one is left out, and
	// said. Nil: all are there.
	Products func(seamark.Table) []string
	Runbook  func(seamark.Scope) string // where a rule has none
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Engine evaluates the rules of a book.
type Engine struct {
	opt     Options
	batches []*batch // of all but anomalies and new errors
	unusual []*batch // of anomalies
	fresh   []*Rule  // of new errors
	byName  map[string]*Rule

	mu     sync.Mutex // held while an instant is evaluated
	memory Memory
	known  Known
	found  map[string][]string // by rule: what an instant adds to known, once it is saved
	grown  bool                // known has what is not saved
	told   bool                // all of memory was heard
	loaded bool

	seen    sync.Mutex        // guards what follows
	until   time.Time         // of memory
	faults  map[string]string // by rule: why it was not evaluated
	fault   string            // why none was
	skipped time.Duration
}

// New makes an engine.
func New(opt Options) *Engine {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{opt: opt, faults: map[string]string{}}
	e.sort()
	return e
}

// Replace has another book evaluated from the next instant on. What fires by a rule that is gone ends.
func (e *Engine) Replace(b Book) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.opt.Book = b
	e.sort()
}

// sort puts the rules of the book where they are evaluated.
func (e *Engine) sort() {
	e.byName, e.fresh = map[string]*Rule{}, nil
	var plain, unusual []*Rule
	for _, r := range e.opt.Book.Rules {
		e.byName[r.Name] = r
		switch r.Kind {
		case Anomaly:
			unusual = append(unusual, r)
		case NewError:
			e.fresh = append(e.fresh, r)
		default:
			plain = append(plain, r)
		}
	}
	e.batches, e.unusual = batches(plain), batches(unusual)
}

// Run evaluates until ctx ends.
func (e *Engine) Run(ctx context.Context) {
	Loop(ctx, e.opt.Every, e.Evaluate, e.opt.Log, "own_rules_not_evaluated")
}

// Status is up to which instant the rules were evaluated, why they are not, and why single ones
// are not, by name.
func (e *Engine) Status() (until time.Time, fault string, rules map[string]string) {
	e.seen.Lock()
	defer e.seen.Unlock()
	return e.until, e.fault, maps.Clone(e.faults)
}

// Skipped is how much time was never evaluated, because a stall lasted longer than is made up for.
func (e *Engine) Skipped() time.Duration {
	e.seen.Lock()
	defer e.seen.Unlock()
	return e.skipped
}

// Evaluate looks at every instant until now that was not looked at yet, in order.
func (e *Engine) Evaluate(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	err := e.evaluate(ctx)
	e.seen.Lock()
	defer e.seen.Unlock()
	e.until, e.fault = e.memory.Until, ""
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) { // whoever stopped us knows
		e.fault = err.Error()
	}
	return err
}

func (e *Engine) evaluate(ctx context.Context) error {
	if err := e.load(); err != nil {
		return err
	}
	if len(e.opt.Book.Rules) == 0 && len(e.memory.Series) == 0 {
		e.memory.Until = time.Time{} // rules that come begin when they come
		return nil
	}
	now := e.opt.Now()
	end := now.Add(-e.opt.Lag)
	if e.opt.Complete != nil {
		var err error
		if end, err = e.opt.Complete(ctx); err != nil {
			return fmt.Errorf("how much data is complete: %w", err)
		}
	}
	end = end.UTC().Truncate(e.opt.Every)
	last := Evaluated(e.memory.Until, now, e.opt.Log)
	if last.IsZero() {
		last = end.Add(-e.opt.Every)
	}
	if begin := end.Add(-mostMissed); last.Before(begin) {
		e.opt.Log.Warn("instants of own rules were skipped", "from", last, "to", begin, "remedy", "look at that time yourself: `seamark rules backtest`")
		e.seen.Lock()
		e.skipped += begin.Sub(last)
		e.seen.Unlock()
		last = begin
	}
	for at := last.Add(e.opt.Every); !at.After(end); at = at.Add(e.opt.Every) {
		if err := e.instant(ctx, at); err != nil {
			return err
		}
	}
	return e.tell(ctx)
}

func (e *Engine) load() error {
	if e.loaded {
		return nil
	}
	m, known, err := e.opt.Store.Load()
	if err != nil {
		return err
	}
	if m.Series == nil {
		m.Series = map[string]*State{}
	}
	if known == nil {
		known = Known{}
	}
	e.memory, e.known, e.loaded = m, known, true
	for rule, keys := range m.Found {
		if known[rule] != nil { // else the lake is looked through, and these are added then
			for _, key := range keys {
				known[rule][key], e.grown = true, true
			}
		}
	}
	return nil
}

// instant evaluates one instant and saves what came of it. When that fails nothing has changed.
func (e *Engine) instant(ctx context.Context, at time.Time) error {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	read, faults, err := e.read(within, at)
	if err != nil {
		return err
	}
	next := Memory{Until: at, Series: make(map[string]*State, len(e.memory.Series)), Found: map[string][]string{}}
	for _, found := range []map[string][]string{e.memory.Found, e.found} {
		for rule, keys := range found {
			next.Found[rule] = append(next.Found[rule], keys...)
		}
	}
	for key, s := range e.memory.Series {
		copied := *s
		next.Series[key] = &copied
	}
	for _, r := range e.opt.Book.Rules {
		if readings, looked := read[r.Name]; looked {
			if err := next.advance(r, readings, at, e.opt.Runbook); err != nil {
				faults[r.Name] = err.Error()
			}
		}
	}
	for _, s := range next.Series {
		if e.byName[s.Rule] == nil {
			s.end(at, "there is no such rule any more")
		}
	}
	if err := e.opt.Store.Save(next); err != nil {
		return fmt.Errorf("save what the rules remember: %w", err)
	}
	e.memory, e.told = next, false
	for rule, keys := range e.found { // not before: an instant that is not saved is looked at again
		for _, key := range keys {
			e.known[rule][key], e.grown = true, true
		}
	}
	if e.grown {
		if err := e.opt.Store.SaveKnown(e.known); err != nil {
			e.opt.Log.Error("known_errors_not_saved", "error", err)
		} else {
			e.grown, e.memory.Found = false, nil
		}
	}
	e.note(faults)
	return e.tell(ctx)
}

// note remembers which rules were not evaluated, and says so once.
func (e *Engine) note(faults map[string]string) {
	e.seen.Lock()
	defer e.seen.Unlock()
	for name, why := range faults {
		if e.faults[name] == "" {
			e.opt.Log.Warn("own_rule_not_evaluated", "rule", name, "error", why)
		}
	}
	e.faults = faults
}

// tell hands the sink all that fires and all that ended, until it has taken that.
func (e *Engine) tell(ctx context.Context) error {
	if e.told {
		return nil
	}
	var alarms []seamark.Alarm
	for _, s := range e.memory.Series {
		if s.Firing || s.Alarm.State == seamark.AlarmOK {
			alarms = append(alarms, s.Alarm)
		}
	}
	slices.SortFunc(alarms, func(a, b seamark.Alarm) int { return strings.Compare(a.Key(), b.Key()) })
	if len(alarms) > 0 {
		if err := e.opt.Sink.Observe(ctx, alarms...); err != nil {
			return fmt.Errorf("tell the alerter: %w", err)
		}
	}
	for key, s := range e.memory.Series {
		if s.Alarm.State == seamark.AlarmOK {
			delete(e.memory.Series, key) // a process that ends now tells it once more
		}
	}
	e.told = true
	return nil
}
