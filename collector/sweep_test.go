package collector_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

func TestLifecycle(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, TagDelay: 5 * time.Second})
		r := rig.Town(c)
		before := r.Snapshot(nil)
		st := &rig.States{}
		o := collector.Options{Config: rig.Config(), States: st, Keep: true}

		plan := o
		plan.DryRun = true
		dry := collector.Sweep(t.Context(), rig.Place, r, plan)
		if got := r.Snapshot(nil); got != before || dry.Writes != 0 {
			t.Fatalf("a dry run made %d writes:\n%s", dry.Writes, cmp.Diff(before, got))
		}
		first := collector.Sweep(t.Context(), rig.Place, r, o)
		if len(first.Failures) > 0 || !first.Done {
			t.Fatalf("failures: %s done %v", rig.Failures(first), first.Done)
		}
		if got, want := first.Created, dry.Created; got != want {
			t.Errorf("created %d, planned %d", got, want)
		}
		f := r.Filters("/aws/lambda/booking-create")
		want := seamark.Workload{Product: "booking", Environment: "prod", Team: "web-mobile", Region: rig.Place.Region, Component: "booking-create"}.FilterName()
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
			again := collector.Sweep(t.Context(), rig.Place, r, o)
			if again.Writes != 0 || len(again.Changes) > 0 || len(again.Failures) > 0 {
				t.Fatalf("sweep %d: %d writes, changes %+v, failures %s", i+2, again.Writes, again.Changes, rig.Failures(again))
			}
			time.Sleep(20 * time.Minute)
		}
		bye := o
		bye.Destroy = true
		end := collector.Sweep(t.Context(), rig.Place, r, bye)
		if len(end.Failures) > 0 {
			t.Fatal(rig.Failures(end))
		}
		if got := r.Snapshot(nil); got != before {
			t.Errorf("destroy left:\n%s", cmp.Diff(before, got))
		}
	})
}

func TestUntagged(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, TagDelay: 5 * time.Second})
		r := c.Region(rig.Place)
		r.AddFunction(inventory.Function{Name: "f", Timeout: 30})
		r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1})
		time.Sleep(time.Minute)
		before := r.Snapshot(nil)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
		for _, name := range []string{"f", "/app"} {
			r.Tag(name, rig.Booking()...)
		}
		if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 {
			t.Errorf("%d writes before the tags could be seen", got.Writes)
		}
		time.Sleep(time.Minute)
		if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Created != 2+3+1 {
			t.Errorf("created %+v, want 2 filters, 3 alarms and a composite", got.Changes)
		}
		for _, name := range []string{"f", "/app"} {
			r.Tag(name)
		}
		time.Sleep(time.Minute)
		if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Deleted != 2+3+1 || len(got.Failures) > 0 {
			t.Errorf("removed %+v, failures %s", got.Changes, rig.Failures(got))
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
			rig.InBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, FilterLimit: limit})
				r := c.Region(rig.Place)
				created := time.Now().Add(-time.Hour).UnixMilli()
				r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: created}, rig.Booking()...)
				st := &rig.States{}
				o := collector.Options{Config: rig.Config(), States: st, Keep: true}
				collector.Sweep(t.Context(), rig.Place, r, o)
				first := st.Decoded(t, rig.Place).Pending["/app"]
				if attached := r.Filters("/app")[0].Created; first.From != created || first.To < attached {
					t.Errorf("history to fetch %+v, want from %d to %d or later", first, created, attached)
				}
				before := time.Now().UnixMilli()
				r.Tag("/app", rig.Tag("product", "booking"), rig.Tag("environment", "dev"))
				got := collector.Sweep(t.Context(), rig.Place, r, o)
				if len(got.Failures) > 0 || len(r.Filters("/app")) != 1 || !strings.Contains(r.Filters("/app")[0].Name, "/dev/") {
					t.Fatalf("%s filters %v", rig.Failures(got), r.Filters("/app"))
				}
				gap := st.Decoded(t, rig.Place).Pending["/app"]
				if gap.To <= before || gap.Was != "booking" || !gap.Doubt {
					t.Errorf("limit %d: gap %+v", limit, gap)
				}
			})
		})
	}
}

// TestRemovedByHand: a filter that someone removed is found within 24 sweeps.
func TestRemovedByHand(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		r := c.Region(rig.Place)
		for i := range 60 {
			r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprintf("/app/%02d", i), Created: 1}, rig.Booking()...)
		}
		o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
		collector.Sweep(t.Context(), rig.Place, r, o)
		r.RemoveFilters("/app/31")
		for range 24 {
			time.Sleep(time.Hour)
			before := c.Calls()["DescribeSubscriptionFilters"]
			collector.Sweep(t.Context(), rig.Place, r, o)
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
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{FilterLimit: 5})
		r := rig.Town(c)
		a := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
		other := rig.Config()
		other.Deployment, other.Destination = "beta", "arn:aws:logs:{region}:888888888888:destination:beta"
		b := collector.Options{Config: other, States: &rig.States{}}
		collector.Sweep(t.Context(), rig.Place, r, a)
		alone := r.Snapshot(nil)
		collector.Sweep(t.Context(), rig.Place, r, b)
		if got := collector.Sweep(t.Context(), rig.Place, r, a); got.Writes != 0 {
			t.Errorf("the first deployment made %d writes because of the second: %+v", got.Writes, got.Changes)
		}
		b.Destroy = true
		collector.Sweep(t.Context(), rig.Place, r, b)
		if got := r.Snapshot(nil); got != alone {
			t.Errorf("the second took away or left:\n%s", cmp.Diff(alone, got))
		}
	})
}

// TestReadsDenied: what cannot be read is left as it is.
func TestReadsDenied(t *testing.T) {
	for _, api := range []string{"DescribeLogGroups", "ListFunctions", "GetRestApis", "GetStages", "DescribeAlarms", "DescribeSubscriptionFilters"} {
		t.Run(api, func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				c := cloud.New(cloud.Options{})
				r := rig.Town(c)
				o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
				collector.Sweep(t.Context(), rig.Place, r, o)
				before := r.Snapshot(nil)
				r.Deny(api, "AccessDeniedException")
				time.Sleep(time.Hour)
				got := collector.Sweep(t.Context(), rig.Place, r, o)
				if after := r.Snapshot(nil); after != before || len(got.Failures) == 0 {
					t.Errorf("failures %s\n%s", rig.Failures(got), cmp.Diff(before, after))
				}
				r.Deny(api, "")
				if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 || len(got.Failures) > 0 {
					t.Errorf("afterwards: %d writes %+v %s", got.Writes, got.Changes, rig.Failures(got))
				}
			})
		})
	}
}

// TestTagsOneByOne: without tag:GetResources the tags are read resource by resource.
func TestTagsOneByOne(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		ends := map[bool]string{}
		for _, denied := range []bool{false, true} {
			c := cloud.New(cloud.Options{})
			r := rig.Town(c)
			if denied {
				r.Deny("GetResources", "AccessDeniedException")
			}
			o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
			if got := collector.Sweep(t.Context(), rig.Place, r, o); len(got.Failures) > 0 {
				t.Fatal(rig.Failures(got))
			}
			if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 {
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
	rig.InBubble(t, func(t *testing.T) {
		want := cloud.New(cloud.Options{})
		collector.Sweep(t.Context(), rig.Place, rig.Town(want), collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true})
		for _, how := range []string{"deadline", "budget"} {
			c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
			r := rig.Town(c)
			o := collector.Options{Config: rig.Config(), States: &rig.States{}, Limits: &quota.Limits{}}
			sweeps := 0
			for done := false; !done; sweeps++ {
				if sweeps > 20 {
					t.Fatalf("%s: not done after %d sweeps", how, sweeps)
				}
				o.Deadline, o.Budget = time.Now().Add(4*time.Second), 0
				if how == "budget" {
					o.Deadline, o.Budget = time.Time{}, 14
				}
				got := collector.Sweep(t.Context(), rig.Place, r, o)
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
			if got := r.Snapshot(nil); got != want.Region(rig.Place).Snapshot(nil) {
				t.Errorf("%s:\n%s", how, cmp.Diff(want.Region(rig.Place).Snapshot(nil), got))
			}
		}
	})
}

func TestPlacesThatCannotBeOpened(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		var places []inventory.Place
		for i := range 5 {
			p := inventory.Place{Account: fmt.Sprintf("%012d", i), Region: "eu-central-1"}
			places = append(places, p)
			c.Region(p).AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1}, rig.Booking()...)
		}
		c.Break(places[1].Account, "AccessDenied")
		c.Break(places[3].Account, "AccountSuspended")
		done, failed := 0, 0
		collector.SweepAll(t.Context(), places, c, collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}, 0, func(r *collector.Report) {
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
