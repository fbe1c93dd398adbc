// Command collector is the collector as a Lambda function. It sweeps all places on a
// schedule, looks at once at what EventBridge events name, and hands on through its own
// queue what it cannot finish in time. See docs/howto/events.md.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/sqs"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/collector/worker"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/lake"
)

func main() {
	ctx, log := context.Background(), lambda.NewLog(os.Stdout)
	w, err := newWorker(ctx, log)
	if err != nil {
		lambda.Fail(log, err)
	}
	lambda.Start(ctx, w, log)
}

func newWorker(ctx context.Context, log *slog.Logger) (*worker.Worker, error) {
	name, text, err := lambda.Config()
	if err != nil {
		return nil, err
	}
	c, err := config.Parse(name, text)
	if err != nil {
		return nil, err
	}
	cfg := c.Collector()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	store, err := openStore(ctx, c.Lake)
	if err != nil {
		return nil, err
	}
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
		Places: accounts.Places, Opener: opener, Log: log,
		Sweep:   collector.Options{Config: cfg, States: states, Formats: lake.Formats{Store: store}, Limits: limits},
		History: &history.Options{Config: cfg, States: states, Landing: store, Arrived: &history.LatestArrivals{Lake: lake.New(store)}, Limits: limits},
		Events:  cloudtrail.Options{Role: c.Onboard.Role, Session: aws.DefaultSession},
	}
	if c.Onboard.Role == "" { // its own role, in a session that Lambda names after the function
		w.Events.Session = os.Getenv("AWS_LAMBDA_FUNCTION_NAME")
	}
	if url := os.Getenv("SEAMARK_QUEUE_URL"); url != "" {
		w.Queue, err = sqs.Open(ctx, url)
	}
	return w, err
}
