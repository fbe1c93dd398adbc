package app

import (
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/stats"
)

// Keep is how long the configuration keeps things, in days.
func Keep(c *config.Config) stats.Keep {
	r := c.Retention
	return stats.Keep{Landing: r.Landing.Days(), Lake: r.Lake.Days(), Quarantine: r.Quarantine.Days(),
		Infrequent: r.Infrequent.Days(), Instant: r.Instant.Days(), Deep: r.Deep.Days(), Index: c.Index.RetentionDays}
}

// Retention is what the lake deletes by.
func Retention(k config.Retention) lake.RetentionOptions {
	return lake.RetentionOptions{Landing: time.Duration(k.Landing), Lake: time.Duration(k.Lake), Quarantine: time.Duration(k.Quarantine)}
}
