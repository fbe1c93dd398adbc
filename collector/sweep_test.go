package collector_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

var place = inventory.Place{Account: "111122223333", Region: "eu-central-1"}

// states keeps states in memory.
type states struct {
	mu sync.Mutex
	of map[inventory.Place]saved
}

type saved struct {
	number int
	b      []byte
}

func (s *states) LoadState(_ context.Context, p inventory.Place) ([]byte, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, found := s.of[p]
	if !found {
		return nil, 0, fs.ErrNotExist
	}
	return have.b, have.number, nil
}

func (s *states) SaveState(_ context.Context, p inventory.Place, number int, b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if number != s.of[p].number+1 {
		return fs.ErrExist
	}
	if s.of == nil {
		s.of = map[inventory.Place]saved{}
	}
	s.of[p] = saved{number, b}
	return nil
}

// put makes b the state.
func (s *states) put(p inventory.Place, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[inventory.Place]saved{}
	}
	s.of[p] = saved{s.of[p].number + 1, b}
}

func (s *states) decoded(t *testing.T, p inventory.Place) *collector.State {
	t.Helper()
	b, _, err := s.LoadState(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	st, err := collector.DecodeState(b)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func config() *collector.Config {
	return &collector.Config{
		Deployment: "acme", Destination: "arn:aws:logs:{region}:999999999999:destination:seamark",
		Topic:   "arn:aws:sns:{region}:999999999999:seamark",
		Filters: map[string]string{"errors-only": `{ $.level = "ERROR" }`}, ManageAccessLogs: true,
	}
}

func tag(key, value string) inventory.Tag { return inventory.Tag{Key: "seamark:" + key, Value: value} }

func booking() []inventory.Tag {
	return []inventory.Tag{tag("product", "booking"), tag("environment", "prod"), tag("team", "web-mobile")}
}

// town is a small place in which much is ours to do and some is others'.
func town(c *cloud.Cloud) *cloud.Region {
	r := c.Region(place)
	r.AddFunction(inventory.Function{Name: "booking-create", Timeout: 30}, booking()...)
	r.AddFunction(inventory.Function{Name: "untagged", Timeout: 3})
	r.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: 1_000}, booking()...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/full", Created: 1_000}, booking()...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/rare", Class: "INFREQUENT_ACCESS"}, booking()...)
	for _, n := range []string{"datadog", "splunk"} {
		r.AddFilter("/app/full", inventory.Filter{Name: n, Destination: "arn:aws:lambda:eu-central-1:111122223333:function:" + n})
	}
	api := inventory.API{ID: "a1b2c3d4e5", Name: "booking-api", Protocol: inventory.REST, Tags: inventory.NewTags(booking()...)}
	r.AddAPI(api, []inventory.Route{{Method: "GET", Resource: "/pets/{id}"}}, inventory.Stage{Name: "prod", DetailedMetrics: true})
	r.AddAlarm(inventory.MetricAlarm{Name: "seamark/booking/prod/booking-create/errors", Evaluations: 1, Threshold: 7}, inventory.Tag{Key: "seamark:owner", Value: "other"})
	r.AddAlarm(inventory.MetricAlarm{Name: "cpu", Evaluations: 1})
	return r
}

// inBubble runs fn on a simulated clock.
func inBubble(t *testing.T, fn func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, fn)
}

func failures(r *collector.Report) string {
	var b strings.Builder
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "%s: %s: %v\n", f.Resource, f.Doing, f.Err)
	}
	return b.String()
}

func TestLifecycle(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, TagDelay: 5 * time.Second})
		r := town(c)
		before := r.Snapshot(nil)
		st := &states{}
		o := collector.Options{Config: config(), States: st, Keep: true}

		plan := o
		plan.DryRun = true
		dry := collector.Sweep(t.Context(), place, r, plan)
		if got := r.Snapshot(nil); got != before || dry.Writes != 0 {
			t.Fatalf("a dry run made %d writes:\n%s", dry.Writes, cmp.Diff(before, got))
		}
		first := collector.Sweep(t.Context(), place, r, o)
		if len(first.Failures) > 0 || !first.Done {
			t.Fatalf("failures: %s done %v", failures(first), first.Done)
		}
		if got, want := first.Created, dry.Created; got != want {
			t.Errorf("created %d, planned %d", got, want)
		}
		f := r.Filters("/aws/lambda/booking-create")
		want := seamark.Workload{Product: "booking", Environment: "prod", Team: "web-mobile", Region: place.Region, Component: "booking-create"}.FilterName()
		if len(f) != 1 || f[0].Name != want || f[0].Destination != "arn:aws:logs:eu-central-1:999999999999:destination:seamark" {
			t.Errorf("filters %v, want %s", f, want)
		}
		if got := r.Filters("/aws/apigateway/a1b2c3d4e5/prod"); len(got) != 1 {
			t.Errorf("the access log that was switched on has the filters %v", got)
		}
		if a, _ := r.MetricAlarm("seamark/booking/prod/booking-create/errors"); a.Threshold != 7 {
			t.Errorf("another's alarm of our name was overwritten: %+v", a)
		}
		var texts []string
		for _, f := range first.Findings {
			texts = append(texts, f.Problem)
		}
		all := strings.Join(texts, "\n")
		for _, part := range []string{"taken by datadog", "splunk", "INFREQUENT_ACCESS knows no"} {
			if !strings.Contains(all, part) {
				t.Errorf("findings lack %q:\n%s", part, all)
			}
		}
		for i := range 3 { // at once, when tags have settled, and much later
			again := collector.Sweep(t.Context(), place, r, o)
			if again.Writes != 0 || len(again.Changes) > 0 || len(again.Failures) > 0 {
				t.Fatalf("sweep %d: %d writes, changes %+v, failures %s", i+2, again.Writes, again.Changes, failures(again))
			}
			time.Sleep(20 * time.Minute)
		}
		bye := o
		bye.Destroy = true
		end := collector.Sweep(t.Context(), place, r, bye)
		if len(end.Failures) > 0 {
			t.Fatal(failures(end))
		}
		if got := r.Snapshot(nil); got != before {
			t.Errorf("destroy left:\n%s", cmp.Diff(before, got))
		}
	})
}

func TestUntagged(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, TagDelay: 5 * time.Second})
		r := c.Region(place)
		r.AddFunction(inventory.Function{Name: "f", Timeout: 30})
		r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1})
		time.Sleep(time.Minute)
		before := r.Snapshot(nil)
		o := collector.Options{Config: config(), States: &states{}, Keep: true}
		for _, name := range []string{"f", "/app"} {
			r.Tag(name, booking()...)
		}
		if got := collector.Sweep(t.Context(), place, r, o); got.Writes != 0 {
			t.Errorf("%d writes before the tags could be seen", got.Writes)
		}
		time.Sleep(time.Minute)
		if got := collector.Sweep(t.Context(), place, r, o); got.Created != 2+3+1 {
			t.Errorf("created %+v, want 2 filters, 3 alarms and a composite", got.Changes)
		}
		for _, name := range []string{"f", "/app"} {
			r.Tag(name)
		}
		time.Sleep(time.Minute)
		if got := collector.Sweep(t.Context(), place, r, o); got.Deleted != 2+3+1 || len(got.Failures) > 0 {
			t.Errorf("removed %+v, failures %s", got.Changes, failures(got))
		}
		if got := r.Snapshot(nil); got != before {
			t.Errorf("left behind:\n%s", cmp.Diff(before, got))
		}
	})
}

// TestSwap: when the tags change the new filter is put before the old goes; without a free
// slot after it. In both cases what may have been missed is noted to be fetched.
func TestSwap(t *testing.T) {
	for _, limit := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, FilterLimit: limit})
				r := c.Region(place)
				created := time.Now().Add(-time.Hour).UnixMilli()
				r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: created}, booking()...)
				st := &states{}
				o := collector.Options{Config: config(), States: st, Keep: true}
				collector.Sweep(t.Context(), place, r, o)
				first := st.decoded(t, place).Pending["/app"]
				if attached := r.Filters("/app")[0].Created; first.From != created || first.To < attached {
					t.Errorf("history to fetch %+v, want from %d to %d or later", first, created, attached)
				}
				before := time.Now().UnixMilli()
				r.Tag("/app", tag("product", "booking"), tag("environment", "dev"))
				got := collector.Sweep(t.Context(), place, r, o)
				if len(got.Failures) > 0 || len(r.Filters("/app")) != 1 || !strings.Contains(r.Filters("/app")[0].Name, "/dev/") {
					t.Fatalf("%s filters %v", failures(got), r.Filters("/app"))
				}
				gap := st.decoded(t, place).Pending["/app"]
				if gap.To <= before || gap.Was != "booking" || !gap.Doubt {
					t.Errorf("limit %d: gap %+v", limit, gap)
				}
			})
		})
	}
}

// TestRemovedByHand: a filter that someone removed is found within 24 sweeps.
func TestRemovedByHand(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		r := c.Region(place)
		for i := range 60 {
			r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprintf("/app/%02d", i), Created: 1}, booking()...)
		}
		o := collector.Options{Config: config(), States: &states{}, Keep: true}
		collector.Sweep(t.Context(), place, r, o)
		r.RemoveFilters("/app/31")
		for range 24 {
			time.Sleep(time.Hour)
			before := c.Calls()["DescribeSubscriptionFilters"]
			collector.Sweep(t.Context(), place, r, o)
			if n := c.Calls()["DescribeSubscriptionFilters"] - before; n > 3 {
				t.Fatalf("%d of 60 groups were described anew, want at most a 24th", n)
			}
		}
		if len(r.Filters("/app/31")) != 1 {
			t.Error("not found within a day")
		}
	})
}

// TestTwoDeployments: neither sees nor touches what the other made.
func TestTwoDeployments(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{FilterLimit: 5})
		r := town(c)
		a := collector.Options{Config: config(), States: &states{}, Keep: true}
		other := config()
		other.Deployment, other.Destination = "beta", "arn:aws:logs:{region}:888888888888:destination:beta"
		b := collector.Options{Config: other, States: &states{}}
		collector.Sweep(t.Context(), place, r, a)
		alone := r.Snapshot(nil)
		collector.Sweep(t.Context(), place, r, b)
		if got := collector.Sweep(t.Context(), place, r, a); got.Writes != 0 {
			t.Errorf("the first deployment made %d writes because of the second: %+v", got.Writes, got.Changes)
		}
		b.Destroy = true
		collector.Sweep(t.Context(), place, r, b)
		if got := r.Snapshot(nil); got != alone {
			t.Errorf("the second took away or left:\n%s", cmp.Diff(alone, got))
		}
	})
}

// TestReadsDenied: what cannot be read is left as it is.
func TestReadsDenied(t *testing.T) {
	for _, api := range []string{"DescribeLogGroups", "ListFunctions", "GetRestApis", "GetStages", "DescribeAlarms", "DescribeSubscriptionFilters"} {
		t.Run(api, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{})
				r := town(c)
				o := collector.Options{Config: config(), States: &states{}, Keep: true}
				collector.Sweep(t.Context(), place, r, o)
				before := r.Snapshot(nil)
				r.Deny(api, "AccessDeniedException")
				time.Sleep(time.Hour)
				got := collector.Sweep(t.Context(), place, r, o)
				if after := r.Snapshot(nil); after != before || len(got.Failures) == 0 {
					t.Errorf("failures %s\n%s", failures(got), cmp.Diff(before, after))
				}
				r.Deny(api, "")
				if got := collector.Sweep(t.Context(), place, r, o); got.Writes != 0 || len(got.Failures) > 0 {
					t.Errorf("afterwards: %d writes %+v %s", got.Writes, got.Changes, failures(got))
				}
			})
		})
	}
}

// TestTagsOneByOne: without tag:GetResources the tags are read resource by resource.
func TestTagsOneByOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		ends := map[bool]string{}
		for _, denied := range []bool{false, true} {
			c := cloud.New(cloud.Options{})
			r := town(c)
			if denied {
				r.Deny("GetResources", "AccessDeniedException")
			}
			o := collector.Options{Config: config(), States: &states{}, Keep: true}
			if got := collector.Sweep(t.Context(), place, r, o); len(got.Failures) > 0 {
				t.Fatal(failures(got))
			}
			if got := collector.Sweep(t.Context(), place, r, o); got.Writes != 0 {
				t.Errorf("denied %v: second sweep made %d writes %+v", denied, got.Writes, got.Changes)
			}
			ends[denied] = r.Snapshot(nil)
		}
		if ends[true] != ends[false] {
			t.Error(cmp.Diff(ends[false], ends[true]))
		}
	})
}

// TestDeadlineAndBudget: a sweep that ends early is carried on by the next, to the same end.
func TestDeadlineAndBudget(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		want := cloud.New(cloud.Options{})
		collector.Sweep(t.Context(), place, town(want), collector.Options{Config: config(), States: &states{}, Keep: true})
		for _, how := range []string{"deadline", "budget"} {
			c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
			r := town(c)
			o := collector.Options{Config: config(), States: &states{}, Limits: &quota.Limits{}}
			sweeps := 0
			for done := false; !done; sweeps++ {
				if sweeps > 20 {
					t.Fatalf("%s: not done after %d sweeps", how, sweeps)
				}
				o.Deadline, o.Budget = time.Now().Add(4*time.Second), 0
				if how == "budget" {
					o.Deadline, o.Budget = time.Time{}, 14
				}
				got := collector.Sweep(t.Context(), place, r, o)
				done = got.Done
				if how == "deadline" && time.Now().After(o.Deadline) {
					t.Error("passed its deadline")
				}
				if how == "budget" && got.Reads+got.Writes > 14+8 {
					t.Errorf("%d calls, budget 14", got.Reads+got.Writes)
				}
			}
			if sweeps < 2 {
				t.Errorf("%s: never had to hand on", how)
			}
			if got := r.Snapshot(nil); got != want.Region(place).Snapshot(nil) {
				t.Errorf("%s:\n%s", how, cmp.Diff(want.Region(place).Snapshot(nil), got))
			}
		}
	})
}

func TestPlacesThatCannotBeOpened(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		var places []inventory.Place
		for i := range 5 {
			p := inventory.Place{Account: fmt.Sprintf("%012d", i), Region: "eu-central-1"}
			places = append(places, p)
			c.Region(p).AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1}, booking()...)
		}
		c.Break(places[1].Account, "AccessDenied")
		c.Break(places[3].Account, "AccountSuspended")
		done, failed := 0, 0
		collector.SweepAll(t.Context(), places, c, collector.Options{Config: config(), States: &states{}, Keep: true}, 0, func(r *collector.Report) {
			if r.Done {
				done++
			} else {
				failed += len(r.Failures)
			}
		})
		if done != 3 || failed != 2 {
			t.Errorf("done %d, failed %d; want 3 and 2", done, failed)
		}
	})
}

func newTown() *cloud.Cloud {
	c := cloud.New(cloud.Options{})
	town(c)
	return c
}
