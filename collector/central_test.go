package collector_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// centralTown has two accounts with equally named groups, and their copies in a third.
func centralTown(c *cloud.Cloud) (source, central *cloud.Region) {
	source, central = c.Region(rig.Place), c.Region(rig.CentralPlace)
	source.AddFunction(inventory.Function{Name: "booking-create", Timeout: 30}, rig.Booking()...)
	source.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: 1_000}, rig.Booking()...)
	source.AddLogGroup(inventory.LogGroup{Name: "/ecs/booking", Created: 1_000}, rig.Booking()...) // is not copied
	source.AddLogGroup(inventory.LogGroup{Name: "/app/untagged", Created: 1_000})
	central.AddLogGroup(inventory.LogGroup{Name: "/aws/lambda/booking-create", Created: 1_000})
	central.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: 1_000}, rig.Booking()...)
	central.AddLogGroup(inventory.LogGroup{Name: "/app/quiet", Created: 1_000}, rig.Tag("logs", "off"))
	central.AddLogGroup(inventory.LogGroup{Name: "/ecs/untagged", Created: 1_000})
	return source, central
}

func workloadOf(t *testing.T, r *cloud.Region, group string) (seamark.Workload, bool) {
	t.Helper()
	f := r.Filters(group)
	if len(f) != 1 {
		t.Fatalf("%s has the filters %v", group, f)
	}
	w, err := seamark.ParseFilterName(f[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	return w, f[0].System
}

// TestCentral: the copies are forwarded, with system fields; the groups that were copied
// are not; alarms stay with their resources; and it can be switched on and off again.
func TestCentral(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		source, central := centralTown(c)
		untouched := []string{source.Snapshot(nil), central.Snapshot(nil)}
		st := &rig.States{}
		o := collector.Options{Config: rig.Config(), States: st, Keep: true}
		sweep := func(p inventory.Place, r *cloud.Region) *collector.Report {
			t.Helper()
			got := collector.Sweep(t.Context(), p, r, o)
			if len(got.Failures) > 0 {
				t.Fatal(rig.Failures(got))
			}
			return got
		}
		sweep(rig.Place, source)
		sweep(rig.CentralPlace, central)
		without := []string{source.Snapshot(nil), central.Snapshot(nil)}

		o.Config = rig.CentralConfig()
		sweep(rig.CentralPlace, central)
		report := sweep(rig.Place, source)
		got := map[string]seamark.Workload{}
		for _, group := range []string{"/aws/lambda/booking-create", "/app/booking"} {
			w, system := workloadOf(t, central, group)
			got[group] = w
			if n := len(source.Filters(group)); !system || n != 0 {
				t.Errorf("%s: system fields %v, %d filters in the source account", group, system, n)
			}
		}
		want := map[string]seamark.Workload{
			"/aws/lambda/booking-create": {Product: "unassigned", Environment: "unassigned", Region: "eu-central-1", Component: "booking-create"},
			"/app/booking":               {Product: "booking", Environment: "prod", Team: "web-mobile", Region: "eu-central-1", Component: "/app/booking"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if n := len(central.Filters("/app/quiet")) + len(central.Filters("/ecs/untagged")) + len(source.Filters("/app/untagged")); n != 0 {
			t.Errorf("%d filters that nobody asked for", n)
		}
		if _, system := workloadOf(t, source, "/ecs/booking"); system {
			t.Error("a group that is not copied asks for system fields")
		}
		if names := source.AlarmNames(); len(names) != 4 {
			t.Errorf("alarms in the source account: %v", names)
		}
		status := map[string]string{}
		for _, d := range report.Decisions {
			if d.Central != "" {
				status[d.Name] = d.Why
			}
		}
		const why = "forwarded by central copy in account 999999999999"
		if diff := cmp.Diff(map[string]string{"/aws/lambda/booking-create": why, "/app/booking": why}, status); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if report.Onboarded != 4 { // function, its group, two groups more
			t.Errorf("%d onboarded", report.Onboarded)
		}
		time.Sleep(time.Hour)
		if w := sweep(rig.Place, source).Writes + sweep(rig.CentralPlace, central).Writes; w != 0 {
			t.Errorf("second sweeps made %d writes", w)
		}
		o.Config = rig.Config()
		sweep(rig.Place, source)
		sweep(rig.CentralPlace, central)
		if diff := cmp.Diff(without, []string{source.Snapshot(nil), central.Snapshot(nil)}); diff != "" {
			t.Errorf("switched off again:\n%s", diff)
		}
		o.Config, o.Destroy = rig.CentralConfig(), true
		sweep(rig.Place, source)
		sweep(rig.CentralPlace, central)
		if diff := cmp.Diff(untouched, []string{source.Snapshot(nil), central.Snapshot(nil)}); diff != "" {
			t.Errorf("destroyed:\n%s", diff)
		}
	})
}

// TestCentralNames: a rule may name copies after their account and region.
func TestCentralNames(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		cfg := rig.CentralConfig()
		cfg.Central.Name = "/central/${source.accountId}/${source.region}${source.logGroup}"
		cfg.Central.Groups = []string{"/central/111122223333/*"}
		cfg.Central.Destination = "arn:aws:logs:{region}:999999999999:destination:central"
		c := cloud.New(cloud.Options{})
		source, other, central := c.Region(rig.Place), c.Region(inventory.Place{Account: "444455556666", Region: "eu-central-1"}), c.Region(rig.CentralPlace)
		for _, r := range []*cloud.Region{source, other} {
			r.AddLogGroup(inventory.LogGroup{Name: "/aws/lambda/pay", Created: 1}, rig.Booking()...)
		}
		const copied = "/central/111122223333/eu-central-1/aws/lambda/pay"
		central.AddLogGroup(inventory.LogGroup{Name: copied, Created: 1}, rig.Booking()...)
		o := collector.Options{Config: cfg, States: &rig.States{}}
		for p, r := range map[inventory.Place]*cloud.Region{rig.Place: source, {Account: "444455556666", Region: "eu-central-1"}: other, rig.CentralPlace: central} {
			collector.Sweep(t.Context(), p, r, o)
		}
		w, system := workloadOf(t, central, copied)
		if w.Component != "pay" || w.Product != "booking" || !system || central.Filters(copied)[0].Destination != "arn:aws:logs:eu-central-1:999999999999:destination:central" {
			t.Errorf("%+v %v", w, central.Filters(copied))
		}
		if len(source.Filters("/aws/lambda/pay")) != 0 || len(other.Filters("/aws/lambda/pay")) != 1 {
			t.Errorf("copied: %v, not copied: %v", source.Filters("/aws/lambda/pay"), other.Filters("/aws/lambda/pay"))
		}
		if got := collector.Sweep(t.Context(), rig.CentralPlace, central, o); got.Writes != 0 {
			t.Errorf("%d writes: %+v", got.Writes, got.Changes)
		}
	})
}

func TestCentralConfig(t *testing.T) {
	if err := rig.CentralConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	for where, spoil := range map[string]func(c *collector.Central){
		"account":     func(c *collector.Central) { c.Account = "99" },
		"regions":     func(c *collector.Central) { c.Regions = nil },
		"groups":      func(c *collector.Central) { c.Groups = nil },
		"name":        func(c *collector.Central) { c.Name = "/central/${source.org.id}${source.logGroup}" },
		"sources":     func(c *collector.Central) { c.Sources = []string{c.Account} },
		"destination": func(c *collector.Central) { c.Destination = "arn:aws:s3:::x" },
	} {
		cfg := rig.CentralConfig()
		spoil(cfg.Central)
		var fault *seamark.Fault
		if err := cfg.Validate(); !errors.As(err, &fault) || fault.Where != "onboard.central."+where || !strings.Contains(fault.Remedy, " ") {
			t.Errorf("%s: %v", where, err)
		}
	}
	for _, name := range []string{"/central", "${source.logGroup}${source.logGroup}", "a b${source.logGroup}"} {
		cfg := rig.CentralConfig()
		cfg.Central.Name = name
		if cfg.Validate() == nil {
			t.Errorf("the name %q passed", name)
		}
	}
}
