// Package inline answers Firehose's calls for transformation: records of CloudWatch Logs come
// in, rows as JSON go out with the keys of their partition, and Firehose writes them as
// Parquet.
//
// It is the second way to the lake, beside the worker's, and gives less: there is no ledger, so
// that an object that Firehose delivers twice is there twice, and nobody accounts for every
// event. Firehose's backup of what arrived is what a lake can be made of anew.
// Source: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
package inline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// Event is what Firehose calls the function with.
type Event struct {
	InvocationID string   `json:"invocationId"`
	StreamARN    string   `json:"deliveryStreamArn"`
	Records      []Record `json:"records"`
}

// Record is a record of Firehose; its data are base64 on the way.
type Record struct {
	ID      string `json:"recordId"`
	Arrived int64  `json:"approximateArrivalTimestamp"` // Unix milliseconds
	Data    []byte `json:"data"`
}

// The results that Firehose knows.
const (
	OK      = "Ok"
	Dropped = "Dropped"          // nothing of it is to be delivered: no rows, or they went back as records of their own
	Failed  = "ProcessingFailed" // Firehose writes the record below its error prefix
)

// Answer has a result for each record.
type Answer struct {
	Records []Result `json:"records"`
}

// Result is what became of a record: rows of one partition, one JSON object a line.
type Result struct {
	ID       string    `json:"recordId"`
	Result   string    `json:"result"`
	Data     []byte    `json:"data,omitempty"`
	Metadata *Metadata `json:"metadata,omitempty"`
}

// Metadata carries the keys by which Firehose partitions.
type Metadata struct {
	PartitionKeys map[string]string `json:"partitionKeys"`
}

// The bounds of an answer and of what goes back.
const (
	maxAnswer = 5_500_000 // bytes of an answer in JSON; Lambda takes 6 MB
	perRecord = 400       // bytes of a result besides its data
	maxRows   = 700_000   // bytes of rows in a record that goes back
	maxRecord = 1_024_000 // bytes of a record that Firehose takes
	maxHops   = 8         // how often rows go back
)

// Worker transforms. All but Count must be set.
type Worker struct {
	// Rows reads a landing object and hands its rows over.
	Rows func(ctx context.Context, src *transformer.Source, fn func(p lake.Partition, row any) error) (seamark.Accounts, []seamark.Quarantined, error)
	// Put puts records back into a delivery stream: all, or an error.
	Put   func(ctx context.Context, stream string, records [][]byte) error
	Count func(values map[string]float64) // takes metrics; nil: nobody does
	Log   *slog.Logger
}

// group are rows of one partition.
type group struct {
	keys map[string]string
	rows []byte
	hops int
}

// back is a record that goes back to Firehose: rows that are finished, and did not fit. No
// payload of CloudWatch Logs begins with its first member.
type back struct {
	Rows int               `json:"seamarkRows"` // version: 1
	Hops int               `json:"hops"`
	Keys map[string]string `json:"keys"`
	Text string            `json:"rows"`
}

var backPrefix = []byte(`{"seamarkRows":`)

// Transform answers an event. What cannot be processed is ProcessingFailed, logged and counted; an
// error means that nothing was delivered: Firehose tries again, and rows that went back before may come twice.
func (w *Worker) Transform(ctx context.Context, e Event) (Answer, error) {
	answer := Answer{Records: make([]Result, len(e.Records))}
	var again [][]byte
	size, failed := 0, 0
	for i, r := range e.Records {
		answer.Records[i] = Result{ID: r.ID, Result: Dropped}
		groups, err := w.groups(ctx, r)
		if ctx.Err() != nil {
			return Answer{}, &seamark.Fault{Class: seamark.Temporary, Where: e.StreamARN, What: "time was up before all records were done", Err: ctx.Err(), Remedy: "give the function more time, or Firehose a smaller buffer for it"}
		}
		var rest [][]byte
		if err == nil {
			rest, err = w.fit(&answer.Records[i], groups, &size)
		}
		if err != nil {
			failed++
			answer.Records[i] = Result{ID: r.ID, Result: Failed} // Firehose has its data
			size += perRecord
			w.Log.ErrorContext(ctx, "record cannot be processed", "record", r.ID, "bytes", len(r.Data), "error", err)
			continue
		}
		size += perRecord
		again = append(again, rest...)
	}
	if len(again) > 0 {
		if err := w.Put(ctx, e.StreamARN, again); err != nil {
			return Answer{}, err
		}
	}
	if w.Count != nil {
		w.Count(map[string]float64{"LandingFailed": float64(failed)})
	}
	w.Log.InfoContext(ctx, "records transformed", "records", len(e.Records), "failed", failed, "put_back", len(again))
	return answer, nil
}

func base64Size(n int) int { return (n + 2) / 3 * 4 }

// fit puts the first group that fits into the result, and makes records of the others.
func (w *Worker) fit(out *Result, groups []group, size *int) (rest [][]byte, err error) {
	for _, g := range groups {
		need := base64Size(len(g.rows))
		if out.Result == Dropped && *size+need+perRecord <= maxAnswer {
			out.Result, out.Data, out.Metadata = OK, g.rows, &Metadata{g.keys}
			*size += need
			continue
		}
		records, err := g.back()
		if err != nil {
			return nil, err
		}
		rest = append(rest, records...)
	}
	return rest, nil
}

// back makes records of a group's rows.
func (g group) back() (records [][]byte, err error) {
	if g.hops >= maxHops {
		return nil, fmt.Errorf("its rows went back %d times", g.hops)
	}
	var part []byte
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		b, err := json.Marshal(back{1, g.hops + 1, g.keys, string(part)})
		if err != nil {
			return err
		}
		var z bytes.Buffer
		zw := gzip.NewWriter(&z)
		zw.Write(b)
		if err := zw.Close(); err != nil {
			return err
		}
		if z.Len() > maxRecord {
			return fmt.Errorf("a row of %d bytes is more than Firehose takes", len(part))
		}
		records, part = append(records, z.Bytes()), nil
		return nil
	}
	for line := range bytes.Lines(g.rows) {
		if len(part)+len(line) > maxRows {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		part = append(part, line...)
	}
	return records, flush()
}

// groups are the rows of a record by their partitions, in the order of these.
func (w *Worker) groups(ctx context.Context, r Record) ([]group, error) {
	if g, ok, err := readBack(r.Data); ok || err != nil {
		return []group{g}, err
	}
	src, err := transformer.Spool(bytes.NewReader(r.Data), time.UnixMilli(r.Arrived))
	if err != nil {
		return nil, err
	}
	defer src.Close()
	byPartition := map[lake.Partition]*group{}
	var order []lake.Partition
	accounts, bad, err := w.Rows(ctx, src, func(p lake.Partition, row any) error {
		g := byPartition[p]
		if g == nil {
			g = &group{keys: keysOf(p)}
			byPartition[p] = g
			order = append(order, p)
		}
		line, err := json.Marshal(row)
		g.rows = append(append(g.rows, line...), '\n')
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 && accounts.Rows == 0 {
		return nil, fmt.Errorf("%s, at byte %d", bad[0].Reason, bad[0].Offset)
	}
	for _, q := range bad { // the rows that it has are delivered; the backup has the rest
		w.Log.WarnContext(ctx, "a piece of a record cannot be decoded", "record", r.ID, "offset", q.Offset, "bytes", q.Bytes, "reason", q.Reason)
	}
	if w.Count != nil && len(bad) > 0 {
		w.Count(map[string]float64{"Quarantined": float64(len(bad))})
	}
	groups := make([]group, 0, len(order))
	for _, p := range order {
		groups = append(groups, *byPartition[p])
	}
	slices.SortStableFunc(groups, func(a, b group) int { return len(b.rows) - len(a.rows) }) // the largest stays
	return groups, nil
}

// keysOf are the keys of Firehose's prefix:
// lake/!{partitionKeyFromLambda:table}/product=!{partitionKeyFromLambda:product}/….
func keysOf(p lake.Partition) map[string]string {
	hour := time.Unix(p.Hour*3600, 0).UTC()
	return map[string]string{"table": string(p.Table), "product": p.Product, "environment": p.Environment, "date": hour.Format(time.DateOnly), "hour": hour.Format("15")}
}
