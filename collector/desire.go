package collector

import (
	"cmp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
	"github.com/seamark-hq/seamark/lake"
)

// Desired is what shall be in a place. Filters and alarms are kept as recipes, of which
// each is built when it is compared or put: a sweep of a thousand accounts holds many.
type Desired struct {
	cfg        *Config
	place      inventory.Place
	inv        *inventory.Inventory
	Filters    []WantedFilter // by log group, sorted
	AccessLogs []WantedAccessLog
	Alarms     []WantedAlarm     // by name, sorted
	Formats    map[string]string // access-log formats by hash, which the lake must hold

	groups   []string        // names of all log groups
	made     []string        // of those that we made for access logs
	unknown  map[string]bool // of those that stay as they are
	kept     []keptAlarm     // of ours that are no matter of this sweep: they stay in their composites
	taken    map[string]bool // names of alarms that are there and not ours
	listed   bool            // every listing was read
	complete bool            // and so were all tags: what is not wished for may go
}

// WantedFilter is what a log group shall have.
type WantedFilter struct {
	Group     string
	Created   int64 // of the log group, Unix milliseconds
	Component string
	Format    string // hash of an access-log format that is not self-describing
	Wish      *Wish
}

// Filter builds the subscription filter.
func (d *Desired) Filter(w *WantedFilter) inventory.Filter {
	name := seamark.Workload{
		Product: w.Wish.Product, Environment: w.Wish.Environment, Team: w.Wish.Team,
		Region: d.place.Region, Component: w.Component, Format: w.Format,
	}.FilterName()
	return inventory.Filter{Name: name, Pattern: w.Wish.Pattern, Destination: d.destination(w.Group), Role: fill(d.cfg.DestinationRole, d.place),
		System: d.cfg.Central.holds(d.place, w.Group)}
}

// mine reports whether f is this deployment's: by name and by destination.
func (d *Desired) mine(f inventory.Filter) bool {
	_, err := seamark.ParseFilterName(f.Name)
	return err == nil && d.ours(f.Destination)
}

// filterHash names what a filter is, for the remembered state.
func filterHash(f inventory.Filter) string {
	if f.System {
		return shortHash(f.Name, f.Pattern, f.Destination, f.Role, "system")
	}
	return shortHash(f.Name, f.Pattern, f.Destination, f.Role)
}

// WantedAccessLog is a stage whose access log shall be switched on, or off again.
type WantedAccessLog struct {
	API   *inventory.API
	Stage string
	Group string // the log group that we make for it
	Off   bool
	Wish  *Wish // nil when Off
}

// Desire derives from the decisions what shall be in the place. It takes inv over.
func Desire(cfg *Config, inv *inventory.Inventory, decisions []Decision) *Desired {
	d := &Desired{cfg: cfg.WithDefaults(), place: inv.Place, inv: inv, Formats: map[string]string{}, groups: make([]string, 0, len(inv.Groups))}
	d.listed, d.complete, d.unknown = len(inv.Unreadable) == 0, !inv.Incomplete(), map[string]bool{}
	formats := d.formatsByGroup()
	d.Filters = make([]WantedFilter, 0, filtersOf(decisions))
	for i := range decisions {
		dec := &decisions[i]
		if dec.Kind == inventory.KindLogGroup {
			d.groups = append(d.groups, dec.Name)
			if dec.Unknown {
				d.unknown[dec.Name] = true
			}
		}
		if dec.Wish == nil || dec.Unknown {
			continue
		}
		switch {
		case dec.Central != "":
		case dec.Kind == inventory.KindLogGroup && dec.Wish.Logs:
			g := &inv.Groups[dec.Index]
			w := WantedFilter{Group: g.Name, Created: g.Created, Component: dec.Component, Wish: dec.Wish}
			if text := formats[g.Name]; text != "" {
				w.Format = lake.FormatHash(text)
				d.Formats[w.Format] = text
			}
			d.Filters = append(d.Filters, w)
		case dec.Kind != inventory.KindLogGroup && dec.Wish.Alarms:
			d.addAlarms(dec)
		}
	}
	slices.SortFunc(d.Filters, func(a, b WantedFilter) int { return strings.Compare(a.Group, b.Group) })
	d.nameAlarms()
	d.accessLogs(decisions)
	inv.Groups = nil // all that counts of them is in d now
	return d
}

func filtersOf(decisions []Decision) (n int) {
	for i := range decisions {
		if w := decisions[i].Wish; w != nil && decisions[i].Kind == inventory.KindLogGroup && w.Logs {
			n++
		}
	}
	return n
}

// formatsByGroup are the formats of access logs that do not describe themselves, where all
// the stages that write to a group agree.
func (d *Desired) formatsByGroup() map[string]string {
	formats := map[string]string{}
	for i := range d.inv.Stages {
		s := &d.inv.Stages[i]
		_, group, found := strings.Cut(strings.TrimSuffix(s.AccessLog.Destination, ":*"), ":log-group:")
		if !found {
			continue
		}
		text := s.AccessLog.Format
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			text = ""
		}
		if have, seen := formats[group]; seen && have != text {
			text = ""
		}
		formats[group] = text
	}
	return formats
}

// alarmRef says of what a wanted alarm is.
type alarmRef struct {
	kind  inventory.Kind
	index int // in the inventory's list
	route int // of the stage; -1 for all of it
	rule  *rule.Rule
}

// WantedAlarm is a metric alarm that shall be.
type WantedAlarm struct {
	Name string
	Wish *Wish
	what string // the resource's part of the name, not yet mended
	id   string // what tells the resource from all others
	ref  alarmRef
}

// Rule is the one by which the alarm fires.
func (w *WantedAlarm) Rule() *rule.Rule { return w.ref.rule }

// Threshold is when it fires.
func (w *WantedAlarm) Threshold() rule.Threshold { return w.Wish.Thresholds[w.ref.rule.Index()] }

// Resource is what it watches, as people read it: "booking-api/prod/GET /pets/{id}".
func (w *WantedAlarm) Resource() string { return w.what }

// Of says which resource it watches: the index is that in the inventory's list of the kind.
func (w *WantedAlarm) Of() (kind inventory.Kind, index int) { return w.ref.kind, w.ref.index }

// With is the alarm with another value of its threshold, in the rule's unit. All else stays.
func (w *WantedAlarm) With(value float64) *WantedAlarm {
	wish := *w.Wish
	wish.Thresholds[w.ref.rule.Index()].Value = value
	return &WantedAlarm{Name: w.Name, Wish: &wish, what: w.what, id: w.id, ref: w.ref}
}

func (d *Desired) addAlarms(dec *Decision) {
	if dec.Kind == inventory.KindStage {
		d.addStageAlarms(dec)
		return
	}
	for i := range rule.All() {
		r := &rule.All()[i]
		if r.Kind != dec.Kind || dec.Wish.Thresholds[i].Off {
			continue
		}
		if r.Name == "duration" && d.inv.Functions[dec.Index].Timeout <= 0 {
			continue // a share of an unknown time-out would always fire
		}
		d.Alarms = append(d.Alarms, WantedAlarm{Wish: dec.Wish, what: dec.Component, id: d.place.FunctionARN(dec.Name), ref: alarmRef{dec.Kind, dec.Index, -1, r}})
	}
}

func (d *Desired) addStageAlarms(dec *Decision) {
	s := &d.inv.Stages[dec.Index]
	if !d.measurable(dec, s) {
		return
	}
	routes := d.measurableRoutes(dec, s)
	for i := range rule.All() {
		r := &rule.All()[i]
		if r.Kind != dec.Kind || dec.Wish.Thresholds[i].Off {
			continue
		}
		a := WantedAlarm{Wish: dec.Wish, what: dec.Component, id: d.place.StageARN(s), ref: alarmRef{dec.Kind, dec.Index, -1, r}}
		d.Alarms = append(d.Alarms, a)
		for _, j := range routes {
			b, route := a, s.Routes[j]
			b.ref.route = j
			b.what += "/" + route.Method + " " + route.Resource
			b.id += " " + route.Method + " " + route.Resource
			d.Alarms = append(d.Alarms, b)
		}
	}
}

// nameAlarms gives each alarm its name. Two resources that map to one name both get a
// hash; so does one whose name belongs to an alarm that is not ours.
func (d *Desired) nameAlarms() {
	count := map[string]int{}
	for i := range d.Alarms {
		a := &d.Alarms[i]
		a.Name = alarmName(a.Wish.Product, a.Wish.Environment, a.what, a.ref.rule.Name, "")
		count[a.Name]++
	}
	d.taken = d.takenNames()
	for i := range d.Alarms {
		a := &d.Alarms[i]
		switch {
		case d.taken[a.Name]:
			a.Name = alarmName(a.Wish.Product, a.Wish.Environment, a.what, a.ref.rule.Name, d.cfg.Deployment+" "+a.id)
		case count[a.Name] > 1:
			a.Name = alarmName(a.Wish.Product, a.Wish.Environment, a.what, a.ref.rule.Name, a.id)
		}
	}
	slices.SortFunc(d.Alarms, func(a, b WantedAlarm) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.id, b.id))
	})
}

// takenNames are the names of alarms that are there and not ours.
func (d *Desired) takenNames() map[string]bool {
	taken := map[string]bool{}
	for i := range d.inv.Metric {
		if a := &d.inv.Metric[i]; !d.Owns(a.Tags) {
			taken[a.Name] = true
		}
	}
	for i := range d.inv.Composite {
		if a := &d.inv.Composite[i]; !d.Owns(a.Tags) {
			taken[a.Name] = true
		}
	}
	return taken
}

// Owns reports whether tags carry this deployment's owner mark.
func (d *Desired) Owns(tags inventory.Tags) bool {
	owner, _ := tags.Get(ownerTag)
	return owner == d.cfg.Deployment
}
