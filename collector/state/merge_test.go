package state_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/state"
)

func emptyState() *state.State {
	return &state.State{Version: 1, Deployment: "acme", Account: rig.Place.Account, Region: rig.Place.Region,
		Groups: map[string]state.GroupState{}, Alarms: map[string]state.AlarmState{}, Pending: map[string]state.Gap{}}
}

var stateKeys = []string{"a", "b", "c", "d", "e"}

// drawChanged is s with some keys set or removed, which it names: "groups a".
func drawChanged(t *rapid.T, label string, s *state.State) (*state.State, map[string]bool) {
	n := *s
	n.Groups, n.Alarms, n.Pending = maps.Clone(s.Groups), maps.Clone(s.Alarms), maps.Clone(s.Pending)
	changed := map[string]bool{}
	for _, k := range rapid.SliceOfDistinct(rapid.SampledFrom(stateKeys), rapid.ID).Draw(t, label+" groups") {
		changed["groups "+k] = true
		if delete(n.Groups, k); rapid.Bool().Draw(t, "set") {
			n.Groups[k] = state.GroupState{Hash: fmt.Sprint(label, rapid.Byte().Draw(t, "hash"))}
		}
	}
	for _, k := range rapid.SliceOfDistinct(rapid.SampledFrom(stateKeys), rapid.ID).Draw(t, label+" alarms") {
		changed["alarms "+k] = true
		if delete(n.Alarms, k); rapid.Bool().Draw(t, "set") {
			n.Alarms[k] = state.AlarmState{Tags: fmt.Sprint(label, rapid.Byte().Draw(t, "hash"))}
		}
	}
	for _, k := range rapid.SliceOfDistinct(rapid.SampledFrom(stateKeys), rapid.ID).Draw(t, label+" pending") {
		changed["pending "+k] = true
		if delete(n.Pending, k); rapid.Bool().Draw(t, "set") {
			from := rapid.Int64Range(1, 50).Draw(t, "from")
			n.Pending[k] = state.Gap{From: from, To: rapid.SampledFrom([]int64{0, from + rapid.Int64Range(1, 50).Draw(t, "length")}).Draw(t, "to"),
				Doubt: rapid.Bool().Draw(t, "doubt"), At: rapid.Int64Range(0, 100).Draw(t, "at")}
		}
	}
	return &n, changed
}

// TestMergeStates: no change of one side is lost, mine win over theirs, and pending history
// never shrinks but by the side that removed it.
func TestMergeStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, _ := drawChanged(t, "base", emptyState())
		mine, ours := drawChanged(t, "mine", base)
		theirs, others := drawChanged(t, "theirs", base)
		got := state.Merge(base, mine, theirs)
		for _, k := range stateKeys {
			checkKey(t, "groups "+k, ours, others, at(base.Groups, k), at(mine.Groups, k), at(theirs.Groups, k), at(got.Groups, k))
			checkKey(t, "alarms "+k, ours, others, at(base.Alarms, k), at(mine.Alarms, k), at(theirs.Alarms, k), at(got.Alarms, k))
			checkGap(t, k, at(base.Pending, k), at(mine.Pending, k), at(theirs.Pending, k), at(got.Pending, k))
		}
		if d := cmp.Diff(theirs, state.Merge(base, base, theirs)); d != "" {
			t.Errorf("without a change of mine:\n%s", d)
		}
		if d := cmp.Diff(mine, state.Merge(base, mine, base)); d != "" {
			t.Errorf("without a change of theirs:\n%s", d)
		}
		if d := cmp.Diff(mine, state.Merge(base, mine, mine)); d != "" {
			t.Errorf("merged with itself:\n%s", d)
		}
	})
}

func at[V any](m map[string]V, key string) *V {
	if v, found := m[key]; found {
		return &v
	}
	return nil
}

func checkKey[V any](t *rapid.T, what string, ours, others map[string]bool, base, mine, theirs, got *V) {
	want := base
	switch {
	case ours[what] && !cmp.Equal(mine, base):
		want = mine
	case others[what]:
		want = theirs
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: base %+v, mine %+v, theirs %+v, got %+v", what, base, mine, theirs, got)
	}
}

func checkGap(t *rapid.T, key string, base, mine, theirs, got *state.Gap) {
	lost := func() { t.Errorf("pending %s: base %+v, mine %+v, theirs %+v, got %+v", key, base, mine, theirs, got) }
	switch {
	case cmp.Equal(mine, base):
		if !cmp.Equal(got, theirs) {
			lost()
		}
	case cmp.Equal(theirs, base):
		if !cmp.Equal(got, mine) {
			lost()
		}
	default:
		for _, side := range []*state.Gap{mine, theirs} {
			if side != nil && (got == nil || !covers(got, side)) {
				lost()
			}
		}
	}
}

// covers reports whether what is still to be fetched of o is still to be fetched of g, but for
// what the other side has fetched of the same span.
func covers(g, o *state.Gap) bool {
	ends := g.To == 0 || o.To != 0 && g.To >= o.To
	return ends && (g.From <= o.From || g.Doubt)
}
