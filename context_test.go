package seamark_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
)

func TestChanges(t *testing.T) {
	now := []seamark.Count{{Value: "more", Count: 9}, {Value: "new", Count: 5, Text: "disk full"}, {Value: "", Count: 4}, {Value: "newer", Count: 7}, {Value: "same", Count: 3}, {Value: "less", Count: 1}}
	before := []seamark.Count{{Value: "gone", Count: 2}, {Value: "more", Count: 3}, {Value: "same", Count: 3}, {Value: "less", Count: 8}, {Value: "", Count: 1}, {Value: "long gone", Count: 6}}
	want := []seamark.Change{{Value: "newer", Count: 7}, {Value: "new", Text: "disk full", Count: 5}, {Value: "more", Count: 9, Before: 3},
		{Value: "less", Count: 1, Before: 8}, {Value: "long gone", Before: 6}, {Value: "gone", Before: 2}}
	if diff := cmp.Diff(want, seamark.Changes(now, before)); diff != "" {
		t.Error(diff)
	}
}

func TestEarlier(t *testing.T) {
	at := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	if got, want := (seamark.Span{From: at, To: at.Add(time.Hour)}).Earlier(), (seamark.Span{From: at.Add(-time.Hour), To: at}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
