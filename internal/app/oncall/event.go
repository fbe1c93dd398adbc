package oncall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/alerter/teams"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// ReadEvent reads the alarms of an event file; "-" is standard input. Where some of its
// records are no alarms, the others are returned beside the error.
func ReadEvent(name string, stdin io.Reader) ([]seamark.Alarm, error) {
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(stdin)
	} else {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "cannot read the event", Where: name, Err: seamark.RootCause(err), Remedy: "check the path"}
	}
	alarms, err := cloudwatch.Parse(b)
	if err != nil {
		return alarms, fmt.Errorf("%s: %w", name, err)
	}
	return alarms, nil
}

// RenderEvent returns the cards of the incidents that alarms make, as they would be
// sent to slack, teams or a terminal ("text"). With a lake they hold its error lines.
func RenderEvent(ctx context.Context, c *config.Config, alarms []seamark.Alarm, to string, log *slog.Logger) ([][]byte, error) {
	render := map[string]func(card.Card) ([]byte, error){
		"slack": slack.Render,
		"teams": func(c card.Card) ([]byte, error) { return teams.Render(c, false) },
		"text":  func(c card.Card) ([]byte, error) { return []byte(card.Text(c)), nil },
	}[to]
	links := c.CardLinks()
	var out [][]byte
	incidents := incident.Of(alarms, time.Now())
	err := withLake(ctx, c, log, func(db *duckdb.DB) {
		for i := range incidents {
			enrich(ctx, db, c, &incidents[i], log)
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range incidents {
		b, err := render(card.Build(&incidents[i], links))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// enrich puts into an incident what the lake knows of it; what fails is left out.
func enrich(ctx context.Context, db *duckdb.DB, c *config.Config, in *seamark.Incident, log *slog.Logger) {
	scope, ok := alerter.ScopeOf(in)
	if !ok {
		return
	}
	span := seamark.Span{From: in.OpenedAt.Add(-5 * time.Minute), To: in.OpenedAt.Add(5 * time.Minute)}
	var err error
	if in.Patterns, err = db.Patterns(ctx, scope, span, c.Alerts.Patterns); err != nil {
		log.Warn("no error patterns", "error", err)
	}
	if in.Series, err = db.Series(ctx, scope, span, 30*time.Second); err != nil {
		log.Warn("no chart", "error", err)
	}
}

// withLake hands on a DuckDB over the configured lake, when there is one.
func withLake(ctx context.Context, c *config.Config, log *slog.Logger, use func(*duckdb.DB)) error {
	if _, err := os.Stat(lakes.Place(c)); err != nil && c.Lake == "" { // never one in a bucket: that is configured
		return nil
	}
	db, closeLake, err := lakes.Open(ctx, lakes.Place(c), c, log)
	if err != nil {
		return err
	}
	defer closeLake()
	use(db)
	return nil
}

// SendEvent tells the configured receivers, and remembers what it told them below the
// data folder, so that the next event of the incident edits the same card. With complete
// the alarms are all that their accounts and regions have.
func SendEvent(ctx context.Context, c *config.Config, alarms []seamark.Alarm, complete bool, log *slog.Logger) ([]seamark.Incident, error) {
	receivers, err := cards.Receivers(c, log)
	if err != nil {
		return nil, err
	}
	if len(receivers) == 0 {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "nobody to tell", Remedy: "configure `receivers:` in seamark.yml"}
	}
	state, err := lake.OpenDir(c.Data, nil)
	if err != nil {
		return nil, err
	}
	unlock, err := state.Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	o := alerter.Options{
		Config: c.Alerts, Store: incident.NewFileStore(state, IncidentsFolder), Receivers: receivers, Escalate: c.Incidents.Escalate, Links: CardLinks(c, c.PublicURL), Log: log,
		Letters: incident.NewDeadLetters(state, DeadFolder),
	}
	if err := decide(&o, c, state); err != nil {
		return nil, err
	}
	var told []seamark.Incident
	var failed error
	err = withLake(ctx, c, log, func(db *duckdb.DB) {
		o.Enricher = db
		told, failed = send(ctx, o, alarms, complete)
	})
	if o.Enricher == nil && err == nil {
		return send(ctx, o, alarms, complete)
	}
	return told, errors.Join(err, failed)
}

// send tells the receivers and returns the incidents that alarms belong to.
func send(ctx context.Context, o alerter.Options, alarms []seamark.Alarm, complete bool) ([]seamark.Incident, error) {
	m, err := alerter.New(ctx, o)
	if err != nil {
		return nil, err
	}
	before := map[string]seamark.IncidentStatus{}
	for _, in := range m.Incidents() {
		before[in.ID] = in.Status
	}
	observe := func() error { return m.Observe(ctx, alarms...) }
	if complete {
		observe = func() error { return m.Reconcile(ctx, alarms) }
	}
	if err := observe(); err != nil {
		return nil, err
	}
	err = m.Flush(ctx)
	var told []seamark.Incident
	for _, in := range m.Incidents() {
		if complete && before[in.ID] == in.Status {
			continue // a list of everything is long: what changed is told
		}
		if complete || slices.ContainsFunc(alarms, func(a seamark.Alarm) bool { return takesPart(in, a) }) {
			told = append(told, in)
		}
	}
	return told, err
}

// takesPart reports whether a is one of in's alarms, or the whole of one of its series.
func takesPart(in seamark.Incident, a seamark.Alarm) bool {
	return slices.ContainsFunc(in.Alarms, func(x seamark.Alarm) bool { return x.Key() == a.Key() || x.Base() == a.Key() })
}
