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

// inlineRecords answers Firehose where it calls the function itself.
type inlineRecords struct {
	s    *coldstart.Start
	rows *transformer.Options

	mu      sync.Mutex
	streams map[string]*firehose.Stream
}

func (r *inlineRecords) transform(ctx context.Context, payload []byte) (any, error) {
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
