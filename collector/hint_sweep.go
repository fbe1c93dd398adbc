package collector

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
	"github.com/seamark-hq/seamark/collector/state"
)

// SweepHint brings what the hint names to what its tags ask for, with all that hangs
// together with it: the log groups of a function or an API, whoever else writes there, and
// the composite alarms of the products concerned. Nothing else is looked at, or changed.
//
// Report.Whole says that this needs a whole sweep, and that nothing was done: there was none
// yet, more hangs together than is worth reading one by one, or a right to read single
// resources is missing.
func SweepHint(ctx context.Context, cloud Cloud, h hint.Hint, o Options) *Report {
	s := newSweep(h.Place, cloud, o)
	if h.Whole || o.Destroy {
		s.journal.report.Whole = true
		return s.journal.report
	}
	return s.run(ctx, func(ctx context.Context) *inventory.Inventory { return s.readHinted(ctx, h) })
}

// scope is what a sweep of a hint looks at. A nil scope is the whole place.
type scope struct {
	groups    map[string]bool
	resources map[string]bool // functions and APIs, as AlarmState.Of calls them
	families  map[string]bool // beginnings of the names of the alarms of a product and environment
	described map[string]string
}

func (sc *scope) group(name string) bool { return sc == nil || sc.groups[name] }

// family reports whether the alarm of that name was listed, if it is there.
func (sc *scope) family(alarm string) bool { return sc == nil || sc.families[familyOf(alarm)] }

// familyOf is "seamark/<product>/<environment>/", which opens the name of an alarm of ours.
func familyOf(alarm string) string {
	parts := strings.SplitN(alarm, "/", 4)
	if len(parts) < 4 {
		return alarm
	}
	return strings.Join(parts[:3], "/") + "/"
}

// of names the function or API that a wanted alarm watches.
func (d *Desired) of(w *WantedAlarm) string {
	if w.ref.kind == inventory.KindFunction {
		return state.FunctionKey(d.inv.Functions[w.ref.index].Name)
	}
	return state.APIKey(d.inv.Stages[w.ref.index].API.ID)
}

// keptAlarm is an alarm of ours on something that this sweep does not look at.
type keptAlarm struct {
	name string
	wish *Wish // as far as composites need it
}

// keepOthers finds the alarms of the families concerned that stay as they are. It reports
// false when it cannot be said of what one is, or what its resource asked for.
func (s *sweep) keepOthers(d *Desired) bool {
	wishes := map[Wish]*Wish{}
	for i := range d.inv.Metric {
		a := &d.inv.Metric[i]
		if !d.Owns(a.Tags) {
			continue
		}
		of := s.State.Alarms[a.Name].Of
		if s.scope.resources[of] {
			continue
		}
		w, known := wishOf(a.Name, s.scope.described[a.Name])
		if of == "" || !known {
			s.journal.report.Whole = true
			return false
		}
		if wishes[w] == nil {
			wishes[w] = &w
		}
		d.kept = append(d.kept, keptAlarm{a.Name, wishes[w]})
	}
	return true
}

// wishOf reads from an alarm's description what its composite says of it. One that may have
// been shortened is not known.
func wishOf(name, description string) (Wish, bool) {
	var d rule.Description
	if json.Unmarshal([]byte(description), &d) != nil || utf8.RuneCountInString(description) > rule.MaxDescription/2 && d.Runbook == "" {
		return Wish{}, false
	}
	parts := strings.SplitN(name, "/", 4)
	return Wish{Product: parts[1], Environment: parts[2], Team: d.Team, Severity: d.Severity, Runbook: d.Runbook}, len(parts) == 4
}
