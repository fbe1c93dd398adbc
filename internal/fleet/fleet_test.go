package fleet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
)

var start = time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)

func secondsOf(n int) time.Duration { return time.Duration(n) * time.Second }

func TestCompany(t *testing.T) {
	if got := len(fleet.Accounts()); got != 4 {
		t.Errorf("accounts: got %d, want 4", got)
	}
	products, environments, filters := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range fleet.Components() {
		products[c.Workload.Product], environments[c.Workload.Environment] = true, true
		name := c.Workload.FilterName()
		back, err := seamark.ParseFilterName(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(back, c.Workload); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
		if filters[name] {
			t.Errorf("two components have the filter %s", name)
		}
		filters[name] = true
	}
	if len(products) != 6 || len(environments) != 3 {
		t.Errorf("got %d products and %d environments, want 6 and 3", len(products), len(environments))
	}
}

func TestPayloadsAreGenuine(t *testing.T) {
	f := fleet.New(fleet.Options{Seed: 7, Start: start, BreakAfter: secondsOf(20), BreakFor: secondsOf(10)})
	all, truth := collect(f, 40)
	ids := map[string]bool{}
	var events, control int64
	for _, p := range all {
		d := decode(t, p.Data)
		if d.MessageType == "CONTROL_MESSAGE" {
			control++
			continue
		}
		if d.Owner != p.Component.Account.ID || d.LogGroup != p.Component.LogGroup || d.LogStream == "" {
			t.Errorf("envelope %s %s %s of %+v", d.Owner, d.LogGroup, d.LogStream, p.Component)
		}
		if want := []string{p.Component.Workload.FilterName()}; !slices.Equal(d.SubscriptionFilters, want) {
			t.Errorf("filters: got %v, want %v", d.SubscriptionFilters, want)
		}
		if int64(len(d.LogEvents)) != p.Truth.Events {
			t.Errorf("events: got %d, want %d", len(d.LogEvents), p.Truth.Events)
		}
		events += int64(len(d.LogEvents))
		last := int64(0)
		for _, e := range d.LogEvents {
			if len(e.ID) != 56 || strings.Trim(e.ID, "0123456789") != "" || ids[e.ID] {
				t.Fatalf("event id %q is not 56 digits, or not unique", e.ID)
			}
			ids[e.ID] = true
			if e.Timestamp < last {
				t.Errorf("%s: events are not in order of time", d.LogGroup)
			}
			last = e.Timestamp
			if lag := start.UnixMilli() - e.Timestamp; lag > 20_000 || -lag >= 40_000 {
				t.Errorf("%s: event at %d", d.LogGroup, e.Timestamp)
			}
			if strings.HasPrefix(e.Message, "{") && !json.Valid([]byte(e.Message)) {
				t.Errorf("not JSON: %s", e.Message)
			}
		}
	}
	if events != truth.Events || control != truth.ControlMessages || control == 0 {
		t.Errorf("got %d events, %d control messages, want %d, %d and at least one", events, control, truth.Events, truth.ControlMessages)
	}
	if sum := truth.Count(func(fleet.Key) bool { return true }); sum != events {
		t.Errorf("rows: got %d, want %d", sum, events)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	o := fleet.Options{Seed: 3, Start: start, BreakAfter: secondsOf(3), BreakFor: secondsOf(2)}
	whole, _ := collect(fleet.New(o), 8)
	f := fleet.New(o)
	var pieces []fleet.Payload
	for _, cut := range [][2]int{{0, 3}, {3, 4}, {4, 8}} {
		for p := range f.Payloads(start.Add(secondsOf(cut[0])), start.Add(secondsOf(cut[1]))) {
			pieces = append(pieces, p)
		}
	}
	if len(whole) != len(pieces) {
		t.Fatalf("got %d payloads in pieces, want %d", len(pieces), len(whole))
	}
	for i := range whole {
		if !bytes.Equal(whole[i].Data, pieces[i].Data) {
			t.Fatalf("payload %d differs", i)
		}
	}
	o.Seed++
	other, _ := collect(fleet.New(o), 1)
	if bytes.Equal(other[0].Data, whole[0].Data) {
		t.Error("another seed gives the same bytes")
	}
}

func TestRate(t *testing.T) {
	for _, rate := range []float64{30, 300, 3000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			_, truth := collect(fleet.New(fleet.Options{Seed: 1, Start: start, EventsPerSecond: rate}), 30)
			got := float64(truth.Events) / 30
			if got < 0.9*rate || got > 1.1*rate {
				t.Errorf("got %.0f events/s, want about %.0f", got, rate)
			}
		})
	}
}

// TestHealthyFleetIsQuiet slides windows of 30 to 60 seconds (and the shorter ones at the start)
// over every API: a rule that asks for 20 requests sees less than 5% of 4xx, no 5xx and few errors.
func TestHealthyFleetIsQuiet(t *testing.T) {
	const seconds = 240
	f := fleet.New(fleet.Options{Seed: 42, Start: start, ControlEvery: -1})
	type counts struct{ total, bad, errors [seconds]int64 }
	components := map[string]*counts{}
	var requests, bad int64
	for k := range seconds {
		at := start.Add(secondsOf(k))
		for p := range f.Payloads(at, at.Add(time.Second)) {
			for key, n := range p.Truth.Rows {
				name := key.Environment + "/" + key.Component
				c := components[name]
				if c == nil {
					c = &counts{}
					components[name] = c
				}
				switch {
				case key.Status >= 500:
					t.Errorf("%s answers %d", name, key.Status)
				case key.Status >= 400:
					c.bad[k] += n
					bad += n
				case key.Level == seamark.LevelError:
					c.errors[k] += n
				}
				if key.Table == seamark.TableAccessLogs {
					c.total[k] += n
					requests += n
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(components)) {
		c := components[name]
		for from := range seconds {
			var total, bad, errors int64
			for to := from; to < min(from+60, seconds); to++ {
				total, bad, errors = total+c.total[to], bad+c.bad[to], errors+c.errors[to]
				if (from == 0 || to-from >= 29) && total >= 20 && bad*20 >= total {
					t.Fatalf("%s: %d of %d requests fail in seconds %d to %d", name, bad, total, from, to)
				}
			}
			if errors > 2 {
				t.Fatalf("%s: %d errors in a minute", name, errors)
			}
		}
	}
	if share := float64(bad) / float64(requests); share < 0.005 || share > 0.02 {
		t.Errorf("4xx: got %.4f of %d requests, want about 0.01", share, requests)
	}
}

func TestIncident(t *testing.T) {
	f := fleet.New(fleet.Options{Seed: 5, Start: start, BreakAfter: secondsOf(20), BreakFor: secondsOf(30)})
	from, to := f.Incident()
	if !from.Equal(start.Add(secondsOf(20))) || !to.Equal(start.Add(secondsOf(50))) {
		t.Fatalf("incident: got %s to %s", from, to)
	}
	window := func(from, to int) (truth fleet.Truth, text string) {
		var b strings.Builder
		for p := range f.Payloads(start.Add(secondsOf(from)), start.Add(secondsOf(to))) {
			truth.Add(p.Truth)
			for _, e := range decode(t, p.Data).LogEvents {
				b.WriteString(e.Message)
			}
		}
		return truth, b.String()
	}
	broken := func(k fleet.Key) bool {
		return k.Product == "booking" && k.Environment == "prod" && k.Component == "booking-api/prod"
	}
	for _, tc := range []struct {
		from, to int
		min, max float64
	}{{0, 20, 0, 0.05}, {20, 50, 0.75, 0.95}, {50, 70, 0, 0.05}} {
		truth, text := window(tc.from, tc.to)
		all := truth.Count(broken)
		refused := truth.Count(func(k fleet.Key) bool { return broken(k) && k.Status == 401 })
		if share := float64(refused) / float64(all); all < 100 || share < tc.min || share > tc.max {
			t.Errorf("seconds %d to %d: %d of %d requests are refused", tc.from, tc.to, refused, all)
		}
		if got, want := strings.Contains(text, "AccessDeniedException"), tc.min > 0; got != want {
			t.Errorf("seconds %d to %d: AccessDenied %v, want %v", tc.from, tc.to, got, want)
		}
		elsewhere := truth.Count(func(k fleet.Key) bool { return k.Status == 401 && !broken(k) })
		if elsewhere > 0 {
			t.Errorf("%d requests are refused elsewhere", elsewhere)
		}
		if tc.min > 0 {
			if !strings.Contains(text, `"error":{"type":"AccessDeniedException"`) || !strings.Contains(text, "[ERROR]\t2026-11-22T16:00:") {
				t.Error("the error does not appear in both formats")
			}
		}
	}
}

func TestHostile(t *testing.T) {
	for _, h := range fleet.HostilePayloads(1, start) {
		t.Run(h.Name, func(t *testing.T) {
			d := decode(t, h.Data)
			if len(d.LogEvents) != 3 || h.Truth.Events != 3 {
				t.Errorf("got %d events, truth %d, want 3", len(d.LogEvents), h.Truth.Events)
			}
			claimed := seamark.Workload{}
			for _, name := range d.SubscriptionFilters {
				if w, err := seamark.ParseFilterName(name); err == nil {
					claimed = w
					break
				}
			}
			want := h.Claimed
			if want.Product != "" {
				want.Product, want.Environment = seamark.Slug(want.Product), seamark.Slug(want.Environment)
			}
			if diff := cmp.Diff(claimed, want); diff != "" {
				t.Errorf("claim (-got +want):\n%s", diff)
			}
		})
	}
}
