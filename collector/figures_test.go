package collector_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// The fleet of the figures: in each place so many log groups, and APIs of one stage each.
const (
	fleetGroups = 200
	fleetStages = 20
	fleetDelay  = 5 * time.Second // until the tagging API shows a tag
)

// figures are printed as one line of JSON; `make bench` reads it.
type figures struct {
	Places           int
	Writes           int64
	Seconds, Optimum float64 // simulated, until all is onboarded
	HeapMB           uint64  // of the collector alone, at its peak in either sweep; simulated cloud and stored states left out
	SecondWrites     int64   // the most of any place
	SecondReads      int64
	MostReads        int64 // allowed: the pages of the listings and a 24th of the filters
}

// TestFigures: from untagged to tagged on the simulated clock, and the sweep after it.
// SEAMARK_TORTURE=1 takes 1,000 accounts of 2 regions, else it is 50.
func TestFigures(t *testing.T) {
	accounts := 50
	if os.Getenv("SEAMARK_TORTURE") != "" {
		accounts = 1000
	}
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, TagDelay: fleetDelay})
		places := fleet(c, accounts)
		time.Sleep(time.Minute)
		o := collector.Options{Config: rig.Config(), States: files(t.TempDir()), Limits: &quota.Limits{}}
		if first := sweepFleet(t, c, places, o); first.Writes != 0 {
			t.Fatalf("%d writes in an untagged fleet", first.Writes)
		}
		time.Sleep(time.Hour)
		tagFleet(c, places)
		time.Sleep(fleetDelay)

		got := figures{Places: len(places), Optimum: optimum().Seconds(), MostReads: mostReads()}
		peak := watchHeap(c)
		began := time.Now()
		got.Writes = sweepFleet(t, c, places, o).Writes
		got.Seconds, got.HeapMB = time.Since(began).Seconds(), peak()>>20
		profile(t, "collector-heap")
		time.Sleep(time.Hour)
		historyFetched(t, o.States, places)
		before := c.Calls()
		peak = watchHeap(c)
		second := sweepFleet(t, c, places, o)
		got.HeapMB = max(got.HeapMB, peak()>>20)
		got.SecondWrites, got.SecondReads = second.mostWrites, second.mostReads
		for api, n := range c.Calls() {
			if n -= before[api]; n > 0 {
				t.Logf("second sweep: %s %.1f a place", api, float64(n)/float64(len(places)))
			}
		}
		line, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("FIGURES " + string(line)) // not t.Log: it is found at the beginning of a line
		if got.Seconds > 1.1*got.Optimum {
			t.Errorf("onboarded after %.1f s, want at most 1.1 times %.1f", got.Seconds, got.Optimum)
		}
		if got.HeapMB > 300 {
			t.Errorf("%d MB, want at most 300", got.HeapMB)
		}
		if got.SecondWrites != 0 || got.SecondReads > got.MostReads {
			t.Errorf("second sweep: %d writes and %d reads of a place, want 0 and at most %d", got.SecondWrites, got.SecondReads, got.MostReads)
		}
	})
}

func fleet(c *cloud.Cloud, accounts int) (places []inventory.Place) {
	for i := range accounts {
		for _, region := range []string{"eu-central-1", "us-east-1"} {
			p := inventory.Place{Account: fmt.Sprintf("%012d", i), Region: region}
			places = append(places, p)
			r := c.Region(p)
			for g := range fleetGroups {
				r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprintf("/app/%04d", g), Created: 1})
			}
			for s := range fleetStages {
				a := inventory.API{ID: fmt.Sprintf("api%d", s), Name: fmt.Sprintf("api-%d", s), Protocol: inventory.HTTP}
				r.AddAPI(a, nil, inventory.Stage{Name: "prod", AccessLog: inventory.AccessLog{Destination: "arn:aws:firehose:x", Format: "{}"}})
			}
		}
	}
	return places
}

func tagFleet(c *cloud.Cloud, places []inventory.Place) {
	for _, p := range places {
		for g := range fleetGroups {
			c.Region(p).Tag(fmt.Sprintf("/app/%04d", g), rig.Booking()...)
		}
		for s := range fleetStages {
			c.Region(p).Tag(fmt.Sprintf("api%d", s), rig.Booking()...)
		}
	}
}

// swept is what came of a sweep of the fleet.
type swept struct {
	Writes, mostWrites, mostReads int64
}

func sweepFleet(t *testing.T, c *cloud.Cloud, places []inventory.Place, o collector.Options) (s swept) {
	t.Helper()
	collector.SweepAll(t.Context(), places, c, o, 0, func(r *collector.Report) {
		s.Writes += r.Writes
		s.mostWrites, s.mostReads = max(s.mostWrites, r.Writes), max(s.mostReads, r.Reads)
		if !r.Done || len(r.Failures) > 0 {
			t.Errorf("%s: done %v %s", r.Place, r.Done, rig.Failures(r))
		}
	})
	return s
}

// optimum is how long the quotas take for one place at best: the calls of a first second
// are in the bucket, and different APIs run side by side.
func optimum() (best time.Duration) {
	for api, n := range map[string]int{"PutSubscriptionFilter": fleetGroups, "DescribeSubscriptionFilters": fleetGroups,
		"PutMetricAlarm": 3 * fleetStages, "PutCompositeAlarm": 1} {
		best = max(best, time.Duration((float64(n)-cloud.Rate(api))/cloud.Rate(api)*float64(time.Second)))
	}
	return best
}

// mostReads is what a sweep of an unchanged place may read: the pages of log groups,
// tags of groups and alarms, functions, both kinds of APIs, their stages, alarms; and a
// 24th of the filters.
func mostReads() int64 {
	alarms := 3*fleetStages + 1
	return int64(fleetGroups/50 + (fleetGroups+alarms+99)/100 + 1 + 2 + fleetStages + (alarms+99)/100 + (fleetGroups+23)/24)
}

// historyFetched takes what is pending out of the states, as a fetch of the history does:
// the second sweep is that of a fleet at rest.
func historyFetched(t *testing.T, states state.Store, places []inventory.Place) {
	t.Helper()
	for _, p := range places {
		b, number, err := states.LoadState(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		s, err := state.Decode(b)
		if err != nil || len(s.Pending) != fleetGroups {
			t.Fatalf("%d pending, %v", len(s.Pending), err)
		}
		clear(s.Pending)
		if b, err = json.Marshal(s); err == nil {
			err = states.SaveState(t.Context(), p, number+1, b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// files keeps states in a folder, so that they are not counted as memory.
type files string

func (f files) path(p inventory.Place) string {
	return filepath.Join(string(f), p.Account+"-"+p.Region)
}

func (f files) LoadState(_ context.Context, p inventory.Place) ([]byte, int, error) {
	b, err := os.ReadFile(f.path(p))
	return b, 1, err
}

func (f files) SaveState(_ context.Context, p inventory.Place, _ int, b []byte) error {
	return os.WriteFile(f.path(p), b, 0o600)
}

// profile writes a heap profile where SEAMARK_PROFILE names a folder.
func profile(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("SEAMARK_PROFILE")
	if dir == "" {
		return
	}
	var b strings.Builder
	if err := pprof.Lookup("heap").WriteTo(&b, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// watchHeap samples the live heap and the stacks on the simulated clock. The cloud's own share grows with
// what is put into it: between its sizes before and after, by the writes made so far.
func watchHeap(c *cloud.Cloud) (peak func() uint64) {
	type sample struct {
		heap uint64
		puts int
	}
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	puts := func() int { n := c.Calls(); return n["PutSubscriptionFilter"] + n["PutMetricAlarm"] }
	base, before := live(), puts()
	var samples []sample
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, after := range []time.Duration{250, 250, 500, 500, 500, 1000, 1000, 2000, 4000, 8000, 10000, 5000} {
			select {
			case <-time.After(after * time.Millisecond):
				samples = append(samples, sample{live(), puts()})
			case <-stop:
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		end, all := live(), puts()-before
		var most uint64
		for _, s := range samples {
			share := base
			if all > 0 {
				share += uint64(max(float64(end)-float64(base), 0) * float64(s.puts-before) / float64(all))
			}
			if s.heap > share {
				most = max(most, s.heap-share)
			}
		}
		return most
	}
}
