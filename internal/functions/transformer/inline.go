package transformer

import (
	"context"
	"encoding/json"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/firehose"
	"github.com/seamark-hq/seamark/transformer/inline"
)

// inlineRecords answers Firehose where it calls the function itself. Where Firehose does nothing
// else (Start.Inline) it is all that the function does.
type inlineRecords struct {
	s    *coldstart.Start
	rows *transformer.Options

	mu      sync.Mutex
	streams map[string]*firehose.Stream
}

// Schedule implements lambda.Work.
func (r *inlineRecords) Schedule(context.Context) error { return r.alone("a schedule's event") }

// Batch implements lambda.Work.
func (r *inlineRecords) Batch(_ context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	for i := range errs {
		errs[i] = r.alone("message")
	}
	return errs
}

func (r *inlineRecords) alone(where string) error {
	return &seamark.Fault{Class: seamark.Rejected, Where: where, What: "the function transforms what Firehose calls it with, and nothing else: without a ledger nobody knows what else there is to do",
		Remedy: "remove what sends it, or let Firehose deliver into landing (firehose_mode)"}
}

// Invoke implements lambda.Work.
func (r *inlineRecords) Invoke(ctx context.Context, payload []byte) (any, error) {
	var e inline.Event
	if err := json.Unmarshal(payload, &e); err != nil || e.InvocationID == "" || e.StreamARN == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "event", What: "is neither a notification of S3, nor something to do, nor Firehose's call for transformation", Err: err,
			Remedy: `connect the bucket's notifications or Firehose, or send {"do": "…"}`}
	}
	store := r.s.Store.Within(ctx) // of formats
	w := &inline.Worker{Rows: transformer.New(lake.Part(store), r.rows).Rows, Put: r.put, Count: r.s.Count, Log: r.s.Log}
	return w.Transform(ctx, e)
}

// put puts records back into the stream that called.
func (r *inlineRecords) put(ctx context.Context, arn string, records [][]byte) error {
	r.mu.Lock()
	stream := r.streams[arn]
	var err error
	if stream == nil {
		if stream, err = firehose.Open(context.WithoutCancel(ctx), arn); err == nil {
			if r.streams == nil {
				r.streams = map[string]*firehose.Stream{}
			}
			r.streams[arn] = stream
		}
	}
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return stream.PutAll(ctx, records)
}
