package collector

import (
	"context"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// executionLogs opens the name of the log group that API Gateway keeps for a stage.
const executionLogs = "API-Gateway-Execution-Logs_"

func executionGroup(s *inventory.Stage) string { return executionLogs + s.API.ID + "/" + s.Name }

func stageKey(s *inventory.Stage) string { return "stage:" + s.API.ID + "/" + s.Name }

const lambdaLogs = "/aws/lambda/"

// addKin adds what names, and what is remembered, say of a resource before it is read.
func (r *hintReader) addKin(n node) {
	switch n.kind {
	case groupNode:
		r.addWriters(n.name)
	case functionNode:
		r.add(groupNode, r.state.Writers[functionKey(n.name)], lambdaLogs+n.name)
	default:
		for writer, group := range r.state.Writers { // stages that are gone too, perhaps
			if name, found := strings.CutPrefix(writer, "stage:"+n.name+"/"); found {
				s := &inventory.Stage{API: &inventory.API{ID: n.name}, Name: name}
				r.add(groupNode, group, accessLogGroupName(s), executionGroup(s))
			}
		}
	}
}

// addWriters adds who writes to a log group.
func (r *hintReader) addWriters(group string) {
	if f, found := strings.CutPrefix(group, lambdaLogs); found {
		r.add(functionNode, f)
	}
	for _, prefix := range []string{accessLogPrefix, executionLogs} {
		if rest, found := strings.CutPrefix(group, prefix); found {
			id, _, _ := strings.Cut(rest, "/")
			r.add(apiNode, id)
		}
	}
	for writer, g := range r.state.Writers {
		if g != group {
			continue
		}
		if f, found := strings.CutPrefix(writer, functionKey("")); found {
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
	if former, known := r.state.APIs[id]; known {
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
	st, now := s.state, unixMilli()
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
	st.link(d.inv)
}

// forgetLinks forgets what was known of the functions and APIs in the scope.
func (s *sweep) forgetLinks() {
	if s.state.Writers == nil {
		s.state.Writers = map[string]string{}
	}
	if s.state.APIs == nil {
		s.state.APIs = map[string]string{}
	}
	for writer := range s.state.Writers {
		key := writer
		if stage, found := strings.CutPrefix(writer, "stage:"); found {
			id, _, _ := strings.Cut(stage, "/")
			key = apiKey(id)
		}
		if s.scope.resources[key] {
			delete(s.state.Writers, writer)
		}
	}
	for id := range s.state.APIs {
		if s.scope.resources[apiKey(id)] {
			delete(s.state.APIs, id)
		}
	}
}

// link notes the stages, and where functions and stages write.
func (st *State) link(inv *inventory.Inventory) {
	for i := range inv.Functions {
		if f := &inv.Functions[i]; f.Group() != lambdaLogs+f.Name {
			st.Writers[functionKey(f.Name)] = f.Group()
		}
	}
	for i := range inv.Stages {
		s := &inv.Stages[i]
		st.APIs[s.API.ID] = s.API.Name
		st.Writers[stageKey(s)] = s.Group()
	}
}
