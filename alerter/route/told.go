package route

import (
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Told is a route by which an alarm reaches a receiver.
type Told struct {
	Route    string           `json:"route"`                  // tells routes apart
	Receiver string           `json:"receiver"`               // as the configuration names it
	By       []string         `json:"group_by"`               // labels whose values make cards of their own, sorted
	All      bool             `json:"group_by_all,omitempty"` // every label does
	Wait     seamark.Duration `json:"group_wait"`
	Interval seamark.Duration `json:"group_interval"`
	Repeat   seamark.Duration `json:"repeat_interval"`
}

// Group is the values by which cards of the route are told apart: those of By, or all.
func (t Told) Group(labels map[string]string) map[string]string {
	if t.All {
		return labels
	}
	group := map[string]string{}
	for _, name := range t.By {
		if value, ok := labels[name]; ok {
			group[name] = value
		}
	}
	return group
}

// Quiet is why nobody is told of an alarm now. Its zero value says that somebody is.
type Quiet struct {
	By    string    // "silenced by <id>", "outside of work hours"; empty: it is told
	Until time.Time // when to ask again at the latest; zero: only after a change
}
