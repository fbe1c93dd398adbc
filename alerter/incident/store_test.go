package incident_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/lake"
)

func TestFileStoreSkipsWhatIsNoIncident(t *testing.T) {
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	store := incident.NewFileStore(dir, "incidents")
	good := incident.Entry{Incident: seamark.Incident{ID: "20261122T140300Z-booking-prod", Status: seamark.IncidentOpen}}
	if err := store.Save(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"torn.json": `{"incident":{"id":"x`, "evil.json": `{"incident":{"id":"../../etc/passwd"}}`, "notes.txt": "x"} {
		if err := os.WriteFile(filepath.Join(dir.Root(), "incidents", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := store.Load(t.Context())
	if len(entries) != 1 || entries[0].Incident.ID != good.Incident.ID {
		t.Errorf("got %+v", entries)
	}
	if err == nil || !strings.Contains(err.Error(), "incidents/torn.json") || !strings.Contains(err.Error(), "incidents/evil.json") {
		t.Errorf("error %v", err)
	}
	if err := store.Save(t.Context(), incident.Entry{Incident: seamark.Incident{ID: "../x"}}); err == nil {
		t.Error("a path was accepted as id")
	}
}
