// Package journey follows one request: from the line of an API's access log to the invocations that
// it caused and what they logged, or back. It needs no tracing: an access log that names its
// integration's request id leads to the Lambda request, and what hands a request id or a trace id on is
// found by it. Where an id joins more than it should, that is said.
package journey

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Bounds of a journey.
const (
	mostRows   = 500 // of each table and round
	mostIDs    = 40  // that are followed
	idsAtOnce  = 16  // of UUIDs a query has room for so many
	rounds     = 3   // an id leads to rows, whose ids lead to others
	leastID    = 8   // bytes: what is shorter joins what has nothing to do with one another
	nearby     = time.Hour
	integrated = "integrationRequestId"
)

// How a step was found.
const (
	ByItself      = "the id"
	ByRequest     = "request id"
	ByIntegration = "integration request id"
	ByTrace       = "trace id"
)

// Step is one row of a journey.
type Step struct {
	Row       seamark.Hit `json:"row"`
	By        string      `json:"by"`
	Ambiguous bool        `json:"ambiguous,omitempty"` // it may belong to another request
}

// Journey is what one id leads to, oldest first.
type Journey struct {
	Steps []Step   `json:"steps"`
	Notes []string `json:"notes,omitempty"` // what is ambiguous, or missing, in words
}

// Search asks for rows.
type Search func(context.Context, seamark.Query) (seamark.Result, error)

// follower is a journey on its way.
type follower struct {
	search Search
	cut    int
	span   seamark.Span
	asked  string
	ids    map[string]bool // request ids
	traces map[string]bool
	steps  map[string]Step // by table and position
	notes  []string
}

// Follow looks for an id in span, and follows it. Texts over cut bytes are cut; 0: none is.
func Follow(ctx context.Context, search Search, id string, span seamark.Span, cut int) (Journey, error) {
	id = strings.TrimSpace(id)
	if len(id) < leastID || len(id) > 200 {
		return Journey{}, &seamark.Fault{Class: seamark.Rejected, Where: "id", What: fmt.Sprintf("%q is no id of a request", id), Remedy: fmt.Sprintf("give a request id, a trace id or an event id, of %d characters or more", leastID)}
	}
	f := &follower{search: search, cut: cut, span: span, asked: id, ids: map[string]bool{}, traces: map[string]bool{}, steps: map[string]Step{}}
	for _, t := range seamark.Tables() {
		terms := []string{query.Is("request_id", id), query.Is("trace_id", id), query.Is("event_id", id)}
		if t == seamark.TableAccessLogs {
			terms = append(terms, query.Is("extra."+integrated, id))
		}
		if err := f.find(ctx, t, terms); err != nil {
			return Journey{}, err
		}
	}
	f.narrow()
	for range rounds {
		known := len(f.ids) + len(f.traces)
		for _, t := range seamark.Tables() {
			if err := f.find(ctx, t, f.terms(t)); err != nil {
				return Journey{}, err
			}
		}
		if len(f.ids)+len(f.traces) == known {
			break
		}
	}
	return f.journey(), nil
}

// terms are what joins other rows of t to those that are known.
func (f *follower) terms(t seamark.Table) []string {
	var out []string
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(f.ids)), idsAtOnce) {
		out = append(out, query.Is("request_id", ids...))
		if t == seamark.TableAccessLogs {
			out = append(out, query.Is("extra."+integrated, ids...))
		}
	}
	for traces := range slices.Chunk(slices.Sorted(maps.Keys(f.traces)), idsAtOnce) {
		out = append(out, query.Is("trace_id", traces...))
	}
	return out
}

// find takes the rows in for which one of the terms holds.
func (f *follower) find(ctx context.Context, t seamark.Table, terms []string) error {
	for _, text := range terms {
		if len(text) > query.MaxBytes {
			f.note("more ids than can be followed: the journey may be longer")
			continue
		}
		r, err := f.search(ctx, seamark.Query{Table: t, Span: f.span, Text: text, Limit: mostRows, Cut: f.cut})
		if err != nil {
			return err
		}
		if r.More {
			f.note(fmt.Sprintf("more than %d %s have one id: the newest are shown", mostRows, strings.ReplaceAll(string(t), "_", " ")))
		}
		for _, h := range r.Hits {
			f.take(h)
		}
	}
	return nil
}

// take notes a row and the ids that it names.
func (f *follower) take(h seamark.Hit) {
	key := fmt.Sprint(h.Table, h.Position())
	if _, known := f.steps[key]; known {
		return
	}
	request, trace, integration := idsOf(&h)
	by := ByTrace
	switch {
	case f.asked == request || f.asked == trace || f.asked == integration || f.asked == h.Position().EventID:
		by = ByItself
	case f.ids[request]:
		by = ByRequest
	case f.ids[integration]:
		by = ByIntegration
	}
	f.steps[key] = Step{Row: h, By: by}
	for _, id := range []string{request, integration} {
		if len(id) >= leastID && len(f.ids) < mostIDs {
			f.ids[id] = true
		}
	}
	if len(trace) >= leastID && len(f.traces) < mostIDs {
		f.traces[trace] = true
	}
}

// idsOf are the ids that a row names.
func idsOf(h *seamark.Hit) (request, trace, integration string) {
	if h.Log != nil {
		return h.Log.RequestID, h.Log.TraceID, ""
	}
	var extra struct {
		ID string `json:"integrationRequestId"`
	}
	_ = json.Unmarshal([]byte(h.Access.Extra), &extra) // none, or not JSON: it names none
	return h.Access.RequestID, h.Access.TraceID, extra.ID
}

// narrow looks for the rest near what was found: an invocation lasts 15 minutes at most.
func (f *follower) narrow() {
	var near seamark.Span
	for _, s := range f.steps {
		at := time.UnixMilli(s.Row.Position().Timestamp).UTC()
		if near.From.IsZero() || at.Add(-nearby).Before(near.From) {
			near.From = at.Add(-nearby)
		}
		if at.Add(nearby).After(near.To) {
			near.To = at.Add(nearby)
		}
	}
	if len(f.steps) > 0 {
		f.span = near
	}
}

func (f *follower) note(s string) {
	if !slices.Contains(f.notes, s) {
		f.notes = append(f.notes, s)
	}
}

// journey puts the steps in order, and says what they do not tell.
func (f *follower) journey() Journey {
	requests := map[string]map[string]bool{} // of a trace: the API's requests
	linked := false
	for _, s := range f.steps {
		if s.Row.Access == nil {
			continue
		}
		request, trace, integration := idsOf(&s.Row)
		linked = linked || len(integration) >= leastID || len(trace) >= leastID
		if requests[trace] == nil {
			requests[trace] = map[string]bool{}
		}
		requests[trace][cmp.Or(request, s.Row.Access.EventID)] = true
	}
	j := Journey{Steps: []Step{}}
	access, logs := 0, 0
	for _, s := range f.steps {
		if _, trace, _ := idsOf(&s.Row); s.By == ByTrace && len(requests[trace]) > 1 {
			s.Ambiguous = true
			f.note(fmt.Sprintf("%d requests share the trace %s: what was found by it alone may belong to any of them", len(requests[trace]), trace))
		}
		if s.Row.Access != nil {
			access++
		} else {
			logs++
		}
		j.Steps = append(j.Steps, s)
	}
	slices.SortFunc(j.Steps, func(a, b Step) int {
		return cmp.Or(a.Row.Position().Compare(b.Row.Position()), strings.Compare(string(a.Row.Table), string(b.Row.Table)))
	})
	if access > 0 && logs == 0 && !linked {
		f.note("the access log names neither a trace nor an integration's request id: add $context.integration.requestId to its format as integrationRequestId")
	}
	slices.Sort(f.notes)
	j.Notes = f.notes
	return j
}
