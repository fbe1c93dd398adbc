package incident_test

import (
	"fmt"
	"io"
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

// standing is a store whose process stands still, while others go on, after it has made an object.
type standing struct {
	*lake.Dir
	meanwhile func()
}

func (s *standing) Create(key string, write func(io.Writer) error) error {
	err := s.Dir.Create(key, write)
	if do := s.meanwhile; do != nil {
		s.meanwhile = nil
		do()
	}
	return err
}

// TestReleaseStandsStill: who has given the turn back, and stands still before looking around while
// others take and save theirs, has lost nothing, and is told of nothing.
func TestReleaseStandsStill(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	take := func(objects incident.Objects, by string) *incident.Group {
		g := incident.OpenGroup(objects, "incidents", "booking/prod", by)
		if _, err := g.Read(); err != nil {
			t.Fatal(err)
		}
		if taken, _, err := g.Take(now, now.Add(time.Minute)); !taken || err != nil {
			t.Fatal(taken, err)
		}
		if err := g.Save(t.Context(), incident.Entry{Incident: seamark.Incident{ID: by, Status: seamark.IncidentOpen}}); err != nil {
			t.Fatal(err)
		}
		return g
	}
	s := &standing{Dir: d}
	slow := take(s, "slow")
	s.meanwhile = func() {
		for i := range 3 {
			if err := take(d, fmt.Sprint("fast-", i)).Release(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := slow.Release(); err != nil {
		t.Error(err)
	}
	last := take(d, "last")
	if list, err := last.Load(t.Context()); err != nil || len(list) != 5 {
		t.Errorf("%d entries, %v", len(list), err)
	}
}
