// Package transformer makes the transformer a Lambda function: landing objects become rows
// as notifications tell of them, and a schedule reconciles, compacts, deletes what has
// expired and sends a canary. See docs/howto/aws.md.
package transformer

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/internal/lambda/queue"
	"github.com/seamark-hq/seamark/internal/parts/rows"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/firehose"
	"github.com/seamark-hq/seamark/transformer/worker"
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
	o, err := rows.Options(s.Config)
	if err != nil {
		return nil, err
	}
	records := &inlineRecords{s: s, rows: o}
	if s.Inline {
		return records, nil
	}
	k := s.Config.Retention
	w := &worker.Worker{
		Store: s.Store.Within, Rows: o, Region: os.Getenv("AWS_REGION"), Count: s.Count, Log: s.Log,
		Compact:   lake.CompactOptions{OlderThan: time.Duration(s.Config.Compact.OlderThan), SmallFiles: s.Config.Compact.SmallFiles},
		Retention: lake.RetentionOptions{Landing: time.Duration(k.Landing), Lake: time.Duration(k.Lake), Quarantine: time.Duration(k.Quarantine)},
	}
	if w.Queue, err = queue.Sender(ctx, s.Queue); err != nil {
		return nil, err
	}
	if s.Firehose != "" {
		stream, err := firehose.Open(ctx, s.Firehose)
		if err != nil {
			return nil, err
		}
		w.Firehose = stream.Put
	}
	f := &function{Worker: w, store: s.Store}
	stage := &lambda.Stage{Each: f.each, Default: "reconcile", Other: records.Invoke}
	stage.Do = map[string]func(context.Context, []byte) (any, error){
		"reconcile": func(ctx context.Context, _ []byte) (any, error) { return w.Reconcile(ctx) },
		"retain":    func(ctx context.Context, _ []byte) (any, error) { return w.Retain(ctx) },
		"canary":    func(ctx context.Context, _ []byte) (any, error) { return w.Canary(ctx) },
		"compact":   f.compact,
		"transform": f.transform,
	}
	f.do = stage.Do
	return stage, nil
}

type function struct {
	*worker.Worker
	store coldstart.Store
	do    map[string]func(context.Context, []byte) (any, error)
}

// each does messages side by side: few, for AWS hands over one at a time.
func (f *function) each(ctx context.Context, messages []lambda.Message) []error {
	errs := make([]error, len(messages))
	slots := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for i, m := range messages {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = lambda.Guard(func() error { return f.one(ctx, m) })
		})
	}
	wg.Wait()
	return errs
}

func (f *function) one(ctx context.Context, m lambda.Message) error {
	if m.Do != "" {
		_, err := f.do[m.Do](ctx, m.Payload)
		return err
	}
	for _, o := range m.Objects {
		key, err := f.store.Key(o)
		if err == nil {
			err = f.Object(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *function) compact(ctx context.Context, payload []byte) (any, error) {
	m, err := worker.DecodeCompact(payload)
	switch {
	case err != nil:
		return nil, err
	case m.Hour == "":
		return f.CompactHours(ctx)
	}
	return f.CompactHour(ctx, m)
}

func (f *function) transform(ctx context.Context, payload []byte) (any, error) {
	m, err := worker.DecodeTransform(payload)
	if err != nil {
		return nil, err
	}
	return nil, f.Object(ctx, m.Key)
}
