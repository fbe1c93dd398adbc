package state_test

import (
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/collector/state"
)

// TestDecodeState: what is no state of this version is refused, and never half taken.
func TestDecodeState(t *testing.T) {
	const good = `{"version":1,"deployment":"acme","account":"1","region":"r","groups":{},"alarms":{},"pending":{}}`
	if _, err := state.Decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "null", "[]", good + "{}", strings.Replace(good, `"version":1`, `"version":2`, 1), strings.Replace(good, `"groups"`, `"grps"`, 1), strings.Replace(good, `,"pending":{}`, "", 1)} {
		if _, err := state.Decode([]byte(bad)); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func FuzzDecodeState(f *testing.F) {
	f.Add([]byte(`{"version":1,"deployment":"acme","account":"1","region":"r","groups":{"/g":{"hash":"","created":1,"checked":2}},"alarms":{"a":{"tags":"x","at":1}},"pending":{"/g":{"from":1,"to":0}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := state.Decode(b); err == nil && (s.Groups == nil || s.Alarms == nil || s.Pending == nil) {
			t.Error("a state that would panic")
		}
	})
}
