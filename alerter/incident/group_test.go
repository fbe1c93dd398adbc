package incident_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/lake"
)

// A Manager saves entries side by side: all of them are in the group, which nobody lost.
func TestGroupSavesSideBySide(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	g := incident.OpenGroup(d, "incidents", "booking/prod", "me")
	if _, err := g.Read(); err != nil {
		t.Fatal(err)
	}
	if taken, _, err := g.Take(now, now.Add(time.Minute)); !taken || err != nil {
		t.Fatal(taken, err)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			e := incident.Entry{Incident: seamark.Incident{ID: fmt.Sprintf("%02d", i), Status: seamark.IncidentOpen}}
			if err := g.Save(t.Context(), e); err != nil {
				t.Errorf("%d: %v", i, err)
			}
			if err := g.SaveEarly(t.Context(), map[string]time.Time{"a": now}); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	again := incident.OpenGroup(d, "incidents", "booking/prod", "another")
	if _, err := again.Read(); err != nil {
		t.Fatal(err)
	}
	if list, err := again.Load(t.Context()); err != nil || len(list) != 20 {
		t.Errorf("%d entries, %v", len(list), err)
	}
}
