package alerter_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/lake"
)

func files(t *testing.T) (*lake.Dir, *incident.FileStore) {
	t.Helper()
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir, incident.NewFileStore(dir, "incidents")
}

// A process that starts again edits the card that the one before it posted.
func TestRestart(t *testing.T) {
	_, store := files(t)
	since := time.Now().Add(-time.Minute)
	first := &recorder{name: "r", edits: true, begun: time.Now()}
	m := manager(t, alerter.Options{Store: store, Receivers: []alerter.Receiver{first}})
	observe(t, m, firing("4xx", "api", since, 0.2))
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := first.list(); len(got) != 1 || got[0].Ref != "" {
		t.Fatalf("got %+v", got)
	}
	second := &recorder{name: "r", edits: true, begun: time.Now()}
	m = manager(t, alerter.Options{Store: store, Receivers: []alerter.Receiver{second}})
	if got := m.Firing(); len(got) != 1 || got[0].Rule != "4xx" {
		t.Fatalf("firing %+v", got)
	}
	if err := m.Flush(t.Context()); err != nil || len(second.list()) != 0 {
		t.Fatalf("nothing changed, but %+v was shown, %v", second.list(), err)
	}
	observe(t, m, fine(firing("4xx", "api", since, 0.2), since.Add(30*time.Second)))
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := second.list(); len(got) != 1 || !strings.HasPrefix(string(got[0].Ref), "ref-") || !strings.HasPrefix(got[0].Title, "RESOLVED") {
		t.Fatalf("got %+v", got)
	}
}

// A process that died between posting and noting it leaves a mark: the next one has the
// receiver look before it posts.
func TestCrashBetweenPostAndNote(t *testing.T) {
	_, store := files(t)
	r := &recorder{name: "r", edits: true, begun: time.Now()}
	crash := errStore{store, 2} // the save before the post works, the one after it does not
	m := manager(t, alerter.Options{Store: &crash, Receivers: []alerter.Receiver{r}})
	observe(t, m, firing("4xx", "api", time.Now().Add(-time.Minute), 0.2))
	m.Flush(t.Context())
	again := &recorder{name: "r", edits: true, begun: time.Now()}
	m = manager(t, alerter.Options{Store: store, Receivers: []alerter.Receiver{again}})
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := again.list(); len(got) != 1 || got[0].Ref != card.RefUnknown {
		t.Fatalf("got %+v", got)
	}
}

// errStore stops saving after some saves, as a process that was killed does.
type errStore struct {
	incident.Store
	left int
}

func (s *errStore) Save(ctx context.Context, e incident.Entry) error {
	if s.left--; s.left < 0 {
		return os.ErrClosed
	}
	return s.Store.Save(ctx, e)
}

// One file that is no incident stops nothing.
func TestOneBadFileStopsNothing(t *testing.T) {
	dir, store := files(t)
	if err := store.Save(t.Context(), incident.Entry{Incident: seamark.Incident{ID: "20261122T140300Z-booking-prod", Status: seamark.IncidentOpen}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir.Root(), "incidents", "torn.json"), []byte(`{"incident":`), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := alerter.New(t.Context(), alerter.Options{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(m.Incidents()); got != 1 {
		t.Errorf("%d incidents, want 1", got)
	}
}
