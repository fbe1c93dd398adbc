package folder_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/folder"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/lake"
)

func TestDeliver(t *testing.T) {
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := folder.New("files", dir, folder.Render{Suffix: "slack.json", Bytes: func(card.Card) ([]byte, error) { return []byte("{}"), nil }})
	cases := cardtest.Cases()
	firing, resolved := cases[1], cases[2]
	ref, err := r.Deliver(t.Context(), firing.Card(), "")
	if err != nil || ref == "" {
		t.Fatalf("ref %q, %v", ref, err)
	}
	if _, err := r.Deliver(t.Context(), resolved.Card(), ref); err != nil {
		t.Fatal(err)
	}
	id := firing.Incident.ID
	var names []string
	files, err := filepath.Glob(filepath.Join(dir.Root(), "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, filepath.Base(f))
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, []string{id + ".json", id + ".slack.json", id + ".text.txt"}); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
	b, err := os.ReadFile(filepath.Join(dir.Root(), id+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var got seamark.Incident
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, resolved.Incident); diff != "" {
		t.Errorf("incident (-got +want):\n%s", diff)
	}
}

// An id cannot lead out of the folder.
func TestStaysInside(t *testing.T) {
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	card := cardtest.Cases()[0].Card()
	card.ID = "../../evil"
	if _, err := folder.New("files", dir).Deliver(t.Context(), card, ""); err == nil {
		t.Error("written outside of the folder")
	}
}
