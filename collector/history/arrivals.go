package history

import (
	"cmp"
	"context"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/lake"
)

// Arrivals knows which events of a log group the lake has.
type Arrivals interface {
	// Arrived calls fn with their ids, in any order, some perhaps twice.
	Arrived(ctx context.Context, q ArrivalQuery, fn func(eventID string)) error
}

// ArrivalQuery names events of a log group.
type ArrivalQuery struct {
	Account, Group string
	Products       []string // slugs under which its filters file them; empty: not known
	From, To       int64    // Unix milliseconds: From <= timestamp < To
}

// LakeArrivals reads the lake's files. What arrived since the lake was refreshed is not seen.
type LakeArrivals struct{ Lake *lake.Lake }

// Arrived reads the rows of the hours in question, of the products and of what could not be assigned.
func (a LakeArrivals) Arrived(ctx context.Context, q ArrivalQuery, fn func(eventID string)) error {
	when := seamark.Span{From: time.UnixMilli(q.From), To: time.UnixMilli(q.To)}
	for _, f := range a.Lake.Files(seamark.TableLogs, when) {
		if !q.concerns(&f) {
			continue
		}
		err := a.Lake.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
			for i := range rows {
				if r := &rows[i]; q.is(r.AccountID, r.Source, r.Timestamp) && !f.Hides(r.LandingID) {
					fn(r.EventID)
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	for _, f := range a.Lake.Files(seamark.TableAccessLogs, when) {
		if !q.concerns(&f) {
			continue
		}
		err := a.Lake.ReadAccessLogs(f.FileRef, func(rows []seamark.AccessLog) error {
			for i := range rows {
				if r := &rows[i]; q.is(r.AccountID, r.Source, r.Timestamp) && !f.Hides(r.LandingID) {
					fn(r.EventID)
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *ArrivalQuery) concerns(f *lake.File) bool {
	return len(q.Products) == 0 || f.Product == seamark.Unassigned || slices.Contains(q.Products, f.Product)
}

func (q *ArrivalQuery) is(account, group string, timestamp int64) bool {
	return account == q.Account && group == q.Group && timestamp >= q.From && timestamp < q.To
}

// missing are those of the events that the lake does not have. When it cannot say, all of
// them: a row too many goes with the next compaction, one too few would never come back.
func (j *gapJob) missing(ctx context.Context, events []inventory.LogEvent, from, to int64) []inventory.LogEvent {
	there := make(map[string]bool, len(events))
	for i := range events {
		there[events[i].ID] = false
	}
	q := ArrivalQuery{Account: j.place.Account, Group: j.group, From: from, To: to}
	if w, err := seamark.ParseFilterName(j.filter.Name); err == nil {
		q.Products = []string{w.Product, cmp.Or(j.gap.Was, w.Product)}
	}
	err := j.opt.Arrived.Arrived(ctx, q, func(id string) {
		if _, asked := there[id]; asked {
			there[id] = true
		}
	})
	if err != nil {
		if ctx.Err() == nil {
			j.find(j.group, "the lake could not be asked what it has of its history: "+err.Error())
		}
		return events
	}
	kept := events[:0]
	for _, e := range events {
		if !there[e.ID] {
			kept = append(kept, e)
		}
	}
	j.mu.Lock()
	j.report.Known += int64(len(events) - len(kept))
	j.mu.Unlock()
	return kept
}
