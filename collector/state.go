package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// stateVersion is the version of the format; see docs/formats/collector.md.
const stateVersion = 1

// State is what a sweep remembers of a place, so that the next one need not ask. It is
// kept in the hub's bucket, never as tags on a team's resource. Without it nothing is
// wrong: the next sweep asks more.
type State struct {
	Version    int                   `json:"version"`
	Deployment string                `json:"deployment"`
	Account    string                `json:"account"`
	Region     string                `json:"region"`
	Groups     map[string]GroupState `json:"groups"`  // by log group: all that may have a filter of ours
	Alarms     map[string]AlarmState `json:"alarms"`  // by name: all that are ours
	Pending    map[string]Gap        `json:"pending"` // by log group: events to be fetched from its history
}

// GroupState is what is known of the filter of a log group.
type GroupState struct {
	Hash    string `json:"hash"`              // of the filter that is there; empty: not known
	Refused string `json:"refused,omitempty"` // why the filter of this hash could not be put
	Tried   int64  `json:"tried,omitempty"`   // when it was refused, Unix milliseconds
	Created int64  `json:"created"`           // of the log group, Unix milliseconds
	Checked int64  `json:"checked"`           // when the filters were described last, Unix milliseconds
}

// AlarmState is what was applied.
type AlarmState struct {
	Tags string `json:"tags"` // hash of its tags
	At   int64  `json:"at"`   // Unix milliseconds
}

// Gap is a span of a log group's history that no filter forwarded.
type Gap struct {
	From int64 `json:"from"` // Unix milliseconds
	To   int64 `json:"to"`   // 0: until the filter is there
}

// StateStore keeps one object per place.
type StateStore interface {
	// LoadState fails with fs.ErrNotExist when there is none.
	LoadState(ctx context.Context, p Place) ([]byte, error)
	SaveState(ctx context.Context, p Place, b []byte) error
}

// LakeStates keeps states in the hub's store, beside the lake:
// collector/<deployment>/<account>/<region>.json.
type LakeStates struct {
	Store      lake.Store
	Deployment string
}

func (l LakeStates) key(p Place) string {
	return "collector/" + l.Deployment + "/" + p.Account + "/" + p.Region + ".json"
}

// LoadState reads the object.
func (l LakeStates) LoadState(_ context.Context, p Place) ([]byte, error) {
	return l.Store.ReadFile(l.key(p))
}

// SaveState replaces the object.
func (l LakeStates) SaveState(_ context.Context, p Place, b []byte) error {
	return l.Store.PutBytes(l.key(p), b)
}

func newState(deployment string, p Place) *State {
	return &State{
		Version: stateVersion, Deployment: deployment, Account: p.Account, Region: p.Region,
		Groups: map[string]GroupState{}, Alarms: map[string]AlarmState{}, Pending: map[string]Gap{},
	}
}

// loadState reads what is remembered. When nothing is, or it cannot be used, the state is
// new and known is false; err then says why, unless there was none.
func loadState(ctx context.Context, store StateStore, deployment string, p Place) (s *State, known bool, err error) {
	b, err := store.LoadState(ctx, p)
	if errors.Is(err, fs.ErrNotExist) {
		return newState(deployment, p), false, nil
	}
	if err == nil {
		if s, err = DecodeState(b); err == nil && (s.Deployment != deployment || s.Account != p.Account || s.Region != p.Region) {
			err = fmt.Errorf("it is of %s in %s/%s", s.Deployment, s.Account, s.Region)
		}
	}
	if err != nil {
		return newState(deployment, p), false, &seamark.Fault{Class: seamark.Temporary, Where: "state of " + p.String(),
			What: "cannot be used", Err: err, Remedy: "nothing is lost: the sweep asks AWS again"}
	}
	return s, true, nil
}

// DecodeState reads a state strictly: an unknown key, a trailing value or
// another version is an error.
func DecodeState(b []byte) (*State, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	s := &State{}
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("no state of a collector: %w", err)
	}
	if d.More() {
		return nil, errors.New("no state of a collector: something follows it")
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("version %d of the state is not known; this is version %d", s.Version, stateVersion)
	}
	if s.Groups == nil || s.Alarms == nil || s.Pending == nil {
		return nil, errors.New("no state of a collector: groups, alarms or pending is missing")
	}
	return s, nil
}

func (s *State) encode() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and numbers
	}
	return append(b, '\n')
}
