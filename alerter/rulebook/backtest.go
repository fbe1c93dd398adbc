package rulebook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Episode is a time in which an alarm of a rule would have fired.
type Episode struct {
	Rule        string    `json:"rule"`
	Product     string    `json:"product"`
	Environment string    `json:"environment"`
	Component   string    `json:"component,omitempty"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to,omitzero"` // zero: it would still fire
	Worst       float64   `json:"worst"`
	Unit        string    `json:"unit"`
	Reason      string    `json:"reason"` // of its beginning
}

// BacktestOptions are what Backtest looks at.
type BacktestOptions struct {
	Book     Book
	Counter  Counter
	Span     seamark.Span
	Step     time.Duration   // between two instants
	Progress func(time.Time) // told each instant; nil: nobody is
}

// Backtest says when rules would have fired, by the evaluator that does it live. Rows that came
// late count as if they had come at once.
func Backtest(ctx context.Context, o BacktestOptions) (episodes []Episode, faults map[string]string, err error) {
	from, to := o.Span.From.UTC().Truncate(o.Step), o.Span.To.UTC().Truncate(o.Step)
	found := &history{open: map[string]int{}}
	now := from
	e := New(Options{
		Book: o.Book, Every: o.Step, Counter: &ahead{Counter: o.Counter, step: o.Step, to: to}, Sink: found, Store: unkept{Memory{Until: from}}, Now: func() time.Time { return now },
		Complete: func(context.Context) (time.Time, error) { return now, nil },
	})
	faults = map[string]string{}
	for now = from.Add(o.Step); !now.After(to); now = now.Add(o.Step) {
		if err := e.Evaluate(ctx); err != nil {
			return found.episodes, faults, err
		}
		_, _, wrong := e.Status()
		for rule, why := range wrong {
			faults[rule] = why
		}
		if o.Progress != nil {
			o.Progress(now)
		}
	}
	return found.episodes, faults, nil
}

// history is a Sink that notes when what fired.
type history struct {
	episodes []Episode
	open     map[string]int // by alarm: its episode
}

// Observe implements Sink.
func (h *history) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	for _, a := range alarms {
		i, open := h.open[a.Key()]
		switch {
		case a.State != seamark.AlarmFiring && open:
			h.episodes[i].To = a.Since
			delete(h.open, a.Key())
		case a.State != seamark.AlarmFiring:
		case open:
			h.episodes[i].Worst = a.Worst(h.episodes[i].Worst, a.Value)
		default:
			h.open[a.Key()] = len(h.episodes)
			h.episodes = append(h.episodes, Episode{Rule: a.Rule, Product: a.Scope.Product, Environment: a.Scope.Environment, Component: a.Scope.Component, From: a.Since, Worst: a.Value, Unit: a.Unit, Reason: a.Reason})
		}
	}
	return nil
}

// chunk is how much is counted ahead at a time.
const chunk = 6 * time.Hour

// ahead is a Counter that counts the steps of hours by one statement and adds up windows of
// them. What cannot be added up it asks for as it is.
type ahead struct {
	Counter
	step   time.Duration
	to     time.Time
	counts map[string]*counted
	prints map[string]*printed
}

type counted struct {
	span   seamark.Span
	groups []query.Group
}

// printed are the fingerprints of one filter: those of a chunk, and all that were handed out.
type printed struct {
	until time.Time
	some  bool // the chunk has one that was not handed out when it was read
	seen  map[string]bool
}

// Measure implements Counter.
func (a *ahead) Measure(ctx context.Context, ask query.Ask) ([]query.Group, error) {
	window, step := ask.Span.To.Sub(ask.Span.From), a.step
	if ask.Step > 0 {
		step = ask.Step
	}
	if window%step != 0 || slices.ContainsFunc(ask.Measures, func(m query.Measure) bool { return m.Of != "" }) {
		return a.Counter.Measure(ctx, ask)
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%s %v %v %d %s %s", ask.Table, window, ask.Step, a.to.Sub(ask.Span.From)/week, strings.Join(ask.By, ","), strings.Join(ask.Products, ","))
	for _, m := range ask.Measures {
		key.WriteString("\n" + keyOf(m))
	}
	c := a.counts[key.String()]
	if c == nil || ask.Span.From.Before(c.span.From) || ask.Span.To.After(c.span.To) {
		c = &counted{span: seamark.Span{From: ask.Span.From, To: ask.Span.To.Add(chunk)}}
		wide := ask
		wide.Span, wide.Step = c.span, step
		var err error
		if c.groups, err = a.Counter.Measure(ctx, wide); err != nil {
			return nil, err
		}
		slices.SortFunc(c.groups, func(x, y query.Group) int { return x.Start.Compare(y.Start) })
		if a.counts == nil {
			a.counts = map[string]*counted{}
		}
		a.counts[key.String()] = c
	}
	if ask.Step > 0 {
		return slices.Clone(c.within(ask.Span)), nil
	}
	return c.sum(ask.Span, len(ask.Measures)), nil
}

// within are the steps of a span.
func (c *counted) within(span seamark.Span) []query.Group {
	place := func(at time.Time) int {
		i, _ := slices.BinarySearchFunc(c.groups, at, func(g query.Group, at time.Time) int { return g.Start.Compare(at) })
		return i
	}
	return c.groups[place(span.From):place(span.To)]
}

// sum adds up the steps of a window.
func (c *counted) sum(span seamark.Span, measures int) []query.Group {
	at := map[string]int{}
	var out []query.Group
	for _, g := range c.within(span) {
		key := seriesOf(&g).key()
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			g.Values, g.Start = slices.Clone(g.Values), time.Time{}
			out = append(out, g)
			continue
		}
		out[i].Team = max(out[i].Team, g.Team)
		for m := range measures {
			out[i].Values[m] += g.Values[m]
		}
	}
	return out
}

// Fingerprints implements Counter. Hours in which nothing is new are asked for once.
func (a *ahead) Fingerprints(ctx context.Context, e query.Expr, span seamark.Span, by []string) ([]query.Fingerprint, error) {
	key := query.Format(e) + " " + strings.Join(by, ",")
	p := a.prints[key]
	if p == nil {
		p = &printed{seen: map[string]bool{}}
		if a.prints == nil {
			a.prints = map[string]*printed{}
		}
		a.prints[key] = p
	}
	if !span.From.IsZero() && span.To.After(p.until) {
		p.until = span.To.Add(chunk)
		list, err := a.Counter.Fingerprints(ctx, e, seamark.Span{From: span.From, To: p.until}, by)
		if err != nil {
			return nil, err
		}
		p.some = slices.ContainsFunc(list, func(f query.Fingerprint) bool { return !p.seen[f.Key()] })
	}
	if !span.From.IsZero() && !p.some {
		return nil, nil
	}
	list, err := a.Counter.Fingerprints(ctx, e, span, by)
	for _, f := range list {
		p.seen[f.Key()] = true
	}
	return list, err
}
