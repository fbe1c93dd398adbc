package rules

import (
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Memory is what an engine must remember from one evaluation to the next, for a process that
// ends in between.
type Memory struct {
	Until  time.Time    `json:"until"` // end of the last window evaluated
	Tries  int          `json:"tries,omitempty"`
	Alarms []Remembered `json:"alarms,omitempty"`
}

// Remembered is an alarm that fires, or whose end nobody has taken yet.
type Remembered struct {
	Alarm seamark.Alarm `json:"alarm"`
	Clean int           `json:"clean,omitempty"` // evaluations in a row without a breach
}

// Recall makes the engine go on where another one left off.
func (e *Engine) Recall(m Memory) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setUntil(m.Until)
	e.tries = m.Tries
	for _, r := range m.Alarms {
		e.alarms[keyOf(r.Alarm)] = &state{alarm: r.Alarm, clean: r.Clean}
	}
}

// Memory is what the engine must remember now.
func (e *Engine) Memory() Memory {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := Memory{Until: e.until(), Tries: e.tries}
	for _, s := range e.alarms {
		m.Alarms = append(m.Alarms, Remembered{s.alarm, s.clean})
	}
	slices.SortFunc(m.Alarms, func(a, b Remembered) int { return strings.Compare(keyOf(a.Alarm), keyOf(b.Alarm)) })
	return m
}
