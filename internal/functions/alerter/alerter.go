// Package alerter makes the alerter a Lambda function: alarms come by SQS, around SNS or
// EventBridge or bare, or from SNS itself, and a schedule looks up what no message told and
// evaluates Seamark's own rules. See docs/howto/aws.md.
package alerter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/worker"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/internal/parts/states"
)

// Open makes the function of its environment.
func Open(ctx context.Context, log *slog.Logger) (lambda.Work, error) {
	s, err := coldstart.Open(ctx, log, cards.CheckAlerts)
	if err != nil {
		return nil, err
	}
	return New(ctx, s)
}

// New makes the function.
func New(ctx context.Context, s *coldstart.Start) (lambda.Work, error) {
	c := s.Config
	o, err := cards.Options(c, s.Log)
	if err != nil {
		return nil, err
	}
	var index *opensearch.Client
	if c.OpenSearch.URL != "" {
		if index, err = search.Client(c); err != nil {
			return nil, err
		}
		o.Enricher = index
	}
	w := &worker.Worker{
		Objects: func(ctx context.Context) incident.Objects { return s.Store.Within(ctx) },
		Options: o, Ours: states.Ours, Count: s.Count, Log: s.Log,
	}
	if _, organization := c.AsksOrganization(); organization || len(c.Accounts) > 0 {
		w.States = (&asker{c: c}).states
	}
	f := &function{Worker: w}
	f.do = map[string]func(context.Context) (any, error){
		"reconcile": func(ctx context.Context) (any, error) { return w.Reconcile(ctx) },
		"rules":     rulesOf(s, index, w),
	}
	return f, nil
}

type function struct {
	*worker.Worker
	do map[string]func(context.Context) (any, error)
}

// Schedule implements lambda.Work.
func (f *function) Schedule(ctx context.Context) error {
	_, err := f.Reconcile(ctx)
	return err
}

// Batch implements lambda.Work.
func (f *function) Batch(ctx context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	for i, body := range bodies {
		errs[i] = lambda.Guard(func() error {
			_, err := f.Invoke(ctx, body)
			return err
		})
	}
	return errs
}

// Invoke implements lambda.Work: {"do": …}, or an alarm in any wrapping.
func (f *function) Invoke(ctx context.Context, payload []byte) (any, error) {
	var in struct{ Do string }
	if json.Unmarshal(payload, &in) != nil || in.Do == "" {
		return nil, f.Message(ctx, payload)
	}
	do := f.do[in.Do]
	if do == nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: fmt.Sprintf(`{"do": %q}`, in.Do), What: "nothing is done by that name",
			Remedy: "use one of " + strings.Join(slices.Sorted(maps.Keys(f.do)), ", ")}
	}
	return do(ctx)
}

// asker asks AWS for the states of alarms.
type asker struct {
	c *config.Config

	mu      sync.Mutex
	session *aws.Session
	places  []inventory.Place // found once a process: Lambda replaces it every few hours
}

// atOnce is how many places are asked at a time.
const atOnce = 16

func (a *asker) states(ctx context.Context, place func([]seamark.Alarm)) error {
	if err := a.find(ctx); err != nil {
		return err
	}
	var mu sync.Mutex
	var faults []error
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, p := range a.places {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			all, err := states.Of(ctx, a.session, p)
			mu.Lock()
			defer mu.Unlock()
			if err != nil { // half a list would end what is not in it
				faults = append(faults, fmt.Errorf("alarms of %s: %w", p, err))
				return
			}
			place(all)
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

func (a *asker) find(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.places != nil {
		return nil
	}
	var err error
	if a.session == nil {
		if a.session, err = aws.NewSession(context.WithoutCancel(ctx), aws.Options{Role: a.c.Onboard.Role, ExternalID: a.c.Onboard.ExternalID}); err != nil {
			return err
		}
	}
	units, organization := a.c.AsksOrganization()
	a.places, err = onboard.Places(ctx, onboard.Options{Config: a.c.Collector(), Listed: a.c.ListedAccounts(), Organization: organization, Units: units, Regions: a.c.Regions}, a.session)
	return err
}
