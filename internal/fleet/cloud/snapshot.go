package cloud

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Digest is a line for each thing that keep says yes to: by kind ("group", "function",
// "api", by name; "filter", "alarm", "composite") and what it is. Tags of resources, access logs
// and times are left out. It is cheap enough to be asked for after each call.
func (r *Region) Digest(keep func(kind string, it any) bool) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	line := func(kind, name string, it any) {
		if keep(kind, it) {
			fmt.Fprintf(&b, "%s %s %v\n", kind, name, it)
		}
	}
	for _, name := range r.groups.keys {
		line("group", name, name)
		for _, f := range r.groups.get(name).filters {
			f.Created = 0
			line("filter", name, f)
		}
	}
	for _, name := range r.functions.keys {
		line("function", name, name)
	}
	for _, id := range r.apis.keys {
		line("api", id, id)
	}
	for _, name := range r.metric.keys {
		a := r.metric.get(name)
		t := a.T
		t.Tags = a.tags.now
		line("alarm", name, t)
	}
	for _, name := range r.composite.keys {
		a := r.composite.get(name)
		t := a.T
		t.Tags = a.tags.now
		line("composite", name, t)
	}
	return b.String()
}

// TagsOf returns the tags of a log group, and when they were changed last.
func (r *Region) TagsOf(group string) (inventory.Tags, time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.groups.get(group)
	if g == nil {
		return nil, time.Time{}
	}
	return g.tags.now, g.tags.changed
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
