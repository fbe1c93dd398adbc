package rehearsal_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rehearsal"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

var updateRehearsal = flag.Bool("update", false, "write what is got as what is wanted")

const minuteMs = 60_000

// fortnight is the time of the rehearsal: what happens at which of its minutes.
type fortnight struct {
	r     *cloud.Region
	start int64
}

// record sets a metric from what happens at minute i of the fortnight.
func (f fortnight) record(namespace, name string, dimensions []inventory.Dimension, what func(i int) []cloud.Sample) {
	f.r.SetMetric(inventory.Metric{Namespace: namespace, Name: name, Dimensions: dimensions}, func(at int64) []cloud.Sample {
		if at < f.start {
			return nil
		}
		return what(int((at - f.start) / minuteMs))
	})
}

func times(n float64) []cloud.Sample { return []cloud.Sample{{Value: 1, Count: n}} }

// outOf are all requests of a minute, of which some are bad: CloudWatch's metric is 0 or 1 for each.
func outOf(bad, all float64) []cloud.Sample {
	return []cloud.Sample{{Value: 1, Count: bad}, {Value: 0, Count: all - bad}}
}

const day = 24 * 60

// bookingFortnight has a stage and a function whose incidents are known to the minute.
func bookingFortnight(c *cloud.Cloud) *cloud.Region {
	r := c.Region(rig.Place)
	f := fortnight{r, time.Now().Truncate(time.Hour).Add(-14 * 24 * time.Hour).UnixMilli()}
	old := f.start - 1000
	r.AddLogGroup(inventory.LogGroup{Name: "/aws/lambda/booking-create", Created: old}, rig.Booking()...)
	r.AddFunction(inventory.Function{Name: "booking-create", Timeout: 30}, rig.Booking()...)
	r.AddAPI(inventory.API{ID: "a1", Name: "booking-api", Protocol: inventory.REST, Tags: inventory.NewTags(rig.Booking()...)}, nil, inventory.Stage{Name: "prod"})

	stage := []inventory.Dimension{{Name: "ApiName", Value: "booking-api"}, {Name: "Stage", Value: "prod"}}
	night := func(i int) bool { return i >= 3*day && i < 3*day+60 } // one request a minute, and it fails
	incident := func(i int) bool {
		return i >= 2*day && i < 2*day+10 || i >= 9*day+30 && i < 9*day+31
	}
	f.record("AWS/ApiGateway", "Count", stage, func(i int) []cloud.Sample {
		if night(i) {
			return times(1)
		}
		return times(100)
	})
	f.record("AWS/ApiGateway", "4XXError", stage, func(i int) []cloud.Sample {
		switch {
		case night(i):
			return outOf(1, 1)
		case incident(i):
			return outOf(50, 100)
		}
		return outOf(1, 100)
	})
	f.record("AWS/ApiGateway", "5XXError", stage, func(i int) []cloud.Sample { // 2% for five minutes, every six hours
		switch {
		case night(i):
			return outOf(0, 1)
		case i%360 < 5:
			return outOf(2, 100)
		}
		return outOf(0, 100)
	})
	f.record("AWS/ApiGateway", "Latency", stage, func(i int) []cloud.Sample {
		switch {
		case night(i):
			return []cloud.Sample{{Value: 9000, Count: 1}}
		case i >= 5*day && i < 5*day+10:
			return []cloud.Sample{{Value: 100, Count: 90}, {Value: 5000, Count: 10}}
		}
		return []cloud.Sample{{Value: 100, Count: 96}, {Value: 5000, Count: 4}}
	})
	function := []inventory.Dimension{{Name: "FunctionName", Value: "booking-create"}}
	f.record("AWS/Lambda", "Invocations", function, func(i int) []cloud.Sample { return times(10) })
	f.record("AWS/Lambda", "Errors", function, func(i int) []cloud.Sample { return outOf(10, 10) }) // always
	f.record("AWS/Lambda", "Duration", function, func(i int) []cloud.Sample {                       // once, and nothing after it
		if i == 7*day {
			return []cloud.Sample{{Value: 27_000, Count: 1}}
		}
		return nil
	})
	logs := []inventory.Dimension{{Name: "LogGroupName", Value: "/aws/lambda/booking-create"}}
	f.record("AWS/Logs", "IncomingBytes", logs, func(i int) []cloud.Sample { return []cloud.Sample{{Value: 1 << 20, Count: 1}} })
	f.record("AWS/Logs", "IncomingLogEvents", logs, func(i int) []cloud.Sample { return []cloud.Sample{{Value: 5000, Count: 1}} })
	return r
}

func rehearse(t *testing.T, r *cloud.Region, o rehearsal.Options) *rehearsal.Rehearsal {
	t.Helper()
	if o.Config == nil {
		o.Config = rig.Config()
	}
	got, err := rehearsal.Rehearse(t.Context(), rig.Place, r, o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestRehearsal: the known incidents of a fortnight, to the minute.
func TestRehearsal(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := bookingFortnight(cloud.New(cloud.Options{Latency: 100 * time.Millisecond}))
		before := r.Snapshot(nil)
		got := rehearse(t, r, rehearsal.Options{})
		if !got.Done || len(got.Failures) > 0 || r.Snapshot(nil) != before {
			t.Fatalf("done %v, failures %v, or the place is changed", got.Done, got.Failures)
		}
		after := func(minutes int) time.Time { return got.From.Add(time.Duration(minutes) * time.Minute) }
		type did struct {
			fired, minutes int // and minutes of the longest
			first, last    time.Time
			suggested      string
		}
		want := map[string]did{
			"4xx":      {2, 14, after(2*day + 1), after(9*day + 31), ""},    // ten minutes and one; a window of five keeps each for four more
			"5xx":      {55, 5, after(5), after(13*day + 18*60 + 3), "3/5"}, // three minutes of five reach 1%; one falls into the night
			"latency":  {1, 10, after(5*day + 5), after(5*day + 5), ""},     // few samples at night change nothing
			"errors":   {1, 14*day - 4, after(5), after(5), ""},             // always: no threshold helps
			"duration": {1, 15, after(7*day + 1), after(7*day + 1), ""},     // nothing after it: CloudWatch looks further back
		}
		for _, a := range got.Alarms {
			w, found := want[a.Rule]
			delete(want, a.Rule)
			if !found {
				if a.Data || a.Fired > 0 || a.Suggestion() != "" {
					t.Errorf("%s has no figures: %+v", a.Name, a)
				}
				continue
			}
			if g := (did{a.Fired, int(a.Longest / 60), a.First, a.Last, a.Suggested}); g != w || !a.Data || a.Action != collector.Create {
				t.Errorf("%s: got %+v, want %+v\n%+v", a.Name, g, w, a)
			}
			if always := a.Rule == "errors"; strings.Contains(a.Problem, "no threshold") != always || always && a.Share != 1 {
				t.Errorf("%s: %+v", a.Name, a)
			}
		}
		if len(want) > 0 {
			t.Errorf("not rehearsed: %v", want)
		}
		golden(t, got, "rehearsal.golden.json")
	})
}

func golden(t *testing.T, v any, name string) {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	path := filepath.Join("testdata", name)
	if *updateRehearsal {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(b)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestSuggestionHelps: a team that copies what is suggested is left in peace.
func TestSuggestionHelps(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := bookingFortnight(cloud.New(cloud.Options{}))
		copied := rig.Booking()
		for _, a := range rehearse(t, r, rehearsal.Options{}).Alarms {
			if a.Suggestion() != "" {
				if a.Suggestion() != "seamark:alarm-5xx = 3/5" {
					t.Errorf("%s: %s", a.Name, a.Suggestion())
				}
				copied = append(copied, inventory.Tag{Key: a.Tag, Value: a.Suggested})
			}
		}
		r.Tag("a1", copied...)
		for _, a := range rehearse(t, r, rehearsal.Options{}).Alarms {
			if a.Rule == "5xx" && (a.Fired > 0 || a.Threshold != "3/5" || a.Suggested != "") {
				t.Errorf("%+v", a)
			}
		}
	})
}

// TestRehearsalOfAPlan: only what the plan makes or changes is rehearsed and priced.
func TestRehearsalOfAPlan(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := bookingFortnight(cloud.New(cloud.Options{}))
		st := &rig.States{}
		o := rehearsal.Options{Options: collector.Options{Config: rig.Config(), States: st}}
		if rep := collector.Sweep(t.Context(), rig.Place, r, o.Options); len(rep.Failures) > 0 {
			t.Fatal(rig.Failures(rep))
		}
		time.Sleep(time.Hour)
		if got := rehearse(t, r, o); len(got.Alarms) != 0 || len(got.Cost.Items) != 0 || got.Reading.Metrics != 0 || got.Cost.Dollars != 0 {
			t.Errorf("nothing is to be done: %+v", got)
		}
		o.All = true
		if got := rehearse(t, r, o); len(got.Alarms) != 6 || got.Alarms[0].Action != "" {
			t.Errorf("%d alarms of 6: %+v", len(got.Alarms), got.Alarms)
		}
		o.All = false
		r.Tag("a1", append(rig.Booking(), rig.Tag("alarm-4xx", "10/5"))...)
		got := rehearse(t, r, o)
		if len(got.Alarms) != 1 || got.Alarms[0].Action != collector.Update || got.Alarms[0].Threshold != "10/5" || len(got.Cost.Items) != 0 {
			t.Errorf("one is to be changed: %+v", got)
		}
	})
}

func TestRehearsalLimits(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		r := bookingFortnight(c)
		o := rehearsal.Options{Options: collector.Options{Config: rig.Config()}, MaxDollars: 0.00001}
		got, err := rehearsal.Rehearse(t.Context(), rig.Place, r, o)
		var fault *seamark.Fault
		if !errors.As(err, &fault) || fault.Class != seamark.Rejected || got.Reading.Metrics != 12 || c.Calls()["GetMetricData"] != 0 {
			t.Errorf("%v, %+v, %d calls", err, got.Reading, c.Calls()["GetMetricData"])
		}
		for _, since := range []time.Duration{time.Minute, 456 * 24 * time.Hour, -time.Hour} {
			o.Since = since
			if _, err := rehearsal.Rehearse(t.Context(), rig.Place, r, o); !errors.As(err, &fault) {
				t.Errorf("%v: %v", since, err)
			}
		}
		o.MaxDollars = 0
		for since, want := range map[time.Duration]int{14 * 24 * time.Hour: 60, 30 * 24 * time.Hour: 300, 90 * 24 * time.Hour: 3600} {
			o.Since = since
			got := rehearse(t, r, o)
			if got.Resolution != want {
				t.Errorf("%v: %d-second figures, want %d", since, got.Resolution, want)
			}
			for _, a := range got.Alarms {
				if coarse := want == 3600; (a.Problem != "" && strings.Contains(a.Problem, "shorter span")) != coarse {
					t.Errorf("%v %s: %q", since, a.Name, a.Problem)
				}
			}
		}
	})
}

// TestRehearsalUnderChaos: throttles, faults and small pages change nothing; what is denied is said.
func TestRehearsalUnderChaos(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		calm := rehearse(t, bookingFortnight(cloud.New(cloud.Options{})), rehearsal.Options{})
		rough := rehearse(t, bookingFortnight(cloud.New(cloud.Options{Seed: 7, PageSize: 15_000, Throttle: 0.2, Fault: 0.05})), rehearsal.Options{})
		if diff := cmp.Diff(calm.Alarms, rough.Alarms); diff != "" || rough.Reads <= calm.Reads {
			t.Errorf("%d and %d reads: %s", calm.Reads, rough.Reads, diff)
		}
		if diff := cmp.Diff(calm.Cost, rough.Cost); diff != "" {
			t.Error(diff)
		}
		r := bookingFortnight(cloud.New(cloud.Options{}))
		r.Deny("GetMetricData", "AccessDenied")
		got := rehearse(t, r, rehearsal.Options{})
		if len(got.Failures) == 0 || got.Alarms[0].Problem == "" || got.Cost.Unknown == 0 || got.Alarms[0].Data {
			t.Errorf("denied: %+v", got)
		}
	})
}

// TestRehearsalCalls: many alarms go in few calls, each within CloudWatch's limits.
func TestRehearsalCalls(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		r := c.Region(rig.Place)
		for i := range 40 {
			r.AddFunction(inventory.Function{Name: fmt.Sprintf("f%02d", i), Timeout: 3}, rig.Booking()...)
		}
		r.AddAPI(inventory.API{ID: "a", Name: "api", Protocol: inventory.HTTP, Tags: inventory.NewTags(rig.Booking()...)}, nil, inventory.Stage{Name: "prod"})
		got := rehearse(t, r, rehearsal.Options{})
		// 160 series of functions and 3 of the stage by the minute, 2 by five; 80 of the 40 log groups, one of the access log.
		if got.Reading.Metrics != 40*4+5+80+1 || len(got.Alarms) != 123 {
			t.Errorf("%d metrics, %d alarms", got.Reading.Metrics, len(got.Alarms))
		}
		if n := int64(c.Calls()["GetMetricData"]); n != got.Reading.Calls || n > 60 {
			t.Errorf("%d calls, estimated %d", n, got.Reading.Calls)
		}
	})
}

// TestRehearsalOfRandomDays: what is said of random days is what a plain simulation of
// CloudWatch over the same figures gives, whatever the window.
func TestRehearsalOfRandomDays(t *testing.T) {
	for seed := range uint64(20) {
		rig.InBubble(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			minutes := 1 + random.IntN(20)
			r := cloud.New(cloud.Options{}).Region(rig.Place)
			r.AddFunction(inventory.Function{Name: "f", Timeout: 10},
				append(rig.Booking(), rig.Tag("alarm-errors", fmt.Sprintf("20/%d", minutes)), rig.Tag("alarm-throttles", fmt.Sprintf("9/%d", minutes)), rig.Tag("alarm-duration", fmt.Sprintf("90/%d", minutes)))...)
			f := fortnight{r, time.Now().Truncate(time.Hour).Add(-24 * time.Hour).UnixMilli()}
			raw := map[string][]float64{}
			for _, name := range []string{"Invocations", "Errors", "Throttles", "Duration"} {
				raw[name] = randomDay(random, name)
				f.record("AWS/Lambda", name, []inventory.Dimension{{Name: "FunctionName", Value: "f"}}, func(i int) []cloud.Sample {
					if i >= day || math.IsNaN(raw[name][i]) {
						return nil
					}
					return []cloud.Sample{{Value: raw[name][i], Count: 1}}
				})
			}
			want := map[string]rehearsal.Evaluated{
				"throttles": simulate(day, minutes, func(from, to int) float64 { return total(raw["Throttles"], from, to) }, 9),
				"duration":  simulate(day, minutes, func(from, to int) float64 { return greatest(raw["Duration"], from, to) }, 9000),
				"errors": simulate(day, minutes, func(from, to int) float64 {
					bad, all := total(raw["Errors"], from, to), total(raw["Invocations"], from, to)
					if all < 20 {
						return 0
					}
					return bad / all
				}, 0.2),
			}
			got := rehearse(t, r, rehearsal.Options{Since: 24 * time.Hour})
			for _, a := range got.Alarms {
				w := want[a.Rule]
				if a.Fired != w.Fired || a.InAlarm != int64(w.InAlarm)*60 || a.Longest != int64(w.Longest)*60 {
					t.Errorf("seed %d, %d minutes, %s: %+v, want %+v", seed, minutes, a.Rule, a, w)
				}
				if w.Fired > 0 && !a.Last.Equal(got.From.Add(time.Duration(w.Last+1)*time.Minute)) {
					t.Errorf("seed %d %s: last at %v, want minute %d", seed, a.Rule, a.Last, w.Last+1)
				}
			}
			if len(got.Alarms) != 3 {
				t.Errorf("%d alarms", len(got.Alarms))
			}
		})
	}
}

// randomDay is what a metric got in each minute of a day with gaps and bad spells.
func randomDay(random *rand.Rand, name string) []float64 {
	most := map[string]int{"Invocations": 30, "Errors": 6, "Throttles": 4, "Duration": 9100}[name]
	out := make([]float64, day)
	gap, spell := false, false
	for i := range out {
		if random.IntN(12) == 0 {
			gap = random.IntN(3) == 0
		}
		if random.IntN(40) == 0 {
			spell = !spell
		}
		if out[i] = none; gap {
			continue
		}
		if out[i] = float64(random.IntN(most)); !spell {
			out[i] = math.Floor(out[i] / 4)
		}
	}
	return out
}
