package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// task is the message by which a piece of work hands on what it did not finish, and the
// payload of a direct invocation: {"places": ["111122223333/eu-central-1"]}.
type task struct {
	Places  []string   `json:"places,omitempty"`  // to be swept
	History []string   `json:"history,omitempty"` // swept already; history remains
	Hints   []taskHint `json:"hints,omitempty"`
	Hops    int        `json:"hops,omitempty"` // how often it was handed on
	Idle    int        `json:"idle,omitempty"` // and how often of late nothing had come of it
}

// taskHint is a collector.Hint.
type taskHint struct {
	Place     string        `json:"place"`
	Groups    []string      `json:"groups,omitempty"`
	Functions []string      `json:"functions,omitempty"`
	APIs      []hint.APIRef `json:"apis,omitempty"`
	Why       string        `json:"why,omitempty"`
}

func (h taskHint) hint(p inventory.Place) hint.Hint {
	return hint.Hint{Place: p, Groups: h.Groups, Functions: h.Functions, APIs: h.APIs, Why: h.Why}
}

// isTask tells a task from an event: no event has one of its keys at the top.
func isTask(b []byte) bool {
	var o map[string]json.RawMessage
	if json.Unmarshal(b, &o) != nil {
		return false
	}
	for _, key := range []string{"places", "history", "hints"} {
		if _, ok := o[key]; ok {
			return true
		}
	}
	return false
}

func decodeTask(b []byte) (task, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var t task
	if err := d.Decode(&t); err != nil || t.Hops < 0 || t.Idle < 0 {
		return task{}, &seamark.Fault{Class: seamark.Rejected, Where: "task", What: "cannot be read", Err: err,
			Remedy: `name places: {"places": ["111122223333/eu-central-1"]}`}
	}
	return t, nil
}

// parsePlace reads "111122223333/eu-central-1".
func parsePlace(s string) (inventory.Place, bool) {
	account, region, ok := strings.Cut(s, "/")
	return inventory.Place{Account: account, Region: region}, ok
}

// The bounds of a message. SQS takes 256 KB everywhere; 50 hints of a place are a few KB.
const (
	maxPlaces = 200
	maxBody   = 200_000 // bytes
)

// rest makes the messages for jobs that are not done.
func rest(jobs []*job, hops, idle int) []string {
	var bodies []string
	t := task{Hops: hops, Idle: idle}
	n, size := 0, 0
	flush := func() {
		if n > 0 {
			bodies = append(bodies, t.encode())
		}
		t, n, size = task{Hops: hops, Idle: idle}, 0, 0
	}
	for _, j := range jobs {
		add := 64
		for _, h := range j.hints {
			add += 256 + hintSize(h)
		}
		if n == maxPlaces || size+add > maxBody {
			flush()
		}
		switch {
		case j.whole, add > maxBody:
			t.Places, size = append(t.Places, j.place.String()), size+64
		case j.history && len(j.hints) == 0:
			t.History, size = append(t.History, j.place.String()), size+64
		default:
			for _, h := range j.hints {
				t.Hints = append(t.Hints, taskHint{j.place.String(), h.Groups, h.Functions, h.APIs, h.Why})
			}
			size += add
		}
		n++
	}
	flush()
	return bodies
}

// hintSize is at least what a hint takes in a message, in bytes.
func hintSize(h hint.Hint) int {
	n := 2 * len(h.Why)
	for _, names := range [][]string{h.Groups, h.Functions} {
		for _, s := range names {
			n += len(s) + 8
		}
	}
	for _, a := range h.APIs {
		n += len(a.ID) + 48
	}
	return n
}

func (t task) encode() string {
	b, err := json.Marshal(t)
	if err != nil {
		panic(fmt.Sprintf("task: %v", err)) // strings and numbers
	}
	return string(b)
}
