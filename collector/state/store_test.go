package state_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/revision"
)

// dying is a store of a process that is killed before some of its removals.
type dying struct{ lake.Store }

func (d dying) Remove(keys ...string) error {
	if rand.N(2) == 0 {
		return errors.New("killed")
	}
	return d.Store.Remove(keys...)
}

func lakeStates(t *testing.T) (state.LakeStore, lake.Store) {
	t.Helper()
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return state.LakeStore{Store: dying{dir}, Deployment: "acme"}, dir
}

func count(t *testing.T, s lake.Store) int {
	t.Helper()
	n := 0
	if err := s.Walk("collector", func(string, fs.DirEntry) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestStateContended: many save at once, and no change is lost; what is kept stays bounded,
// whoever is killed before he tidied up.
func TestStateContended(t *testing.T) {
	st, store := lakeStates(t)
	const writers, times = 6, 15
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range times {
				key := fmt.Sprintf("/%d/%d", w, i)
				err := state.Update(t.Context(), st, "acme", rig.Place, func(s *state.State) { s.Pending[key] = state.Gap{From: 1, To: 2} })
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b, number, err := st.LoadState(t.Context(), rig.Place)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Decode(b)
	if err != nil || len(s.Pending) != writers*times || number < writers*times {
		t.Errorf("state %d has %d changes, want %d of %d: %v", number, len(s.Pending), writers*times, writers*times, err)
	}
	st.Store = store
	if err := st.SaveState(t.Context(), rig.Place, number+1, b); err != nil {
		t.Error(err)
	}
	if n := count(t, store); n != revision.Kept {
		t.Errorf("%d objects are kept, want %d", n, revision.Kept)
	}
}

// TestLateState: who stood still while others saved, and tidied up, is told so.
func TestLateState(t *testing.T) {
	for n := 1; n < 12; n++ {
		st, store := lakeStates(t)
		st.Store = store
		for i := range n {
			if err := st.SaveState(t.Context(), rig.Place, i+1, emptyState().Encode()); err != nil {
				t.Fatal(err)
			}
		}
		for late := 1; late <= n; late++ {
			if err := st.SaveState(t.Context(), rig.Place, late, []byte("late")); !errors.Is(err, fs.ErrExist) {
				t.Errorf("state %d after %d were made: %v, want %v", late, n, err, fs.ErrExist)
			}
		}
		if got, number, err := st.LoadState(t.Context(), rig.Place); err != nil || number != n || strings.Contains(string(got), "late") {
			t.Errorf("state %d, %v: %s", number, err, got)
		}
		if most := min(n, revision.Kept); count(t, store) != most {
			t.Errorf("%d objects, want %d", count(t, store), most)
		}
	}
}

// TestUpdateNothing: without a change nothing is written.
func TestUpdateNothing(t *testing.T) {
	st := &rig.States{}
	st.Put(rig.Place, emptyState().Encode())
	if err := state.Update(context.Background(), st, "acme", rig.Place, func(*state.State) {}); err != nil || st.Number(rig.Place) != 1 {
		t.Errorf("number %d, %v", st.Number(rig.Place), err)
	}
}
