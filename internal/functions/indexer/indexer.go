// Package indexer makes the indexer a Lambda function: new ledger entries are indexed as
// notifications tell of them, and a schedule looks up what none told of. See docs/howto/aws.md.
package indexer

import (
	"context"
	"log/slog"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/worker"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/internal/lambda/queue"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
)

// Open makes the function of its environment.
func Open(ctx context.Context, log *slog.Logger) (lambda.Work, error) {
	s, err := coldstart.OpenQueued(ctx, log)
	if err != nil {
		return nil, err
	}
	return New(ctx, s)
}

// New makes the function. Without a queue what would go there is done at once.
func New(ctx context.Context, s *coldstart.Start) (lambda.Work, error) {
	c := s.Config
	if c.OpenSearch.URL == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "opensearch.url", What: "the configuration names no OpenSearch", Remedy: "add opensearch: {url: …} to seamark.yml"}
	}
	client, err := search.Client(c)
	if err != nil {
		return nil, err
	}
	w := &worker.Worker{
		Store: s.Store.Within, Prepare: client.InstallTemplates, Count: s.Count, Log: s.Log,
		Open: func(l *lake.Lake) (*indexer.Indexer, error) {
			// InFlight: Lambda bills what it waits for OpenSearch, which is most of its time (make bench: bill).
			return search.New(c, client, l, indexer.Options{RetentionDays: c.Index.RetentionDays, EachMark: true, InFlight: 4, Log: s.Log, MaxWait: 5 * time.Second})
		},
	}
	if w.Queue, err = queue.Sender(ctx, s.Queue); err != nil {
		return nil, err
	}
	f := &function{w, s.Store}
	return &lambda.Stage{Each: f.each, Default: "reconcile", Do: map[string]func(context.Context, []byte) (any, error){
		"reconcile": func(ctx context.Context, _ []byte) (any, error) { return w.Reconcile(ctx) },
		"index":     f.index,
	}}, nil
}

type function struct {
	*worker.Worker
	store coldstart.Store
}

// each indexes what all messages name with as few requests as possible.
func (f *function) each(ctx context.Context, messages []lambda.Message) []error {
	errs := make([]error, len(messages))
	var keys [][]string
	var at []int
	for i, m := range messages {
		var of []string
		if of, errs[i] = f.keys(ctx, m); errs[i] == nil && len(of) > 0 {
			keys, at = append(keys, of), append(at, i)
		}
	}
	if len(keys) > 0 {
		for k, err := range f.Entries(ctx, keys) {
			errs[at[k]] = err
		}
	}
	return errs
}

// keys are the ledger entries that a message is about.
func (f *function) keys(ctx context.Context, m lambda.Message) (keys []string, err error) {
	switch m.Do {
	case "":
	case "index":
		asked, err := worker.DecodeIndex(m.Payload)
		return asked.Entries, err
	default:
		_, err := f.Reconcile(ctx)
		return nil, err
	}
	for _, o := range m.Objects {
		key, err := f.store.Key(o)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (f *function) index(ctx context.Context, payload []byte) (any, error) {
	m, err := worker.DecodeIndex(payload)
	if err != nil {
		return nil, err
	}
	return nil, f.Entries(ctx, [][]string{m.Entries})[0]
}
