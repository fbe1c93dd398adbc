package rulebook

import (
	"context"
	"log/slog"
	"time"
)

// Loop evaluates at once, and from then on every so often until ctx ends. What goes wrong is logged
// under the name of an event.
func Loop(ctx context.Context, every time.Duration, evaluate func(context.Context) error, log *slog.Logger, event string) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := evaluate(ctx); err != nil && ctx.Err() == nil {
			log.Error(event, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Evaluated is until when all was looked at, as far as that counts: by a clock that was set back nothing
// was.
func Evaluated(until, now time.Time, log *slog.Logger) time.Time {
	if until.After(now) {
		log.Warn("the clock was set back; rules go on from the new time", "evaluated_until", until, "now", now)
		return time.Time{}
	}
	return until
}
