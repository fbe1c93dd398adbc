package alerter

import (
	"context"
	"errors"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/alerter/worker"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/query"
)

// indexLag is how far behind the clock the index is complete: Firehose gathers for five
// minutes, and an object takes one or two until its rows are documents.
const indexLag = 10 * time.Minute

// evaluated is what a schedule is answered.
type evaluated struct {
	worker.Evaluated
	Own *worker.EvaluatedOwn `json:"own,omitempty"` // nil: there are no rules of people's own
}

// rulesOf makes the evaluation of all rules over OpenSearch, or says that there is none.
func rulesOf(s *coldstart.Start, index *opensearch.Client, w *worker.Worker) func(context.Context) (any, error) {
	c := s.Config
	if index == nil {
		return func(context.Context) (any, error) {
			return nil, &seamark.Fault{Class: seamark.Rejected, Where: `{"do": "rules"}`, What: "the rules are evaluated over OpenSearch, and the configuration names none",
				Remedy: "add opensearch: {url: …} to seamark.yml, or switch the schedule off (terraform: schedules = { alerter-rules = \"off\" }): CloudWatch's alarms do without"}
		}
	}
	kept := time.Duration(c.Retention.Lake)
	if indexed := time.Duration(c.Index.RetentionDays) * 24 * time.Hour; indexed > 0 && (kept == 0 || indexed < kept) {
		kept = indexed
	}
	limits := rulebook.Limits{Retention: kept}
	book, faults := rulebook.Read(c.Rules.Own, nil, limits)
	if len(c.Rules.Files) > 0 {
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: "rules.files", What: "a function reads no files of rules", Remedy: "write them below rules.own"})
	}
	for _, f := range faults {
		s.Log.Error("a rule is left out", "error", f)
	}
	three := rules.Options{Config: c.Rules, Counter: counter{index}, Runbook: c.Runbook}
	three.Config.Lag = max(three.Config.Lag, seamark.Duration(indexLag))
	three.Config.Every = max(three.Config.Every, seamark.Duration(time.Minute)) // as the schedule asks
	asked := &asked{book: book, limits: limits, start: s}
	own := rulebook.Options{Every: time.Duration(three.Config.Every), Counter: index, Lag: time.Duration(three.Config.Lag), Runbook: c.Runbook}
	return func(ctx context.Context) (any, error) {
		r, err := w.Rules(ctx, three)
		out := evaluated{Evaluated: r}
		if len(book.Rules) > 0 {
			o := own
			var unread error
			if o.Book, unread = asked.now(ctx); unread != nil {
				return out, errors.Join(err, unread) // what fires by a tag must not end
			}
			done, failed := w.Own(ctx, o)
			out.Own, err = &done, errors.Join(err, failed)
		}
		return out, err
	}
}

// askedEvery is how often it is looked up which rules tags ask for.
const askedEvery = 5 * time.Minute

// asked is the book as tags ask for it.
type asked struct {
	book   rulebook.Book
	limits rulebook.Limits
	start  *coldstart.Start

	at   time.Time // when it was looked up
	with rulebook.Book
}

// now looks it up now and then.
func (a *asked) now(ctx context.Context) (rulebook.Book, error) {
	if !a.at.IsZero() && (!a.book.FromTags() || time.Since(a.at) < askedEvery) {
		return a.with, nil
	}
	var list []seamark.AskedRule
	if a.book.FromTags() {
		var err error
		if list, err = state.Rules(ctx, a.start.Store.Within(ctx), a.start.Config.Deployment); err != nil {
			return a.with, err
		}
	}
	var faults []error
	a.with, faults = a.book.Asked(list, a.limits)
	a.at = time.Now()
	for _, f := range faults {
		a.start.Log.ErrorContext(ctx, "a rule is left out", "error", f)
	}
	return a.with, nil
}

// counter counts over the index.
type counter struct{ client *opensearch.Client }

// Ratios implements rules.Counter.
func (c counter) Ratios(ctx context.Context, kind rules.Kind, span seamark.Span) ([]seamark.Ratio, error) {
	table, all, part := seamark.TableAccessLogs, "status:*", "status:"+string(kind)
	if kind == rules.KindErrors {
		table, all, part = seamark.TableLogs, "", "level:>="+seamark.LevelError
	}
	ask := query.Ask{Table: table, Span: span, By: []string{"component", "account_id", "region"}}
	for _, text := range []string{all, part} {
		e, err := query.Parse(table, text)
		if err != nil {
			return nil, err
		}
		ask.Measures = append(ask.Measures, query.Measure{Filter: e})
	}
	groups, err := c.client.Measure(ctx, ask)
	var out []seamark.Ratio
	for _, g := range groups {
		out = append(out, seamark.Ratio{Matching: int64(g.Values[1]), Total: int64(g.Values[0]),
			Scope: seamark.Scope{Product: g.Product, Environment: g.Environment, Component: g.By[0], AccountID: g.By[1], Region: g.By[2], Team: g.Team}})
	}
	return out, err
}
