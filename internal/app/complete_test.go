package app

import (
	"log/slog"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/internal/config"
)

// TestRulesWaitForTheTransformer: no window ends after the arrival of what is not transformed,
// nor of what is not uploaded.
func TestRulesWaitForTheTransformer(t *testing.T) {
	c := config.Default()
	c.Rules.Lag = seamark.Duration(time.Second)
	a := &App{o: Options{Config: c}, transform: stage.NewTransform(nil, nil, slog.New(slog.DiscardHandler), nil)}
	until, err := a.completeUntil(t.Context())
	if err != nil || time.Since(until) > time.Minute {
		t.Errorf("nothing waits: %v, %v", until, err)
	}
	arrived := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	a.transform.Offer("landing/2026/11/22/17/waits")
	if until, _ = a.completeUntil(t.Context()); !until.Equal(arrived) {
		t.Errorf("until %v, want %v", until, arrived)
	}
	a.upload = stage.NewUpload(nil, nil, slog.New(slog.DiscardHandler), nil, nil)
	a.upload.Offer("landing/2026/11/22/16/first")
	if until, _ = a.completeUntil(t.Context()); !until.Equal(arrived.Add(-time.Hour)) {
		t.Errorf("until %v, want an hour before %v", until, arrived)
	}
}
