package collector

import (
	"context"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// View is what a sweep saw of a place, and what follows from it. It is whole only while
// Options.Look has it.
type View struct {
	Inventory *inventory.Inventory
	Decisions []Decision
	Desired   *Desired

	state *state.State
}

// Look reads a place as Sweep does and says what shall be there; it changes nothing. Its calls
// are m's. What could not be read is in the report, which is Done unless there was no time for
// the rest. Of the options Config, States and Width count.
func Look(ctx context.Context, place inventory.Place, cloud Cloud, o Options, m *quota.Meter) (*View, *Report) {
	s := newSweep(place, cloud, Options{Config: o.Config, States: o.States, Width: o.Width, DryRun: true})
	s.meter = m
	if o.States != nil {
		s.load(ctx)
	}
	inv := s.readPlace(ctx)
	s.recognise(ctx, inv)
	v := s.view(inv, s.decide(inv))
	s.journal.report.Done = !s.handedOn && ctx.Err() == nil
	s.journal.report.settle()
	return v, s.journal.report
}

// view derives what shall be there.
func (s *sweep) view(inv *inventory.Inventory, decisions []Decision) *View {
	seen := *inv // Desire lets go of the groups
	return &View{Inventory: &seen, Decisions: decisions, Desired: Desire(s.cfg, inv, decisions), state: s.State}
}

// Attached reports whether the filter is remembered to be there as it shall be.
func (v *View) Attached(w *WantedFilter) bool {
	return v.state.Groups[w.Group].Hash == filterHash(v.Desired.Filter(w))
}

// ARN names the resource of a decision.
func (v *View) ARN(dec *Decision) string {
	p, inv := v.Inventory.Place, v.Inventory
	switch dec.Kind {
	case inventory.KindFunction:
		return p.FunctionARN(dec.Name)
	case inventory.KindStage:
		return p.StageARN(&inv.Stages[dec.Index])
	}
	return p.LogGroupARN(dec.Name)
}

// Tags are those of the resource of a decision that a sweep looks at; a stage's API's are
// inherited ones and come apart.
func (v *View) Tags(dec *Decision) (own, inherited inventory.Tags) {
	switch dec.Kind {
	case inventory.KindFunction:
		return v.Inventory.Functions[dec.Index].Tags, nil
	case inventory.KindStage:
		s := &v.Inventory.Stages[dec.Index]
		return s.Tags, s.API.Tags
	}
	return v.Inventory.Groups[dec.Index].Tags, nil
}

// Filter is the subscription filter that the log group of a decision shall have.
func (v *View) Filter(dec *Decision) (inventory.Filter, bool) {
	if dec.Kind == inventory.KindLogGroup {
		for i := range v.Desired.Filters {
			if w := &v.Desired.Filters[i]; w.Group == dec.Name {
				return v.Desired.Filter(w), true
			}
		}
	}
	return inventory.Filter{}, false
}

// Alarms are those that the resource of a decision shall have.
func (v *View) Alarms(dec *Decision) []inventory.MetricAlarm {
	var alarms []inventory.MetricAlarm
	for i := range v.Desired.Alarms {
		if w := &v.Desired.Alarms[i]; w.ref.kind == dec.Kind && w.ref.index == dec.Index {
			alarms = append(alarms, v.Desired.Alarm(w))
		}
	}
	return alarms
}
