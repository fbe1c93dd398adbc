// Package collector makes the collector a Lambda function: it sweeps all places on a
// schedule, looks at once at what EventBridge events name, and hands on through its own
// queue what it cannot finish in time. With the sweep it keeps Athena's tables current. See
// docs/howto/events.md.
package collector

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/collector/worker"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/internal/lambda/queue"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/athena"
	"github.com/seamark-hq/seamark/lake/glue"
)

// Open makes the function of its environment.
func Open(ctx context.Context, log *slog.Logger) (lambda.Work, error) {
	s, err := coldstart.Open(ctx, log)
	if err != nil {
		return nil, err
	}
	return New(ctx, s)
}

// New makes the function. Without a queue the next schedule goes on where time was short.
func New(ctx context.Context, s *coldstart.Start) (lambda.Work, error) {
	c, store := s.Config, s.Store.Within(ctx)
	cfg := c.Collector()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Exclude = append(cfg.Exclude, ownLogGroups()...)
	opener, err := aws.New(ctx, aws.Options{Role: c.Onboard.Role, ExternalID: c.Onboard.ExternalID})
	if err != nil {
		return nil, err
	}
	// The organisation is asked once a process: Lambda replaces it every few hours.
	units, organization := c.AsksOrganization()
	accounts, err := onboard.Open(ctx, onboard.Options{
		Config: cfg, Listed: c.ListedAccounts(), Organization: organization, Units: units, Regions: c.Regions, Cloud: opener, Store: store,
	})
	if err != nil {
		return nil, err
	}
	states, limits := state.LakeStore{Store: store, Deployment: cfg.Deployment}, &quota.Limits{}
	w := &worker.Worker{
		Places: accounts.Places, Opener: opener, Log: s.Log,
		Sweep:  collector.Options{Config: cfg, States: states, Rules: states, Formats: lake.Formats{Store: store}, Limits: limits},
		Events: cloudtrail.Options{Role: c.Onboard.Role, Session: aws.DefaultSession},
	}
	if !s.Inline { // what it lands nobody would transform
		w.History = &history.Options{Config: cfg, States: states, Landing: store, Arrived: &history.LatestArrivals{Lake: lake.New(store)}, Limits: limits}
	}
	if c.Onboard.Role == "" { // its own role, in a session that Lambda names after the function
		w.Events.Session = os.Getenv("AWS_LAMBDA_FUNCTION_NAME")
	}
	if s.Queue != "" {
		if w.Queue, err = queue.Open(ctx, s.Queue); err != nil {
			return nil, err
		}
	}
	f := work{Worker: w}
	if s.Database != "" {
		tables, err := glue.Open(ctx, s.Database)
		if err != nil {
			return nil, err
		}
		f.keep = func(ctx context.Context) error { return keepTables(ctx, s, tables) }
	}
	return f, nil
}

// tablesTime is what the tables may take of an invocation: the sweep comes after them.
const tablesTime = time.Minute

// keepTables tells Athena's tables of the products and environments that the lake has.
func keepTables(ctx context.Context, s *coldstart.Start, tables *glue.Catalog) error {
	ctx, cancel := context.WithTimeout(ctx, tablesTime)
	defer cancel()
	names, err := athena.NamesOf(s.Store.Within(ctx))
	if err != nil {
		return err
	}
	done, err := tables.Keep(ctx, names)
	for _, c := range done {
		s.Log.Info("Athena's table lists more", "table", c.Table, "products", c.Added.Products, "environments", c.Added.Environments)
	}
	return err
}

// ownLogGroups are those of the functions themselves: what Seamark writes must not feed
// Seamark. Their names have one stem, such as "seamark-".
func ownLogGroups() []string {
	var own []string
	if g := os.Getenv("AWS_LAMBDA_LOG_GROUP_NAME"); g != "" {
		own = append(own, g)
	}
	if stem, ok := strings.CutSuffix(os.Getenv("AWS_LAMBDA_FUNCTION_NAME"), "collector"); ok {
		for _, stage := range []string{"collector", "transformer", "indexer", "alerter"} {
			own = append(own, "/aws/lambda/"+stem+stage)
		}
	}
	return own
}

// work is the worker, which EventBridge Scheduler may ask for a sweep by {"do": "reconcile"} too.
type work struct {
	*worker.Worker
	keep func(context.Context) error // Athena's tables; nil: there are none
}

// Schedule implements lambda.Work. Tables that cannot be kept do not hold up the sweep.
func (w work) Schedule(ctx context.Context) error {
	var kept error
	if w.keep != nil {
		kept = w.keep(ctx)
	}
	return errors.Join(w.Worker.Schedule(ctx), kept)
}

// Invoke implements lambda.Work.
func (w work) Invoke(ctx context.Context, payload []byte) (any, error) {
	var in struct{ Do string }
	if json.Unmarshal(payload, &in) != nil || in.Do == "" {
		return w.Worker.Invoke(ctx, payload)
	}
	if in.Do != "reconcile" {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "do", What: "nothing is done by the name '" + in.Do + "'", Remedy: `use {"do": "reconcile"}`}
	}
	return nil, w.Schedule(ctx)
}
