package app

import (
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake/stats"
)

// KeepOf is how long the configuration keeps things, in days.
func KeepOf(c *config.Config) stats.Keep {
	r := c.Retention
	return stats.Keep{Landing: r.Landing.Days(), Lake: r.Lake.Days(), Quarantine: r.Quarantine.Days(),
		Infrequent: r.Infrequent.Days(), Instant: r.Instant.Days(), Deep: r.Deep.Days(), Index: c.Index.RetentionDays}
}
