package torture_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
)

// TestDemo runs `seamark demo --once --json` as somebody does who has just cloned the
// repository, and holds it to what issue 3 promises.
func TestDemo(t *testing.T) {
	e2e(t)
	data := filepath.Join(t.TempDir(), "data")
	begin := time.Now()
	p := run(t, "demo", "--once", "--json", "--data", data, "--listen", "127.0.0.1:0", "--seed", strconv.FormatUint(seeded(t), 10))
	p.wait(t, 3*time.Minute, 0)
	t.Logf("%.0f s", time.Since(begin).Seconds())
	var answer struct {
		EventsIn        int64 `json:"events_in"`
		Rows            int64 `json:"rows"`
		ControlMessages int64 `json:"control_messages"`
		Quarantined     int64 `json:"quarantined"`
		Incidents       []struct {
			Product     string    `json:"product"`
			Environment string    `json:"environment"`
			OpenedAt    time.Time `json:"opened_at"`
			ResolvedAt  time.Time `json:"resolved_at"`
			CardSlack   string    `json:"card_slack"`
			CardTeams   string    `json:"card_teams"`
		} `json:"incidents"`
		SecondsToCard float64 `json:"seconds_to_card"`
	}
	d := json.NewDecoder(bytes.NewReader(p.out.Bytes()))
	d.DisallowUnknownFields()
	if err := d.Decode(&answer); err != nil || d.More() {
		t.Fatalf("not one JSON document of the agreed keys: %v\n%s", err, p.out)
	}
	t.Logf("%+v", answer)
	if answer.EventsIn < 10_000 || answer.EventsIn != answer.Rows+answer.Quarantined {
		t.Errorf("events_in %d, rows %d, quarantined %d", answer.EventsIn, answer.Rows, answer.Quarantined)
	}
	if answer.SecondsToCard <= 0 || answer.SecondsToCard > 25 {
		t.Errorf("%.1f s to the card", answer.SecondsToCard)
	}
	if len(answer.Incidents) != 1 {
		t.Fatalf("%d incidents", len(answer.Incidents))
	}
	in := answer.Incidents[0]
	if in.Product != "booking" || in.Environment != "prod" || !in.ResolvedAt.After(in.OpenedAt) || in.OpenedAt.IsZero() {
		t.Errorf("%+v", in)
	}
	for _, name := range []string{in.CardSlack, in.CardTeams} {
		b, err := os.ReadFile(name)
		if err != nil || !json.Valid(b) || len(b) < 500 {
			t.Errorf("card %s: %d bytes, %v", name, len(b), err)
		}
	}
	lake := filepath.Join(data, "lake")
	for _, f := range check.Lake(lake, nil) {
		t.Error(f)
	}
	if v := verified(t, lake); v["balanced"] != true || v["rows"] != float64(answer.Rows) {
		t.Errorf("verify says %v", v)
	}
}
