package collector

import "github.com/seamark-hq/seamark/collector/inventory"

// View is what a sweep saw of a place, and what follows from it. It is whole only while
// Options.Look has it.
type View struct {
	Inventory *inventory.Inventory
	Decisions []Decision
	Desired   *Desired
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
