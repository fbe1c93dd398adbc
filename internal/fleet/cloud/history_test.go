package cloud_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

var historyPlace = inventory.Place{Account: "111122223333", Region: "eu-central-1"}

// TestLogEvents: pages, tokens, empty pages and orders, and events that are shown late.
func TestLogEvents(t *testing.T) {
	for _, disorder := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := cloud.New(cloud.Options{PageSize: 7, EmptyPages: 0.3, VisibleDelay: time.Minute, Disorder: disorder}).Region(historyPlace)
			r.AddLogGroup(inventory.LogGroup{Name: "/app"})
			for i := range 100 {
				r.Log("/app", fmt.Sprint(i%3), fmt.Sprint("line ", i))
				time.Sleep(time.Second)
			}
			all := r.Events("/app")
			from, to := all[10].Timestamp, all[90].Timestamp
			read := func(pattern string) (got []inventory.LogEvent, empty int) {
				for token := ""; ; {
					page, next, err := r.LogEvents(t.Context(), "/app", pattern, from, to, token)
					if err != nil || len(page) > 7 || next != "" && next == token {
						t.Fatalf("%d events, token %q after %q, %v", len(page), next, token, err)
					}
					if got = append(got, page...); next == "" {
						return got, empty
					}
					if token = next; len(page) == 0 {
						empty++
					}
					time.Sleep(200 * time.Millisecond)
				}
			}
			if early, _ := read(""); len(early) == 80 {
				t.Error("all is visible at once")
			}
			time.Sleep(time.Minute)
			got, empty := read("")
			seen, ordered := map[string]bool{}, true
			for i, e := range got {
				seen[e.ID] = true
				ordered = ordered && (i == 0 || e.Timestamp >= got[i-1].Timestamp)
				if len(e.ID) != 56 || e.Timestamp < from || e.Timestamp >= to || e.Ingested != e.Timestamp {
					t.Errorf("%+v", e)
				}
			}
			if len(got) != 80 || len(seen) != 80 || empty == 0 || ordered == disorder {
				t.Errorf("%d events, %d ids, %d empty pages, in order %v", len(got), len(seen), empty, ordered)
			}
			if got, _ := read(`"line" 42`); len(got) != 1 || got[0].Message != "line 42" {
				t.Errorf("by pattern: %+v", got)
			}
		})
	}
}

// TestForward: a filter forwards what comes after it was put, when it has begun to work,
// as payloads of one stream each.
func TestForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		r := cloud.New(cloud.Options{FilterDelay: time.Minute, Deliver: func(destination string, payload []byte) {
			gz, err := gzip.NewReader(bytes.NewReader(payload))
			if err != nil {
				t.Fatal(err)
			}
			var p struct {
				MessageType, Owner, LogGroup, LogStream string
				SubscriptionFilters                     []string
				LogEvents                               []struct{ ID, Message string }
			}
			if err := json.NewDecoder(gz).Decode(&p); err != nil || p.MessageType != "DATA_MESSAGE" || p.Owner != historyPlace.Account {
				t.Errorf("%+v %v", p, err)
			}
			for _, e := range p.LogEvents {
				got = append(got, fmt.Sprint(destination, p.LogGroup, p.LogStream, p.SubscriptionFilters, e.Message))
			}
		}}).Region(historyPlace)
		r.AddLogGroup(inventory.LogGroup{Name: "/app"})
		r.Log("/app", "s", "before")
		destination := "arn:aws:logs:eu-central-1:999999999999:destination:hub"
		if err := r.PutSubscriptionFilter(t.Context(), "/app", inventory.Filter{Name: "f", Pattern: `{ $.level = "ERROR" }`, Destination: destination}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		r.Log("/app", "s", `{"level":"INFO"}`, `{"level":"ERROR","n":1}`, "no JSON")
		if err := r.AddEvents("/app", inventory.LogEvent{Timestamp: time.Now().Add(-15 * 24 * time.Hour).UnixMilli()}); err == nil {
			t.Error("an event of 15 days ago was taken")
		}
		if want := []string{destination + `/apps[f]{"level":"ERROR","n":1}`}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
