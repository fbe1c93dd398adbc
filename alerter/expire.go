package alerter

import (
	"context"
	"time"
)

// expireEvery is how often the book is asked for what has ended by itself.
const expireEvery = 10 * time.Second

// expireLoop ends what was not repeated, and what nobody has known anything of for
// alerts.noData.
func (m *Manager) expireLoop(ctx context.Context) {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		m.expire(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m *Manager) expire(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := m.book.Expire(m.opt.Now(), time.Duration(m.opt.Config.NoData))
	for _, e := range changed {
		m.save(ctx, e) // a failure is remembered and tried again with the next change
	}
	if len(changed) > 0 {
		m.signal()
	}
}
