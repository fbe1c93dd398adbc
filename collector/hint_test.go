package collector_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// distant is a state store that takes its time, as S3 does.
type distant struct{ *rig.States }

func (d distant) LoadState(ctx context.Context, p inventory.Place) ([]byte, int, error) {
	time.Sleep(100 * time.Millisecond)
	return d.States.LoadState(ctx, p)
}

func (d distant) SaveState(ctx context.Context, p inventory.Place, number int, b []byte) error {
	time.Sleep(100 * time.Millisecond)
	return d.States.SaveState(ctx, p, number, b)
}

// city is a place with 200 log groups, 20 stages and 1,002 alarms of one product.
func city(c *cloud.Cloud) *cloud.Region {
	r := c.Region(rig.Place)
	for i := range 14 {
		r.AddFunction(inventory.Function{Name: fmt.Sprint("f", i), Timeout: 3}, rig.Booking()...)
	}
	for i := range 186 {
		r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprint("/app/", i), Created: 1}, rig.Booking()...)
	}
	var routes []inventory.Route
	for i := range 15 {
		routes = append(routes, inventory.Route{Method: "GET", Resource: fmt.Sprint("/r", i)})
	}
	for i := range 20 {
		r.AddAPI(inventory.API{ID: fmt.Sprint("id", i), Name: fmt.Sprint("api", i), Protocol: inventory.HTTP, Tags: inventory.NewTags(rig.Booking()...)}, routes,
			inventory.Stage{Name: "prod", DetailedMetrics: true, AccessLog: inventory.AccessLog{Destination: "arn:aws:firehose:x", Format: "{}"}})
	}
	return r
}

// TestEventFigures: how long it takes from an event until filter, alarms and composites are
// there, at 100 ms a call.
func TestEventFigures(t *testing.T) {
	events := 50
	if os.Getenv("SEAMARK_TORTURE") != "" {
		events = 500
	}
	tests := []struct {
		event    string
		hint     hint.Hint
		do, undo func(r *cloud.Region)
		there    func(r *cloud.Region) bool
	}{
		{"a tagged function is made", hint.Hint{Place: rig.Place, Functions: []string{"new"}},
			func(r *cloud.Region) { r.AddFunction(inventory.Function{Name: "new", Timeout: 3}, rig.Booking()...) },
			func(r *cloud.Region) { r.Remove("new"); r.Remove("/aws/lambda/new") },
			func(r *cloud.Region) bool {
				_, alarm := r.MetricAlarm("seamark/booking/prod/new/duration")
				return alarm && len(r.Filters("/aws/lambda/new")) == 1
			}},
		{"a log group is tagged", hint.Hint{Place: rig.Place, Groups: []string{"/new"}},
			func(r *cloud.Region) { r.AddLogGroup(inventory.LogGroup{Name: "/new", Created: 1}, rig.Booking()...) },
			func(r *cloud.Region) { r.Remove("/new") },
			func(r *cloud.Region) bool { return len(r.Filters("/new")) == 1 }},
		{"an API is tagged", hint.Hint{Place: rig.Place, APIs: []hint.APIRef{{ID: "new", Protocol: inventory.HTTP}}},
			func(r *cloud.Region) {
				r.AddAPI(inventory.API{ID: "new", Name: "new", Protocol: inventory.HTTP, Tags: inventory.NewTags(rig.Booking()...)}, nil,
					inventory.Stage{Name: "prod", AccessLog: inventory.AccessLog{Destination: "arn:aws:firehose:x", Format: "{}"}})
			},
			func(r *cloud.Region) { r.Remove("new") },
			func(r *cloud.Region) bool {
				_, alarm := r.MetricAlarm("seamark/booking/prod/new/prod/latency")
				return alarm
			}},
	}
	for _, test := range tests {
		t.Run(test.event, func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{Seed: 7, Latency: 100 * time.Millisecond, TagDelay: 30 * time.Second})
				r := city(c)
				o := collector.Options{Config: rig.Config(), States: distant{&rig.States{}}, Limits: &quota.Limits{}}
				for range 2 {
					collector.Sweep(t.Context(), rig.Place, r, o)
				}
				if n := len(r.AlarmNames()); n < 1000 {
					t.Fatalf("%d alarms, want 1,000", n)
				}
				c.Chaos(0, 0.01)
				var took []time.Duration
				var calls int64
				for range events {
					time.Sleep(time.Minute)
					test.do(r)
					began := time.Now()
					got := collector.SweepHint(t.Context(), r, test.hint, o)
					took = append(took, time.Since(began))
					calls += got.Reads + got.Writes
					if len(got.Failures) > 0 || got.Whole || !got.Done || !test.there(r) {
						t.Fatalf("%+v %s", got, rig.Failures(got))
					}
					time.Sleep(time.Minute)
					test.undo(r)
					if got := collector.SweepHint(t.Context(), r, test.hint, o); got.Whole || !got.Done || test.there(r) {
						t.Fatalf("not taken away: %+v %s", got, rig.Failures(got))
					}
				}
				slices.Sort(took)
				p50, p99 := took[events/2], took[events*99/100]
				t.Logf("%d events: p50 %v, p99 %v, max %v; %.1f calls each", events, p50, p99, took[events-1], float64(calls)/float64(events))
				if len(test.hint.Functions) > 0 { // the dearest: filter, three alarms, composites. The benchmark reads this
					fmt.Printf("EVENT {\"Events\":%d,\"P50\":%.3f,\"P99\":%.3f,\"Max\":%.3f,\"Calls\":%.1f}\n",
						events, p50.Seconds(), p99.Seconds(), took[events-1].Seconds(), float64(calls)/float64(events))
				}
				if p99 >= 3*time.Second {
					t.Errorf("p99 %v, want less than 3s", p99)
				}
				c.Chaos(0, 0)
				if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 {
					t.Errorf("left to the whole sweep: %d writes", got.Writes)
				}
			})
		})
	}
}

// TestBurst: a thousand hints for one place are one whole sweep; as many as are looked at one
// by one stay within the quotas.
func TestBurst(t *testing.T) {
	for _, n := range []int{30, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
				r := city(c)
				o := collector.Options{Config: rig.Config(), States: distant{&rig.States{}}, Limits: &quota.Limits{}}
				for range 2 {
					collector.Sweep(t.Context(), rig.Place, r, o)
				}
				begun, done := 0, 0
				c.Watch(func(call cloud.Call) {
					if call.Done {
						done++
					} else {
						begun++
					}
				})
				var hints []hint.Hint
				for i := range n {
					name := fmt.Sprint("/app/", i%186)
					r.Tag(name, append(rig.Booking(), rig.Tag("team", "ops"))...)
					hints = append(hints, hint.Hint{Place: rig.Place, Groups: []string{name}})
				}
				began := time.Now()
				merged := hint.Merge(hints)
				if len(merged) != 1 {
					t.Fatalf("%d hints", len(merged))
				}
				if whole := hinted(t, r, merged[0], o); whole != (n == 1000) {
					t.Errorf("whole sweep: %v", whole)
				}
				t.Logf("%d hints: %v, %d calls", n, time.Since(began), begun)
				if begun != done {
					t.Errorf("%d of %d calls were throttled", begun-done, begun)
				}
				c.Watch(nil)
				if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 {
					t.Errorf("left to the whole sweep: %d writes", got.Writes)
				}
			})
		})
	}
}

// TestRenamedAPI: APIs of one name share the names of their alarms, until one is renamed.
func TestRenamedAPI(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(rig.Place)
		add := func(id, name string) hint.Hint {
			r.AddAPI(inventory.API{ID: id, Name: name, Protocol: inventory.HTTP, Tags: inventory.NewTags(rig.Booking()...)}, nil, inventory.Stage{Name: "prod"})
			return hint.Hint{Place: rig.Place, APIs: []hint.APIRef{{ID: id, Protocol: inventory.HTTP}}}
		}
		add("x", "shop")
		o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
		collector.Sweep(t.Context(), rig.Place, r, o)
		plain := "seamark/booking/prod/shop/prod/latency"
		for _, step := range []struct {
			name  string // of the second API
			plain bool   // the first's alarms need no hash
		}{{"shop", false}, {"desk", true}, {"shop", false}} {
			if hinted(t, r, add("y", step.name), o) {
				t.Error("a whole sweep was needed")
			}
			if _, found := r.MetricAlarm(plain); found != step.plain {
				t.Errorf("the other API is called %s: %s is there: %v", step.name, plain, found)
			}
			if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 {
				t.Errorf("left to the whole sweep: %+v", got.Changes)
			}
		}
	})
}

// TestHintUnread: what may not be read one by one is left to a whole sweep; nothing is taken for gone.
func TestHintUnread(t *testing.T) {
	for api, denied := range map[string]string{"GetFunction": "AccessDeniedException", "DescribeLogGroups": "AccessDeniedException", "DescribeAlarms": "AccessDenied", "logs:ListTagsForResource": "AccessDeniedException"} {
		t.Run(api, func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{})
				r := rig.Town(c)
				o := collector.Options{Config: rig.Config(), States: &rig.States{}}
				collector.Sweep(t.Context(), rig.Place, r, o)
				before := r.Snapshot(nil)
				r.Deny(api, denied)
				got := collector.SweepHint(t.Context(), r, hint.Hint{Place: rig.Place, Functions: []string{"booking-create"}}, o)
				if !got.Whole || got.Writes != 0 || r.Snapshot(nil) != before {
					t.Errorf("whole %v, %d writes", got.Whole, got.Writes)
				}
			})
		})
	}
}
