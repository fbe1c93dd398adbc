package alerter

import (
	"fmt"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Config says how incidents are kept and how often their cards change.
type Config struct {
	UpdateEvery seamark.Duration `yaml:"updateEvery" doc:"A card is edited at most this often; a change of state is shown at once. Edits become rarer as an incident grows old."`
	Quiet       seamark.Duration `yaml:"quiet" doc:"An incident that fires again within this time of its end is reopened: its old card is edited, which rings nowhere. Later it is a new incident with a new card. 0s: always a new one."`
	Grace       seamark.Duration `yaml:"grace" doc:"The first card waits at most this long for error patterns and chart; 0s: not at all."`
	NoData      seamark.Duration `yaml:"noData" doc:"An alarm without data for this long counts as over; until then its incident says since when. 0s: it stays open until it is fine, deleted, or a person ends it."`
	Patterns    int              `yaml:"patterns" doc:"Top error patterns looked up for a card, 1 to 20."`
}

// DefaultConfig is what holds when the configuration says nothing.
func DefaultConfig() Config {
	return Config{
		UpdateEvery: seamark.Duration(10 * time.Second), Quiet: seamark.Duration(time.Minute),
		Grace: seamark.Duration(time.Second), NoData: seamark.Duration(24 * time.Hour), Patterns: 5,
	}
}

// Validate calls fault for each wrong key with what is wrong and the remedy.
func (c Config) Validate(fault func(key, what, remedy string)) {
	seamark.InRange(fault, "updateEvery", c.UpdateEvery, time.Second, time.Hour)
	seamark.InRange(fault, "quiet", c.Quiet, 0, 24*time.Hour)
	seamark.InRange(fault, "grace", c.Grace, 0, 10*time.Second)
	seamark.InRange(fault, "noData", c.NoData, 0, 30*24*time.Hour)
	if c.Patterns < 1 || c.Patterns > 20 {
		fault("patterns", fmt.Sprintf("%d is out of range", c.Patterns), "use 1 to 20")
	}
}
