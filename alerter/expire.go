package alerter

import (
	"context"
	"time"
)

// expireEvery is how often the book is asked for what has ended by itself, and the inbox
// for what people want done.
const expireEvery = time.Second

// expireLoop ends what was not repeated, what nobody has known anything of for
// alerts.noData, and what a person said for a while; and tells more people of what has
// become worse.
func (m *Manager) expireLoop(ctx context.Context) {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		m.expire(ctx)
		if err := m.TakeInbox(ctx); err != nil && ctx.Err() == nil {
			m.opt.Log.Error("inbox_unreadable", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m *Manager) expire(ctx context.Context) {
	m.noteExpired()
	m.settle(ctx)
	m.postLetters()
}

func (m *Manager) noteExpired() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.opt.Now()
	m.escalate(now)
	m.buryLate(now)
	changed := m.book.Expire(now, time.Duration(m.opt.Config.NoData))
	for _, e := range changed {
		m.note(e)
		m.touch(e)
	}
	if len(changed) > 0 {
		m.signal()
	}
}
