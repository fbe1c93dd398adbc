package search_test

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

const bothRules = `rules:
  - {name: errors, kind: count, filter: "level:>=ERROR", by: [component], window: 5m, threshold: 3}
  - {name: failing, kind: ratio, filter: "component:pay*", match: "level:ERROR", window: 10m, threshold: 0.3, minimum: 5}
  - {name: slow, kind: percentile, table: access_logs, of: latency_ms, percentile: 90, window: 10m, threshold: 450, minimum: 5, by: [route]}
  - {name: stopped, kind: absence, product: booking, environment: prod, filter: event_name:DONE, window: 10m}
  - {name: new, kind: new_error, window: 1m, keep_firing_for: 5m}
  - {name: odd, kind: anomaly, minimum: 4, threshold: 3, when: both}
`

// TestRulesOverBoth: rules of every kind say the same over the lake and over a real index of it, at
// every minute of an hour.
func TestRulesOverBoth(t *testing.T) {
	client := newClient(t)
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ix, err := indexer.New(l, client, indexer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	for week := range 3 {
		for hour := range 3 {
			e := busyHour(t, l, begin.AddDate(0, 0, -7*week).Add(time.Duration(hour-1)*time.Hour), week == 0)
			if _, err := ix.Index(t.Context(), []*lake.Entry{e}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, table := range seamark.Tables() { // makes the latest visible
		if _, err := client.CountDocuments(t.Context(), table, seamark.Span{}); err != nil {
			t.Fatal(err)
		}
	}
	rules, faults := rulebook.Parse("rules.yml", []byte(bothRules), rulebook.Limits{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var said [2][]rulebook.Episode
	for i, counter := range []rulebook.Counter{db, client} {
		o := rulebook.BacktestOptions{Book: rulebook.Book{Rules: rules}, Counter: counter, Span: seamark.Span{From: begin, To: begin.Add(time.Hour)}, Step: time.Minute}
		var left map[string]string
		if said[i], left, err = rulebook.Backtest(t.Context(), o); err != nil || len(left) > 0 {
			t.Fatal(err, left)
		}
	}
	if d := cmp.Diff(said[0], said[1], cmpopts.EquateApprox(1e-9, 0)); d != "" {
		t.Errorf("(-lake +index):\n%s", d)
	}
	fired := map[string]bool{}
	for _, x := range said[1] {
		fired[x.Rule] = true
	}
	if len(fired) != len(rules) {
		t.Errorf("of %d rules these fired: %v", len(rules), fired)
	}
}

// busyHour puts rows of both tables into a lake: more of them, and worse, in an hour that is told.
func busyHour(t *testing.T, l *lake.Lake, hour time.Time, told bool) *lake.Entry {
	t.Helper()
	name := make([]byte, 32)
	rand.Read(name)
	w := l.NewWriter(lake.ID(hex.EncodeToString(name)))
	defer w.Discard()
	var logs []seamark.Log
	var access []seamark.AccessLog
	for i := range 240 {
		at := hour.Add(time.Duration(i) * 15 * time.Second).UnixMilli()
		log := seamark.Log{Timestamp: at, IngestedAt: at, EventID: fmt.Sprint(at), Component: []string{"pay-in", "pay-out", "stock"}[i%3], Team: "web", Level: "INFO", Message: "stored", EventName: "DONE"}
		latency := float64(100 + (i*37)%300)
		if told && i > 100 && i < 160 {
			log.EventName, latency = "", latency*2
			if i%3 < 2 {
				log.Level, log.Fingerprint, log.ErrorType, log.Message = "ERROR", fmt.Sprintf("2:%02x%02x", hour.Hour(), i/20), "Timeout", "no answer"
			}
		}
		logs = append(logs, log)
		if told && i > 120 && i < 150 { // more of them than ever
			for n := range 5 {
				log.EventID = fmt.Sprint(at, n)
				logs = append(logs, log)
			}
		}
		status := int32(200)
		access = append(access, seamark.AccessLog{Timestamp: at, IngestedAt: at, EventID: fmt.Sprint(at), Route: []string{"/a", "/b"}[i%2], Status: &status, LatencyMs: &latency})
	}
	p := lake.Partition{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Hour: lake.HourOf(hour.UnixMilli())}
	if err := w.WriteLogs(p, logs, 100); err != nil {
		t.Fatal(err)
	}
	p.Table = seamark.TableAccessLogs
	if err := w.WriteAccessLogs(p, access, 100); err != nil {
		t.Fatal(err)
	}
	files, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	n := int64(len(logs) + len(access))
	e := &lake.Entry{Version: 1, ID: lake.ID(hex.EncodeToString(name)), Origin: lake.Origin{URL: "-"}, Arrival: hour, Parser: "1", Accounts: seamark.Accounts{Objects: 1, Events: n, Rows: n}, Files: files}
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	return e
}
