package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// version is the version of the format; see docs/formats/collector.md.
const version = 1

// State is what a sweep remembers of a place, so that the next one need not ask. It is
// kept in the hub's bucket, never as tags on a team's resource. Without it nothing is
// wrong: the next sweep asks more.
type State struct {
	Version    int                   `json:"version"`
	Deployment string                `json:"deployment"`
	Account    string                `json:"account"`
	Region     string                `json:"region"`
	Groups     map[string]GroupState `json:"groups"`              // by log group: all that may have a filter of ours
	Alarms     map[string]AlarmState `json:"alarms"`              // by name: all that are ours
	Pending    map[string]Gap        `json:"pending"`             // by log group: events to be fetched from its history
	Backfills  map[string]Gap        `json:"backfills,omitempty"` // by log group and span: see Backfill

	// What a sweep of one resource must know of the others.
	Surveyed int64               `json:"surveyed,omitempty"` // when the whole place was swept to the end, Unix milliseconds; 0: never
	Writers  map[string]string   `json:"writers,omitempty"`  // the log group of each stage, if any, and of functions that have not their usual one
	APIs     map[string]string   `json:"apis,omitempty"`     // the name of each API, by its id
	Fresh    map[string]TagState `json:"fresh,omitempty"`    // tags read from the resource itself a moment ago: listings are late

	// A destroy looks at every log group, whatever is remembered; the rest of one that was cut
	// short is in Groups.
	Destroying bool `json:"destroying,omitempty"`
}

// GroupState is what is known of the filter of a log group.
type GroupState struct {
	Hash    string `json:"hash"`              // of the filter that is there; empty: not known
	Refused string `json:"refused,omitempty"` // why the filter of this hash could not be put
	Tried   int64  `json:"tried,omitempty"`   // when it was refused, Unix milliseconds
	Created int64  `json:"created"`           // of the log group, Unix milliseconds
	Checked int64  `json:"checked"`           // when the filters were described last, Unix milliseconds
	Busy    bool   `json:"busy,omitempty"`    // a sweep began to work there: what it did is not known until it is noted
}

// AlarmState is what was applied.
type AlarmState struct {
	Tags string `json:"tags"`         // hash of its tags
	At   int64  `json:"at"`           // Unix milliseconds
	Of   string `json:"of,omitempty"` // the function or API that it watches: "function:booking"; empty: a composite
}

// TagState is what tags a resource had.
type TagState struct {
	Tags string `json:"tags"` // hash of them
	At   int64  `json:"at"`   // Unix milliseconds
}

// New remembers nothing yet.
func New(deployment string, p inventory.Place) *State {
	return &State{
		Version: version, Deployment: deployment, Account: p.Account, Region: p.Region,
		Groups: map[string]GroupState{}, Alarms: map[string]AlarmState{}, Pending: map[string]Gap{},
	}
}

// Decode reads a state strictly: an unknown key, a trailing value or
// another version is an error.
func Decode(b []byte) (*State, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	s := &State{}
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("no state of a collector: %w", err)
	}
	if d.More() {
		return nil, errors.New("no state of a collector: something follows it")
	}
	if s.Version != version {
		return nil, fmt.Errorf("version %d of the state is not known; this is version %d", s.Version, version)
	}
	if s.Groups == nil || s.Alarms == nil || s.Pending == nil {
		return nil, errors.New("no state of a collector: groups, alarms or pending is missing")
	}
	return s, nil
}

// Encode is the state as it is saved.
func (s *State) Encode() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and numbers
	}
	return append(b, '\n')
}
