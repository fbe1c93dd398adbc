package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// simulated is the simulated cloud as an organisation.
type simulated struct {
	*cloud.Cloud
	members []aws.Account
}

func (s simulated) Accounts(context.Context, []string) ([]aws.Account, error) {
	return s.members, nil
}

// onboarding is a configuration for accounts, by alias.
func onboarding(t *testing.T, aliases ...string) *config.Config {
	t.Helper()
	c := config.Default()
	c.Data, c.Deployment, c.Regions = t.TempDir(), "acme", []string{"eu-central-1"}
	c.Onboard.Destination = "arn:aws:logs:{region}:999999999999:destination:seamark"
	for i, alias := range aliases {
		c.Accounts = append(c.Accounts, config.Account{ID: strings.Repeat(string(rune('1'+i)), 12), Alias: alias})
	}
	return c
}

func tagged(product string) []inventory.Tag {
	return []inventory.Tag{{Key: "seamark:product", Value: product}, {Key: "seamark:environment", Value: "prod"}}
}

func placeOf(c *config.Config, i int) inventory.Place {
	return inventory.Place{Account: c.Accounts[i].ID, Region: c.Regions[0]}
}

func TestFleetPlaces(t *testing.T) {
	sim := simulated{Cloud: cloud.New(cloud.Options{}), members: []aws.Account{
		{ID: "222222222222", Name: "renamed", Active: true}, {ID: "333333333333", Name: "lab", Active: true}, {ID: "444444444444", Name: "old"},
	}}
	c := onboarding(t, "web", "booking")
	c.Regions = []string{"eu-central-1", "us-east-1"}
	c.Onboard.Organization = &config.Organization{}
	c.Onboard.Central = &config.Central{Account: "333333333333", Regions: c.Regions[:1], Groups: []string{"*"}}
	open := func(accounts, regions []string) (*Fleet, error) {
		return OpenFleet(t.Context(), FleetOptions{Config: c, Lake: LakeFolder(c), Opener: sim, Accounts: accounts, Regions: regions})
	}
	f, err := open(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range f.Places {
		got = append(got, f.Name(p.Account)+"/"+p.Region)
	}
	if want := "lab/eu-central-1 lab/us-east-1 web/eu-central-1 web/us-east-1 booking/eu-central-1 booking/us-east-1"; strings.Join(got, " ") != want {
		t.Errorf("places %s\nwant   %s", got, want)
	}
	if parts := f.centralFirst(); len(parts) != 2 || len(parts[0]) != 2 || len(f.Skipped) != 1 || f.Skipped[0].Resource != "account 444444444444" {
		t.Errorf("parts %v, skipped %v", parts, f.Skipped)
	}
	if f, err = open([]string{"booking", "111111111111"}, []string{"us-east-1"}); err != nil || len(f.Places) != 2 || len(f.Skipped) != 0 {
		t.Errorf("%v, %v", f, err)
	}
	for _, bad := range [][2][]string{{{"old"}, nil}, {nil, {"mars"}}} {
		if _, err := open(bad[0], bad[1]); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// A report comes for each place in order, whatever order they finish in, and even when the
// one before it never came.
func TestSequence(t *testing.T) {
	var places []inventory.Place
	for _, id := range []string{"a", "b", "c", "d"} {
		places = append(places, inventory.Place{Account: id})
	}
	var got []string
	s := inOrder(places, func(r *collector.Report) { got = append(got, r.Place.Account) })
	for _, i := range []int{3, 1, 0} {
		s.add(&collector.Report{Place: places[i]})
	}
	if !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%v before the end", got)
	}
	if s.flush(); !slices.Equal(got, []string{"a", "b", "d"}) {
		t.Errorf("%v", got)
	}
}

// What failed was not changed, and a filter without a slot is a failure.
func TestSettle(t *testing.T) {
	group := inventory.Place{Account: "111111111111", Region: "eu-central-1"}.LogGroupARN("/app/full")
	r := &collector.Report{
		Resources: 3, Onboarded: 3, Created: 3, Deleted: 1,
		Changes: []collector.Change{
			{Action: collector.Create, What: "subscription filter", Resource: "/app/full"}, {Action: collector.Create, What: "alarm", Resource: "seamark/a/b/c/errors"},
			{Action: collector.Create, What: "subscription filter", Resource: "/app/fine"}, {Action: collector.Delete, What: "alarm", Resource: "seamark/a/b/c/old"},
		},
		Failures: []inventory.Failure{{Resource: "seamark/a/b/c/errors", Doing: "PutMetricAlarm", Err: errors.New("denied")}},
		Findings: []collector.Finding{{Resource: group, Problem: "no filter slot is free; they are taken by x"}, {Resource: group, Problem: "else"}},
	}
	settle(r, false)
	if r.Created != 1 || r.Deleted != 1 || len(r.Changes) != 2 || r.Onboarded != 2 || len(r.Failures) != 2 || len(r.Findings) != 1 {
		t.Errorf("%+v", r)
	}
	if !NoSlot(r.Failures[1]) || NoSlot(r.Failures[0]) || r.Failures[1].Resource != "/app/full" {
		t.Errorf("failures %v", r.Failures)
	}
}

// The appliance sweeps on its rhythm: what is tagged is attached within one, what it had
// taken before is in landing, and /metrics counts it.
func TestOnboardStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := onboarding(t, "web", "broken")
		c.Onboard.Every = seamark.Duration(10 * time.Minute)
		sim := simulated{Cloud: cloud.New(cloud.Options{Seed: 1})}
		sim.Break(c.Accounts[1].ID, "AccessDenied")
		region := sim.Region(placeOf(c, 0))
		region.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: time.Now().UnixMilli()})
		region.Log("/app/booking", "s", "the first line")
		m := newMetrics()
		s := &onboardStage{config: c, lake: LakeFolder(c), log: slog.New(slog.DiscardHandler), told: m.onboarding.told,
			open: func(ctx context.Context, o FleetOptions) (*Fleet, error) {
				o.Opener = sim
				return OpenFleet(ctx, o)
			}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.run(ctx)
		time.Sleep(time.Minute)
		if got := region.Filters("/app/booking"); len(got) != 0 {
			t.Fatalf("filters %v before the tag", got)
		}
		region.Tag("/app/booking", tagged("booking")...)
		time.Sleep(time.Hour)
		if got := region.Filters("/app/booking"); len(got) != 1 {
			t.Fatalf("filters %v an hour after the tag", got)
		}
		cancel()
		synctest.Wait()
		if landed, err := filepath.Glob(filepath.Join(LakeFolder(c), lake.LandingFolder, "*/*/*/*/*.gz")); err != nil || len(landed) != 1 {
			t.Errorf("landed %v, %v", landed, err)
		}
		page := httptest.NewRecorder()
		promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
		for _, want := range []string{ // at 0, 10, … 60 minutes; each time one account cannot be opened
			"sweeps_total 7", "failures_total 7", "api_writes_total 1", "history_events_total 1", "onboarded_resources 1", "resources 1", "pending_log_groups 0",
		} {
			if !strings.Contains(page.Body.String(), "\nseamark_collector_"+want+"\n") {
				t.Errorf("/metrics has no seamark_collector_%s", want)
			}
		}
		if t.Failed() {
			t.Log(page.Body.String())
		}
	})
}

// Without a rhythm nothing is asked of anybody.
func TestOnboardStageOff(t *testing.T) {
	s := &onboardStage{config: onboarding(t), open: func(context.Context, FleetOptions) (*Fleet, error) {
		t.Error("opened")
		return nil, errors.New("no")
	}}
	s.run(t.Context())
}
