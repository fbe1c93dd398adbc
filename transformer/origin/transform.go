package origin

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer"
)

// Result is the answer of `seamark transform`; its JSON keys are part of the
// command line.
type Result struct {
	Objects         int64 `json:"objects"`
	ObjectsSkipped  int64 `json:"objects_skipped"`
	BytesIn         int64 `json:"bytes_in"`
	Events          int64 `json:"events"`
	Rows            int64 `json:"rows"`
	ControlMessages int64 `json:"control_messages"`
	Quarantined     int64 `json:"quarantined"`
	FilesWritten    int64 `json:"files_written"`

	Undecodable int64         `json:"-"`
	Took        time.Duration `json:"-"`
}

// Options say what to transform.
type Options struct {
	Files       []string // "-" is standard input
	Stdin       io.Reader
	Force       bool
	Transformer *transformer.Transformer // of the lake of the objects

	Quarantined func(name string, q seamark.Quarantined) // told of each bad piece
	Failed      func(name string, err error)             // told of each object that could not be done
	Progress    func(done, total int, r Result)          // told after each object
}

// Transform makes landing objects done. An object that fails does not stop the others:
// it is reported to Failed, and counted in failed.
func (from *Objects) Transform(ctx context.Context, o Options) (result Result, failed int, err error) {
	begin := time.Now()
	if err := from.lake.Recover(); err != nil {
		return result, 0, err
	}
	var mu sync.Mutex
	done := 0
	var g errgroup.Group
	g.SetLimit(transformer.InFlight())
	for _, name := range o.Files {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			res, err := from.transform(ctx, o, name)
			mu.Lock()
			defer mu.Unlock()
			done++
			if ctx.Err() != nil && errors.Is(err, context.Canceled) {
				return nil // all of it was stopped, which is said once
			}
			if err != nil {
				failed++
				o.Failed(name, err)
			} else {
				result.add(res)
				if !res.Skipped {
					for _, q := range res.Entry.Quarantine {
						o.Quarantined(name, q)
					}
				}
			}
			if o.Progress != nil {
				o.Progress(done, len(o.Files), result)
			}
			return nil
		})
	}
	g.Wait()
	result.Took = time.Since(begin)
	return result, failed, ctx.Err()
}

func (from *Objects) transform(ctx context.Context, o Options, name string) (transformer.Result, error) {
	var src *transformer.Source
	var err error
	switch {
	case name == "-":
		src, err = transformer.Spool(o.Stdin, time.Now())
	case strings.HasPrefix(name, bucketScheme):
		src, err = from.Open(name)
	default:
		src, err = transformer.OpenFile(from.lake, name)
	}
	if err != nil {
		return transformer.Result{}, err
	}
	defer src.Close()
	return o.Transformer.Transform(ctx, src, o.Force)
}

// add counts what this run did; an object that was done before counts as skipped only.
func (r *Result) add(res transformer.Result) {
	if res.Skipped {
		r.ObjectsSkipped++
		return
	}
	a := res.Entry.Accounts
	r.Objects++
	r.BytesIn += a.BytesIn
	r.Events += a.Events
	r.Undecodable += a.Undecodable
	r.Rows += a.Rows
	r.ControlMessages += a.ControlMessages
	r.Quarantined += a.Quarantined
	r.FilesWritten += int64(len(res.Entry.Files))
}
