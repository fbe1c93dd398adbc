package rulebook

import (
	"context"
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Samples are rows to count, in any order.
type Samples []seamark.Hit

// Measure implements Counter.
func (s Samples) Measure(_ context.Context, a query.Ask) ([]query.Group, error) {
	return query.Count(s, a), nil
}

// Fingerprints implements Counter.
func (s Samples) Fingerprints(_ context.Context, e query.Expr, span seamark.Span, by []string) ([]query.Fingerprint, error) {
	return query.Fingerprints(s, e, span, by), nil
}

// unkept is a Store that keeps nothing: a trial or a backtest ends with its process.
type unkept struct{ memory Memory }

func (u unkept) Load() (Memory, Known, error) { return u.memory, nil, nil }
func (unkept) Save(Memory) error              { return nil }
func (unkept) SaveKnown(Known) error          { return nil }

// firing is a Sink that knows what fires, by rule.
type firing map[string]map[string]seamark.Alarm

// Observe implements Sink.
func (f firing) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	for _, a := range alarms {
		if a.State != seamark.AlarmFiring {
			delete(f[a.Rule], a.Key())
			continue
		}
		if f[a.Rule] == nil {
			f[a.Rule] = map[string]seamark.Alarm{}
		}
		f[a.Rule][a.Key()] = a
	}
	return nil
}

// of are the alarms of a rule that fire, by name.
func (f firing) of(rule string) []seamark.Alarm {
	var list []seamark.Alarm
	for _, a := range f[rule] {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b seamark.Alarm) int {
		switch {
		case a.Key() < b.Key():
			return -1
		case a.Key() > b.Key():
			return 1
		}
		return 0
	})
	return list
}
