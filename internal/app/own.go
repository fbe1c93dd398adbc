package app

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/collector/state"
)

// rulesFile is what the names of the files begin with in which people's rules are remembered.
const rulesFile = "rules"

// askedEvery is how often it is looked up which rules tags ask for.
const (
	askedEvery = time.Minute
	askAgain   = 5 * time.Second // where it was never known
)

// ownRules evaluates the rules of people's own, and follows what tags ask of them.
type ownRules struct {
	*rulebook.Engine
	book   rulebook.Book
	limits rulebook.Limits
	asked  func(context.Context) ([]seamark.AskedRule, error)
	wrong  []error // with the rules themselves
	log    *slog.Logger

	mu       sync.Mutex
	misasked []error // what tags say that cannot be taken
}

// openOwn reads the rules of people's own. Those that are wrong are said, and left out.
func (a *App) openOwn() *ownRules {
	c := a.o.Config
	o := &ownRules{limits: rulebook.Limits{Retention: time.Duration(c.Retention.Lake)}, log: a.log,
		asked: func(ctx context.Context) ([]seamark.AskedRule, error) { return state.Rules(ctx, a.store, c.Deployment) }}
	o.book, o.wrong = rulebook.Read(c.Rules.Own, c.Rules.Files, o.limits)
	o.say(o.wrong)
	book, _ := o.book.Asked(nil, o.limits)
	o.Engine = rulebook.New(rulebook.Options{
		Book: book, Every: time.Duration(c.Rules.Every), Counter: a.db, Sink: a.alerts, Store: rulebook.NewFileStore(a.state, rulesFile), Complete: a.completeUntil,
		Products: func(t seamark.Table) []string { products, _ := a.db.Names(t); return products }, Runbook: c.Runbook, Log: a.log,
	})
	return o
}

// Run evaluates until ctx ends.
func (o *ownRules) Run(ctx context.Context) {
	var wg sync.WaitGroup
	if o.book.FromTags() {
		asked, err := o.ask(ctx, nil)
		for err != nil { // before the first instant: what fires by a tag must not end
			select {
			case <-ctx.Done():
				return
			case <-time.After(askAgain):
			}
			asked, err = o.ask(ctx, nil)
		}
		wg.Go(func() { o.follow(ctx, asked) })
	}
	o.Engine.Run(ctx)
	wg.Wait()
}

func (o *ownRules) follow(ctx context.Context, asked []seamark.AskedRule) {
	tick := time.NewTicker(askedEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			asked, _ = o.ask(ctx, asked)
		}
	}
}

// ask looks up what tags ask for, and has it evaluated if it is not what it was.
func (o *ownRules) ask(ctx context.Context, was []seamark.AskedRule) ([]seamark.AskedRule, error) {
	asked, err := o.asked(ctx)
	faults := []error{err}
	if err == nil && was != nil && slices.Equal(asked, was) {
		return was, nil
	}
	if err == nil {
		asked = append([]seamark.AskedRule{}, asked...)
		was = asked
		var book rulebook.Book
		book, faults = o.book.Asked(asked, o.limits)
		o.Replace(book)
	}
	o.say(faults)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.misasked = faults
	return was, err
}

func (o *ownRules) say(faults []error) {
	for _, f := range faults {
		o.log.Warn("a rule is left out", "error", f)
	}
}

// leftOut is why rules are not evaluated at all, or not where a tag asks for it.
func (o *ownRules) leftOut() []error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Concat(o.wrong, o.misasked)
}
