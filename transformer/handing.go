package transformer

import (
	"context"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Rows reads a landing object as Transform does and hands its rows over, a pointer to a Log or
// an AccessLog at a time, instead of storing them: fn must not keep it. Of bad pieces Kept and SHA256 are empty.
func (t *Transformer) Rows(ctx context.Context, src *Source, fn func(p lake.Partition, row any) error) (seamark.Accounts, []seamark.Quarantined, error) {
	release, err := t.slot(ctx)
	if err != nil {
		return seamark.Accounts{}, nil, err
	}
	defer release()
	o := t.worker(ctx, src, handing(fn))
	defer t.pool.Put(o)
	if err := o.Read(); err != nil {
		return seamark.Accounts{}, nil, err
	}
	var bad []seamark.Quarantined
	for _, p := range o.Quarantine {
		bad = append(bad, p.Quarantined)
	}
	return o.Accounts, bad, nil
}

// handing stands in for the lake.
type handing func(p lake.Partition, row any) error

// WriteLogs implements sink.
func (h handing) WriteLogs(p lake.Partition, rows []seamark.Log, _ int64) error {
	for i := range rows {
		if err := h(p, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// WriteAccessLogs implements sink.
func (h handing) WriteAccessLogs(p lake.Partition, rows []seamark.AccessLog, _ int64) error {
	for i := range rows {
		if err := h(p, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}
