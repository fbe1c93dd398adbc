package history

import (
	"context"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// LatestArrivals asks the lake what it has, and reads its ledger only when that is asked: most
// pieces of work have no doubtful
type LatestArrivals struct {
	Lake *lake.Lake

	mu   sync.Mutex
	read time.Time
}

// refreshEvery bounds how old the picture of the lake may be.
const refreshEvery = time.Minute

// Arrived calls fn with the ids of events that the lake has.
func (a *LatestArrivals) Arrived(ctx context.Context, q ArrivalQuery, fn func(eventID string)) error {
	if err := a.refresh(ctx); err != nil {
		return err
	}
	return LakeArrivals{Lake: a.Lake}.Arrived(ctx, q, fn)
}

func (a *LatestArrivals) refresh(ctx context.Context) error {
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
