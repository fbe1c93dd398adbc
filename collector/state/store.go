package state

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/lake"
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

// kept is how many states of a place stay. A state may be made late, by a process that
// stood still meanwhile; as long as those are kept that were made since, it is noticed.
const kept = 4

func (l LakeStore) folder(p inventory.Place) string {
	return "collector/" + l.Deployment + "/" + p.Account + "/" + p.Region
}

func (l LakeStore) key(p inventory.Place, number int) string {
	return fmt.Sprintf("%s/%010d.json", l.folder(p), number)
}

// numbers lists the states that are there, ascending.
func (l LakeStore) numbers(p inventory.Place) ([]int, error) {
	var all []int
	err := l.Store.Walk(l.folder(p), func(key string, _ fs.DirEntry) error {
		name, isState := strings.CutSuffix(key[strings.LastIndexByte(key, '/')+1:], ".json")
		if n, err := strconv.Atoi(name); isState && err == nil && n > 0 && key == l.key(p, n) {
			all = append(all, n)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return all, err
}

// LoadState reads the newest object.
func (l LakeStore) LoadState(ctx context.Context, p inventory.Place) ([]byte, int, error) {
	for {
		all, err := l.numbers(p)
		if err == nil && len(all) == 0 {
			err = fs.ErrNotExist
		}
		if err != nil {
			return nil, 0, err
		}
		n := all[len(all)-1]
		b, err := l.Store.ReadFile(l.key(p, n))
		if !errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil {
			return b, n, err
		} // else newer ones were made, and this one removed
	}
}

// SaveState makes an object, and removes old ones.
func (l LakeStore) SaveState(_ context.Context, p inventory.Place, number int, b []byte) error {
	if err := l.Store.Create(l.key(p, number), func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}); err != nil {
		return err
	}
	all, err := l.numbers(p)
	if err != nil {
		return err
	}
	if len(all) > 0 && all[len(all)-1] >= number+kept { // the number may have been used, and removed, before
		return errors.Join(fs.ErrExist, l.Store.Remove(l.key(p, number)))
	}
	var old []string
	for _, n := range all {
		if n <= number-kept {
			old = append(old, l.key(p, n))
		}
	}
	if len(old) > 0 {
		_ = l.Store.Remove(old...) // the next one does it
	}
	return nil
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
