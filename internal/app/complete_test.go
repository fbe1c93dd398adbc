package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
)

// TestRulesWaitForTheTransformer: no window ends after the arrival of what is not transformed,
// nor of what is not uploaded.
func TestRulesWaitForTheTransformer(t *testing.T) {
	c := config.Default()
	c.Rules.Lag = seamark.Duration(time.Second)
	arrived := time.Now().Add(-time.Hour)
	a := &App{o: Options{Config: c}, transform: stageOf(t, func(context.Context, string) error { return nil })}
	until, err := a.completeUntil(t.Context())
	if err != nil || time.Since(until) > time.Minute {
		t.Errorf("nothing waits: %v, %v", until, err)
	}
	a.transform.add("landing/waits", arrived)
	if until, _ = a.completeUntil(t.Context()); !until.Equal(arrived) {
		t.Errorf("until %v, want %v", until, arrived)
	}
	a.upload = newUploadStage(nil, nil, slog.New(slog.DiscardHandler), nil, nil)
	a.upload.queue.add("landing/first", arrived.Add(-time.Minute))
	if until, _ = a.completeUntil(t.Context()); !until.Equal(arrived.Add(-time.Minute)) {
		t.Errorf("until %v, want a minute before %v", until, arrived)
	}
}
