package onboard

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// simulated is the simulated cloud as an organisation.
type simulated struct {
	*cloud.Cloud
	members []inventory.Account
}

func (s simulated) Accounts(context.Context, []string) ([]inventory.Account, error) {
	return s.members, nil
}

func TestPlaces(t *testing.T) {
	sim := simulated{Cloud: cloud.New(cloud.Options{}), members: []inventory.Account{
		{ID: "222222222222", Name: "renamed", Active: true}, {ID: "333333333333", Name: "lab", Active: true}, {ID: "444444444444", Name: "old"},
	}}
	regions := []string{"eu-central-1", "us-east-1"}
	cfg := &collector.Config{
		Deployment: "acme", Destination: "arn:aws:logs:{region}:999999999999:destination:seamark",
		Central: &collector.Central{Account: "333333333333", Regions: regions[:1], Groups: []string{"*"}},
	}
	store, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	open := func(only, in []string) (*Accounts, error) {
		return Open(t.Context(), Options{
			Config: cfg, Listed: []inventory.Account{{ID: "111111111111", Name: "web"}, {ID: "222222222222", Name: "booking"}}, Organization: true,
			Regions: regions, OnlyAccounts: only, OnlyRegions: in, Cloud: sim, Store: store,
		})
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
