package state

import (
	"context"
	"fmt"
	"io/fs"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/revision"
)

// Store keeps the states of places, one above the other: many may look after one place
// at the same time, and whoever saves must have seen what was saved before.
type Store interface {
	// LoadState gives the state with the highest number. It fails with fs.ErrNotExist when there
	// is none; that counts as number 0.
	LoadState(ctx context.Context, p inventory.Place) (b []byte, number int, err error)
	// SaveState makes the state of that number, one above what was loaded. It fails with
	// fs.ErrExist when someone was faster: load, merge, and save above that.
	SaveState(ctx context.Context, p inventory.Place, number int, b []byte) error
}

// LakeStore keeps states in the hub's store, beside the lake:
// collector/<deployment>/<account>/<region>/<number>.json.
type LakeStore struct {
	Store      lake.Store
	Deployment string
}

func (l LakeStore) document(p inventory.Place) revision.Document {
	return revision.Document{Store: l.Store, Folder: "collector/" + l.Deployment + "/" + p.Account + "/" + p.Region}
}

// LoadState reads the newest object.
func (l LakeStore) LoadState(ctx context.Context, p inventory.Place) ([]byte, int, error) {
	b, number, _, err := l.document(p).Latest(ctx)
	if err == nil && number == 0 {
		err = fs.ErrNotExist
	}
	return b, number, err
}

// SaveState makes an object, and removes old ones.
func (l LakeStore) SaveState(_ context.Context, p inventory.Place, number int, b []byte) error {
	return l.document(p).Make(number, b)
}

// Load reads what is remembered. When nothing is, or it cannot be used, the state is
// new and known is false; err then says why, unless there was none.
func Load(ctx context.Context, store Store, deployment string, p inventory.Place) (s *State, known bool, err error) {
	m, err := Recall(ctx, store, deployment, p)
	return m.State, m.Known, err
}

// decodeOf decodes the state of a place.
func decodeOf(b []byte, deployment string, p inventory.Place) (*State, error) {
	s, err := Decode(b)
	if err == nil && (s.Deployment != deployment || s.Account != p.Account || s.Region != p.Region) {
		return nil, fmt.Errorf("it is of %s in %s/%s", s.Deployment, s.Account, s.Region)
	}
	return s, err
}

func unusable(p inventory.Place, err error) error {
	return &seamark.Fault{Class: seamark.Temporary, Where: "state of " + p.String(),
		What: "cannot be used", Err: err, Remedy: "nothing is lost: the sweep asks AWS again"}
}
