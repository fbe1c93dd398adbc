package worker_test

import (
	"context"
	"testing"

	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/lake"
)

// The lake is read when it is asked, and a ledger that cannot be read is no empty lake.
func TestArrived(t *testing.T) {
	store, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	q := history.ArrivalQuery{Account: web.Account, Group: "/app", From: 0, To: 1}
	a := &history.LatestArrivals{Lake: lake.New(store)}
	for range 2 {
		if err := a.Arrived(t.Context(), q, func(id string) { t.Errorf("%s has arrived", id) }); err != nil {
			t.Fatal(err)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (&history.LatestArrivals{Lake: lake.New(store)}).Arrived(over, q, func(string) {}); err == nil {
		t.Error("a lake that was not read answers")
	}
}
