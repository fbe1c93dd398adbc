package incident_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// A file of the first format is read: there a figure of 0 meant that it was not known. A
// newer one is reported and left alone.
func TestFormats(t *testing.T) {
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	store := incident.NewFileStore(dir, "incidents")
	for name, text := range map[string]string{
		"20261122T140300Z-booking-prod": `{"incident":{"id":"20261122T140300Z-booking-prod","product":"booking","environment":"prod","status":"open","opened_at":"2026-11-22T14:03:00Z",
"alarms":[{"name":"a","arn":"arn:aws:cloudwatch:eu-west-1:2:alarm:a","state":"firing","origin":"cloudwatch","value":0,"peak":0,"threshold":0,"since":"2026-11-22T14:03:00Z"},
{"name":"b","state":"firing","origin":"seamark","value":0,"threshold":10,"since":"2026-11-22T14:03:00Z"}]},"version":3,"deliveries":{"r":{"ref":"x","version":3}}}`,
		"20991122T140300Z-booking-prod": `{"format":3,"incident":{"id":"20991122T140300Z-booking-prod"}}`,
	} {
		if err := dir.PutBytes("incidents/"+name+".json", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := store.Load(t.Context())
	if len(entries) != 1 || err == nil || !strings.Contains(err.Error(), "run the newer version") {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	b := incident.NewBook(0)
	b.Load(&entries[0])
	e := b.Entry("20261122T140300Z-booking-prod")
	if e.Format != 2 || e.Incident.Group != "booking/prod" || e.Deliveries["r"].Ref != "x" {
		t.Errorf("read as %+v", e)
	}
	if a, own := e.Incident.Alarms[0], e.Incident.Alarms[1]; !a.NoValue || !a.NoLimit || !a.NoPeak || own.NoValue || own.NoLimit {
		t.Errorf("figures %+v, %+v", a, own)
	}
}

// An act waits until it is done, the oldest first; one that cannot be stored stays.
func TestInbox(t *testing.T) {
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	box := incident.NewInbox(dir, "acts")
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	var names []string
	for i, who := range []string{"ana", "ben"} {
		name, err := box.Put(incident.Act{Incident: "20261122T140300Z-booking-prod", Do: incident.DoAcknowledge, By: who, At: at.Add(time.Duration(i) * time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := dir.PutBytes("acts/torn.json", []byte("{")); err != nil {
		t.Fatal(err)
	}
	var done []string
	full := errors.New("disk full")
	err = box.Take(t.Context(), func(a incident.Act) error {
		if a.By == "ben" {
			return full
		}
		done = append(done, a.By)
		return nil
	})
	if !errors.Is(err, full) || len(done) != 1 || box.Waiting(names[0]) || !box.Waiting(names[1]) {
		t.Errorf("%v, done %v", err, done)
	}
	if err := box.Take(t.Context(), func(a incident.Act) error { done = append(done, a.By); return nil }); err != nil || len(done) != 2 || box.Waiting(names[1]) {
		t.Errorf("%v, done %v", err, done)
	}
}
