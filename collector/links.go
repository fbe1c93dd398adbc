package collector

import (
	"context"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
)

// executionLogs opens the name of the log group that API Gateway keeps for a stage.
const executionLogs = "API-Gateway-Execution-Logs_"

func executionGroup(s *inventory.Stage) string { return executionLogs + s.API.ID + "/" + s.Name }

// addKin adds what names, and what is remembered, say of a resource before it is read.
func (r *hintReader) addKin(n node) {
	switch n.kind {
	case groupNode:
		r.addWriters(n.name)
	case functionNode:
		r.add(groupNode, r.State.Writers[state.FunctionKey(n.name)], inventory.LambdaLogs+n.name)
	default:
		for writer, group := range r.State.Writers { // stages that are gone too, perhaps
			if name, found := strings.CutPrefix(writer, "stage:"+n.name+"/"); found {
				s := &inventory.Stage{API: &inventory.API{ID: n.name}, Name: name}
				r.add(groupNode, group, accessLogGroupName(s), executionGroup(s))
			}
		}
	}
}

// addWriters adds who writes to a log group.
func (r *hintReader) addWriters(group string) {
	if f, found := strings.CutPrefix(group, inventory.LambdaLogs); found {
		r.add(functionNode, f)
	}
	for _, prefix := range []string{accessLogPrefix, executionLogs} {
		if rest, found := strings.CutPrefix(group, prefix); found {
			id, _, _ := strings.Cut(rest, "/")
			r.add(apiNode, id)
		}
	}
	for writer, g := range r.State.Writers {
		if g != group {
			continue
		}
		if f, found := strings.CutPrefix(writer, state.FunctionKey("")); found {
			r.add(functionNode, f)
		}
		if stage, found := strings.CutPrefix(writer, "stage:"); found {
			id, _, _ := strings.Cut(stage, "/")
			r.add(apiNode, id)
		}
	}
}

// follow adds what hangs together with a resource that was read.
func (r *hintReader) follow(n node) {
	switch n.kind {
	case functionNode:
		if f, there := r.functions[n.name]; there {
			r.add(groupNode, f.Group())
		}
	case apiNode:
		r.followAPI(n.name)
	}
}

// followAPI adds the log groups of an API, and APIs of the same name.
func (r *hintReader) followAPI(id string) {
	for i := range r.stages[id] {
		s := &r.stages[id][i]
		r.add(groupNode, s.Group(), accessLogGroupName(s), executionGroup(s))
	}
	names := map[string]bool{}
	if former, known := r.State.APIs[id]; known {
		names[former] = true
	}
	for _, a := range r.apis {
		if a.ID == id {
			names[a.Name] = true
		}
	}
	for _, a := range r.apis {
		if names[a.Name] {
			r.add(apiNode, a.ID)
		}
	}
}

// survey notes what a sweep of one resource must know of the others.
func (s *sweep) survey(ctx context.Context, d *Desired) {
	if s.opt.DryRun || s.stopped(ctx) || !d.listed {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, now := s.State, unixMilli()
	for key, f := range st.Fresh {
		if now-f.At >= settling.Milliseconds() {
			delete(st.Fresh, key)
		}
	}
	switch {
	case s.opt.Destroy:
		st.Surveyed, st.Writers, st.APIs, st.Fresh, st.Destroying = 0, nil, nil, nil, false
		return
	case s.scope == nil:
		st.Writers, st.APIs = map[string]string{}, map[string]string{}
		if d.complete && !s.alarmsBlind {
			st.Surveyed = now
		}
	default:
		s.forgetLinks()
	}
	st.Link(d.inv)
}

// forgetLinks forgets what was known of the functions and APIs in the scope.
func (s *sweep) forgetLinks() {
	if s.State.Writers == nil {
		s.State.Writers = map[string]string{}
	}
	if s.State.APIs == nil {
		s.State.APIs = map[string]string{}
	}
	for writer := range s.State.Writers {
		key := writer
		if stage, found := strings.CutPrefix(writer, "stage:"); found {
			id, _, _ := strings.Cut(stage, "/")
			key = state.APIKey(id)
		}
		if s.scope.resources[key] {
			delete(s.State.Writers, writer)
		}
	}
	for id := range s.State.APIs {
		if s.scope.resources[state.APIKey(id)] {
			delete(s.State.APIs, id)
		}
	}
}
