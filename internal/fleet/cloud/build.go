package cloud

import (
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// What follows is what teams do: at once, without quota and latency.

// AddLogGroup makes a log group, or replaces one.
func (r *Region) AddLogGroup(g inventory.LogGroup, tags ...inventory.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &logGroup{LogGroup: g, made: time.Now()}
	n.tags.now = inventory.NewTags(tags...)
	r.groups.put(g.Name, n)
}

// AddFunction makes a function with its log group.
func (r *Region) AddFunction(f inventory.Function, tags ...inventory.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &function{Function: f}
	n.tags.now = inventory.NewTags(tags...)
	r.functions.put(f.Name, n)
	name := f.LogGroup
	if name == "" {
		name = "/aws/lambda/" + f.Name
	}
	if r.groups.get(name) == nil {
		r.groups.put(name, &logGroup{LogGroup: inventory.LogGroup{Name: name, Created: time.Now().UnixMilli()}, made: time.Now()})
	}
}

// AddAPI makes an API with its stages and routes.
func (r *Region) AddAPI(a inventory.API, routes []inventory.Route, stages ...inventory.Stage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.apis.put(a.ID, &api{API: a, stages: stages, routes: routes})
}

// AddFilter puts a filter of someone else on a log group.
func (r *Region) AddFilter(group string, f inventory.Filter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.groups.get(group)
	g.filters = append(g.filters, f)
}

// RemoveFilters removes all filters of a log group, as by hand.
func (r *Region) RemoveFilters(group string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.groups.get(group).filters = nil
}

// AddAlarm makes an alarm of someone else.
func (r *Region) AddAlarm(a inventory.MetricAlarm, tags ...inventory.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &alarm[inventory.MetricAlarm]{T: a, made: time.Now()}
	n.tags.now = inventory.NewTags(tags...)
	r.metric.put(a.Name, n)
	r.alarmNames = nil
}

// Remove deletes a log group, a function or an API, or all that have the name. A function's
// log group stays, and so do the log groups of an API.
func (r *Region) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.groups.remove(name)
	r.functions.remove(name)
	r.apis.remove(name)
}

// Retention returns how many days a log group keeps its events; 0 is for ever.
func (r *Region) Retention(group string) (days int, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.groups.get(group)
	if g == nil {
		return 0, false
	}
	return g.retention, true
}

// AccessLog returns the access log of a stage.
func (r *Region) AccessLog(api, stage string) inventory.AccessLog {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.apis.get(api); a != nil {
		for _, s := range a.stages {
			if s.Name == stage {
				return s.AccessLog
			}
		}
	}
	return inventory.AccessLog{}
}

// Tag sets all tags of a log group, a function or an API and its stages.
func (r *Region) Tag(name string, tags ...inventory.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups.get(name); g != nil {
		g.tags.set(inventory.NewTags(tags...))
	}
	if f := r.functions.get(name); f != nil {
		f.tags.set(inventory.NewTags(tags...))
	}
	if a := r.apis.get(name); a != nil {
		a.Tags = inventory.NewTags(tags...)
	}
}

// Filters returns the filters of a log group.
func (r *Region) Filters(group string) []inventory.Filter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups.get(group); g != nil {
		return slices.Clone(g.filters)
	}
	return nil
}

// AlarmNames returns the names of all alarms, sorted.
func (r *Region) AlarmNames() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.metricAndComposite())
}

// MetricAlarm returns an alarm with its tags.
func (r *Region) MetricAlarm(name string) (inventory.MetricAlarm, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.metric.get(name)
	if a == nil {
		return inventory.MetricAlarm{}, false
	}
	m := a.T
	m.Tags = a.tags.now
	return m, true
}
