package worker

import (
	"context"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/lake"
)

// Arrived asks the lake what it has, and reads its ledger only when that is asked: most
// pieces of work have no doubtful history.
type Arrived struct {
	Lake *lake.Lake

	mu   sync.Mutex
	read time.Time
}

// refreshEvery bounds how old the picture of the lake may be.
const refreshEvery = time.Minute

// Arrived calls fn with the ids of events that the lake has.
func (a *Arrived) Arrived(ctx context.Context, q history.ArrivalQuery, fn func(eventID string)) error {
	if err := a.refresh(ctx); err != nil {
		return err
	}
	return history.LakeArrivals{Lake: a.Lake}.Arrived(ctx, q, fn)
}

func (a *Arrived) refresh(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.read) < refreshEvery {
		return nil
	}
	if err := a.Lake.Refresh(ctx); err != nil {
		return err
	}
	a.read = time.Now()
	return nil
}
