package alerter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Config says how incidents are kept and how often their cards change.
type Config struct {
	UpdateEvery seamark.Duration  `yaml:"updateEvery" doc:"A card is edited at most this often; a change of state is shown at once. Edits become rarer as an incident grows old."`
	Quiet       seamark.Duration  `yaml:"quiet" doc:"An incident that fires again within this time of its end is reopened: its old card is edited, which rings nowhere. Later it is a new incident with a new card. 0s: always a new one."`
	Grace       seamark.Duration  `yaml:"grace" doc:"The first card waits at most this long for error patterns and chart; 0s: not at all."`
	NoData      seamark.Duration  `yaml:"noData" doc:"An alarm without data for this long counts as over; until then its incident says since when. 0s: it stays open until it is fine, deleted, or a person ends it."`
	Repeat      seamark.Duration  `yaml:"repeat" doc:"An incident that lasts and that nobody acknowledged is posted anew after this long. 0s: never."`
	TimeZone    string            `yaml:"timeZone" doc:"Zone of the times on cards, and of \"tomorrow 9:00\": Europe/Berlin. Slack shows each reader his own."`
	Dates       string            `yaml:"dates" doc:"How dates on cards are written: iso, en, en-US, de, fr, es, it, nl, pl or ja."`
	TeamZones   map[string]string `yaml:"teamZones" doc:"The same by team."`
	Patterns    int               `yaml:"patterns" doc:"Top error patterns looked up for a card, 1 to 20."`
}

// DefaultConfig is what holds when the configuration says nothing.
func DefaultConfig() Config {
	return Config{
		UpdateEvery: seamark.Duration(10 * time.Second), Quiet: seamark.Duration(time.Minute),
		Grace: seamark.Duration(time.Second), NoData: seamark.Duration(24 * time.Hour), Repeat: seamark.Duration(4 * time.Hour), TimeZone: "UTC", Dates: "iso", Patterns: 5,
	}
}

// Validate calls fault for each wrong key with what is wrong and the remedy.
func (c Config) Validate(fault func(key, what, remedy string)) {
	seamark.InRange(fault, "updateEvery", c.UpdateEvery, time.Second, time.Hour)
	seamark.InRange(fault, "quiet", c.Quiet, 0, 24*time.Hour)
	seamark.InRange(fault, "grace", c.Grace, 0, 10*time.Second)
	seamark.InRange(fault, "repeat", c.Repeat, 0, 7*24*time.Hour)
	seamark.InRange(fault, "noData", c.NoData, 0, 30*24*time.Hour)
	if _, err := zoneOf(c.TimeZone); err != nil {
		fault("timeZone", fmt.Sprintf("there is no time zone %q", c.TimeZone), "use a name such as Europe/Berlin, or UTC")
	}
	if c.Dates != "" && !slices.Contains(words.Dates(), c.Dates) {
		fault("dates", fmt.Sprintf("dates are not written in %q", c.Dates), "use "+strings.Join(words.Dates(), ", "))
	}
	for team, name := range c.TeamZones {
		if _, err := zoneOf(name); err != nil {
			fault("teamZones."+team, fmt.Sprintf("there is no time zone %q", name), "use a name such as Europe/Berlin, or UTC")
		}
	}
	if c.Patterns < 1 || c.Patterns > 20 {
		fault("patterns", fmt.Sprintf("%d is out of range", c.Patterns), "use 1 to 20")
	}
}

// Zone is where a team lives: UTC where nothing is configured.
func (c Config) Zone(team string) *time.Location {
	zone, err := zoneOf(cmp.Or(c.TeamZones[team], c.TimeZone))
	if err != nil {
		return time.UTC
	}
	return zone
}

// Style is how a team reads times.
func (c Config) Style(team string) words.Style {
	return words.Style{Zone: c.Zone(team), Dates: c.Dates}
}

func zoneOf(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, fmt.Errorf("the zone of the machine is not a name")
	}
	return time.LoadLocation(name) // "" is UTC
}
