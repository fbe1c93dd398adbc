package hint_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

var place = inventory.Place{Account: "111122223333", Region: "eu-central-1"}

// TestMerge: one per place, each name once.
func TestMerge(t *testing.T) {
	other := inventory.Place{Account: "000000000001", Region: "eu-west-1"}
	got := hint.Merge([]hint.Hint{
		{Place: place, Groups: []string{"/b", "/a"}, Why: "first"}, {Place: place, Groups: []string{"/a"}, Functions: []string{"f"}, Why: "second"},
		{Place: other, Whole: true, Why: "third"}, {Place: place, APIs: []hint.APIRef{{ID: "x", Protocol: inventory.HTTP}, {ID: "x", Protocol: inventory.WebSocket}}, Why: "second"},
	})
	want := []hint.Hint{{Place: other, Whole: true, Why: "third"},
		{Place: place, Groups: []string{"/a", "/b"}, Functions: []string{"f"}, APIs: []hint.APIRef{{ID: "x", Protocol: inventory.WebSocket}}, Why: "first, and 2 more"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var many []hint.Hint
	for i := range 1000 {
		many = append(many, hint.Hint{Place: place, Groups: []string{fmt.Sprint("/app/", i)}})
	}
	if got := hint.Merge(many); len(got) != 1 || !got[0].Whole || len(got[0].Groups) > 0 {
		t.Errorf("%+v", got)
	}
}
