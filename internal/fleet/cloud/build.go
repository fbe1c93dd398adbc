package cloud

import (
	"encoding/json"
	"time"

	"github.com/seamark-hq/seamark/collector"
)

// What follows is what teams do: at once, without quota and latency.

// AddLogGroup makes a log group, or replaces one.
func (r *Region) AddLogGroup(g collector.LogGroup, tags ...collector.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &logGroup{LogGroup: g}
	n.tags.now = collector.NewTags(tags...)
	r.groups.put(g.Name, n)
}

// AddFunction makes a function with its log group.
func (r *Region) AddFunction(f collector.Function, tags ...collector.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &function{Function: f}
	n.tags.now = collector.NewTags(tags...)
	r.functions.put(f.Name, n)
	name := f.LogGroup
	if name == "" {
		name = "/aws/lambda/" + f.Name
	}
	if r.groups.get(name) == nil {
		r.groups.put(name, &logGroup{LogGroup: collector.LogGroup{Name: name, Created: time.Now().UnixMilli()}})
	}
}

// AddAPI makes an API with its stages and routes.
func (r *Region) AddAPI(a collector.API, routes []collector.Route, stages ...collector.Stage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.apis.put(a.ID, &api{API: a, stages: stages, routes: routes})
}

// AddFilter puts a filter of someone else on a log group.
func (r *Region) AddFilter(group string, f collector.Filter) {
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
func (r *Region) AddAlarm(a collector.MetricAlarm, tags ...collector.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &alarm[collector.MetricAlarm]{T: a}
	n.tags.now = collector.NewTags(tags...)
	r.metric.put(a.Name, n)
}

// Tag sets all tags of a log group, a function or an API and its stages.
func (r *Region) Tag(name string, tags ...collector.Tag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups.get(name); g != nil {
		g.tags.set(collector.NewTags(tags...))
	}
	if f := r.functions.get(name); f != nil {
		f.tags.set(collector.NewTags(tags...))
	}
	if a := r.apis.get(name); a != nil {
		a.Tags = collector.NewTags(tags...)
	}
}

// Filters returns the filters of a log group.
func (r *Region) Filters(group string) []collector.Filter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups.get(group); g != nil {
		return append([]collector.Filter(nil), g.filters...)
	}
	return nil
}

// AlarmNames returns the names of all alarms, sorted.
func (r *Region) AlarmNames() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.metricAndComposite()
}

// MetricAlarm returns an alarm with its tags.
func (r *Region) MetricAlarm(name string) (collector.MetricAlarm, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.metric.get(name)
	if a == nil {
		return collector.MetricAlarm{}, false
	}
	m := a.T
	m.Tags = a.tags.now
	return m, true
}

// Snapshot is all that there is, as text that can be compared. Times are left out. What
// keep says no to is left out as well: by kind ("filter", "alarm") and what it is.
func (r *Region) Snapshot(keep func(kind string, it any) bool) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := map[string]any{}
	for _, name := range r.groups.keys {
		g := r.groups.get(name)
		lines["group "+name] = g.tags.now
		for _, f := range g.filters {
			f.Created = 0
			if keep == nil || keep("filter", f) {
				lines["filter "+name+" "+f.Name] = f
			}
		}
	}
	for _, name := range r.functions.keys {
		lines["function "+name] = []any{r.functions.get(name).Function, r.functions.get(name).tags.now}
	}
	for _, id := range r.apis.keys {
		lines["api "+id] = []any{r.apis.get(id).API, r.apis.get(id).stages}
	}
	for _, name := range r.metric.keys {
		a := r.metric.get(name)
		a.T.Tags = a.tags.now
		if keep == nil || keep("alarm", a.T) {
			lines["alarm "+name] = a.T
		}
		a.T.Tags = nil
	}
	for _, name := range r.composite.keys {
		a := r.composite.get(name)
		a.T.Tags = a.tags.now
		if keep == nil || keep("alarm", a.T) {
			lines["composite "+name] = a.T
		}
		a.T.Tags = nil
	}
	b, err := json.MarshalIndent(lines, "", " ")
	if err != nil {
		panic(err) // strings and finite numbers
	}
	return string(b)
}
