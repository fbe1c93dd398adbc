package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// simulated is the simulated cloud as an organisation.
type simulated struct {
	*cloud.Cloud
	members []inventory.Account
}

func (s simulated) Accounts(context.Context, []string) ([]inventory.Account, error) {
	if s.members == nil {
		return nil, errors.New("no organisation")
	}
	return s.members, nil
}

var (
	web     = inventory.Place{Account: "111111111111", Region: "eu-central-1"}
	booking = inventory.Place{Account: "222222222222", Region: "eu-central-1"}
)

const onboardSettings = `
deployment: acme
accounts: [{id: "111111111111", alias: web}, {id: "222222222222", alias: booking}]
regions: [eu-central-1]
onboard:
  destination: "arn:aws:logs:{region}:999999999999:destination:seamark"
  filters: {errors-only: '{ $.level = "ERROR" }'}
alarms:
  topic: "arn:aws:sns:{region}:999999999999:seamark"
`

func teamTags(product string, more ...string) []inventory.Tag {
	tags := []inventory.Tag{{Key: "seamark:product", Value: product}, {Key: "seamark:environment", Value: "prod"}, {Key: "seamark:team", Value: "web-mobile"}}
	for i := 0; i+1 < len(more); i += 2 {
		tags = append(tags, inventory.Tag{Key: "seamark:" + more[i], Value: more[i+1]})
	}
	return tags
}

// newTown is two accounts of one company.
func newTown() simulated {
	c := cloud.New(cloud.Options{Seed: 1})
	r := c.Region(booking)
	r.AddFunction(inventory.Function{Name: "booking-create", Timeout: 30}, teamTags("booking", "alarm-errors", "abc", "alarm-duration", "80/15")...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/full", Created: 1_000}, teamTags("booking")...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/quote", Created: 1_000}, teamTags("quote", "filter", "errors-only")...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/nobody", Created: 1_000})
	for _, n := range []string{"dd-fwd", "splunk"} {
		r.AddFilter("/app/full", inventory.Filter{Name: n, Destination: "arn:aws:lambda:eu-central-1:222222222222:function:" + n})
	}
	r = c.Region(web)
	r.AddAPI(inventory.API{ID: "a1b2c3d4e5", Name: "shop\x1b[31m-api", Protocol: inventory.REST, Tags: inventory.NewTags(teamTags("shop", "alarm-4xx", "5/10")...)}, nil,
		inventory.Stage{Name: "prod", AccessLog: inventory.AccessLog{Destination: web.LogGroupARN("/api/shop"), Format: `{"status":"$context.status"}`}})
	r.AddLogGroup(inventory.LogGroup{Name: "/api/shop", Created: 1_000})
	return simulated{Cloud: c}
}

// room is where commands are typed.
type room struct {
	t      *testing.T
	cloud  onboard.Cloud // nil: AWS, where the environment says it is
	folder string
	config string
	pause  time.Duration   // after each command; a day later every filter is looked at anew
	said   strings.Builder // all that was typed and said
}

func newRoom(t *testing.T, c onboard.Cloud, settings string) *room {
	t.Helper()
	r := &room{t: t, cloud: c, folder: t.TempDir()}
	r.config = filepath.Join(r.folder, "seamark.yml")
	if err := os.WriteFile(r.config, []byte(settings+"lake: lake\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

// seamark runs one command line and returns its exit code and standard output.
func (r *room) seamark(args ...string) (int, string) {
	r.t.Helper()
	return r.seamarkCtx(r.t.Context(), args...)
}

func (r *room) seamarkCtx(ctx context.Context, args ...string) (int, string) {
	r.t.Helper()
	var out, errOut bytes.Buffer
	c := &cli{in: strings.NewReader(""), out: &out, err: &errOut, cloud: r.cloud}
	code := c.run(ctx, append(args, "--config", r.config))
	time.Sleep(r.pause)
	fmt.Fprintf(&r.said, "$ seamark %s\n%s", strings.Join(args, " "), out.String())
	for line := range strings.Lines(errOut.String()) {
		r.said.WriteString("2> " + line)
	}
	fmt.Fprintf(&r.said, "exit %d\n\n", code)
	return code, out.String()
}

func (r *room) note(text string) { r.said.WriteString("# " + text + "\n") }

// What differs from run to run: how often a listing was asked again, and the time of day.
var (
	hourMinute = regexp.MustCompile(`\d\d:\d\d`)
	reads      = regexp.MustCompile(`(reads"?[ :])\d+`)
)

// golden compares all that was said.
func (r *room) golden(name string) {
	r.t.Helper()
	got := strings.ReplaceAll(hourMinute.ReplaceAllString(reads.ReplaceAllString(r.said.String(), "${1}N"), "HH:MM"), r.folder, "FOLDER")
	path := filepath.Join("testdata/onboard", name+".golden")
	if *updateScripts {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		r.t.Errorf("%s (-got +want):\n%s", path, diff)
	}
}

// TestOnboard is the life of a deployment as an operator sees it, read at testdata/onboard/life.golden.
func TestOnboard(t *testing.T) { synctest.Test(t, testOnboard) }

func testOnboard(t *testing.T) {
	town := newTown()
	before := town.Region(booking).Snapshot(nil) + town.Region(web).Snapshot(nil)
	r := newRoom(t, town, onboardSettings)
	r.pause = 25 * time.Hour
	r.seamark("onboard", "plan")
	if town.Region(booking).Snapshot(nil)+town.Region(web).Snapshot(nil) != before {
		t.Error("a plan has changed something")
	}
	if _, err := os.Stat(filepath.Join(r.folder, "lake")); err == nil {
		t.Error("a plan has made a lake")
	}
	r.seamark("onboard", "plan", "--json")
	r.seamark("onboard", "apply")
	r.seamark("onboard", "apply", "--yes")
	r.note("the second time")
	r.seamark("onboard", "apply", "--yes", "--json", "--no-history")
	r.seamark("onboard", "plan", "--account", "booking", "--all")
	r.seamark("onboard", "status")
	r.seamark("onboard", "status", "--missing", "--product", "booking")
	r.seamark("onboard", "explain", "booking-create")
	r.seamark("onboard", "explain", "/app/full")
	r.note("a slot is free, a threshold is another, and a tag is gone")
	change := func(r *cloud.Region) {
		r.RemoveFilters("/app/full")
		r.Tag("booking-create", teamTags("booking", "alarm-duration", "off")...)
		r.Tag("/app/quote")
	}
	change(town.Region(booking))
	r.seamark("onboard", "plan", "--account", "222222222222", "--region", "eu-central-1")
	r.seamark("onboard", "apply", "--yes", "--quiet")
	r.seamark("onboard", "destroy")
	r.seamark("onboard", "destroy", "--dry-run", "--json")
	r.seamark("onboard", "destroy", "--yes")
	r.seamark("onboard", "destroy", "--yes", "--json")
	r.golden("life")

	untouched := newTown()
	change(untouched.Region(booking))
	for _, p := range []inventory.Place{web, booking} {
		if diff := cmp.Diff(town.Region(p).Snapshot(nil), untouched.Region(p).Snapshot(nil)); diff != "" {
			t.Errorf("%s is not as it was found (-got +want):\n%s", p, diff)
		}
	}
}

// TestOnboardFaults: what cannot be opened, done or understood is named, and stops nothing else.
func TestOnboardFaults(t *testing.T) { synctest.Test(t, testOnboardFaults) }

func testOnboardFaults(t *testing.T) {
	town := newTown()
	town.members = []inventory.Account{
		{ID: booking.Account, Name: "not its alias", Active: true}, {ID: "333333333333", Name: "old", Active: false}, {ID: "444444444444", Name: "lab", Active: true},
	}
	town.Break("444444444444", "AccessDenied")
	r := newRoom(t, town, onboardSettings+"  rules: {throttles: off}\n")
	r.seamark("onboard", "plan", "--account", "wbe")
	r.seamark("onboard", "plan", "--region", "eu-central-2", "--json")
	r.seamark("onboard", "plan", "--rehearse", "fortnight")
	r.seamark("onboard", "explain")
	r.seamark("onboard", "explain", "nothing")
	r.seamark("onboard", "explain", "book")
	r.seamark("onboard", "event", "--file", "nowhere.json")
	r.seamark("onboard", "backfill", "--log-group", "/app/full", "--since", "1h")
	r.seamark("onboard", "backfill", "--log-group", "/app/nowhere", "--since", "1h")
	r.note("the organisation: one account is suspended, of another the role cannot be assumed")
	organised := strings.Replace(onboardSettings, "onboard:\n", "onboard:\n  organization: {units: []}\n", 1)
	all := newRoom(t, town, organised)
	all.seamark("onboard", "plan", "--json")
	all.seamark("onboard", "apply", "--yes", "--account", "lab")
	all.seamark("onboard", "status", "--account", "lab", "--json")
	if code, out := all.seamark("onboard", "apply", "--yes", "--json"); code != exitFailed || !strings.Contains(out, `"accounts":3,"resources":7,"onboarded":5`) {
		t.Errorf("exit %d: %s", code, out)
	}
	r.said.WriteString(all.said.String())
	r.golden("faults")

	// Ctrl-C: what is done stays done, and the same command goes on.
	ctx, cancel := context.WithCancel(t.Context())
	writes := 0
	town.Watch(func(c cloud.Call) {
		if strings.HasPrefix(c.API, "Put") && c.Done {
			if writes++; writes == 2 {
				cancel()
			}
		}
	})
	fresh := newRoom(t, town, onboardSettings)
	fresh.seamark("onboard", "destroy", "--yes")
	fresh.said.Reset()
	if code, _ := fresh.seamarkCtx(ctx, "onboard", "apply", "--yes", "--quiet"); code != exitFailed || !strings.Contains(fresh.said.String(), "`seamark onboard apply` goes on") {
		t.Errorf("exit %d: %s", code, fresh.said.String())
	}
	town.Watch(nil)
	if code, out := fresh.seamark("onboard", "apply", "--yes", "--json"); code != exitFailed || !strings.Contains(out, `"failed":1,`) { // the slots are still taken
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out := fresh.seamark("onboard", "plan", "--json"); code != exitDone || !strings.Contains(out, `"create":0,"update":0,"delete":0,`) {
		t.Errorf("exit %d: %s", code, out)
	}
}

// An event brings forward just what it is about; what was there before the filter is
// fetched; a rehearsal names alarms and the bill.
func TestOnboardEvents(t *testing.T) { synctest.Test(t, testOnboardEvents) }

func testOnboardEvents(t *testing.T) {
	town := newTown()
	region := town.Region(booking)
	region.Log("/app/nobody", "s1", "one", "two")
	time.Sleep(time.Hour)
	r := newRoom(t, town, onboardSettings)
	said := func(code int, want string, args ...string) {
		t.Helper()
		r.said.Reset()
		if got, _ := r.seamark(args...); got != code || !strings.Contains(r.said.String(), want) {
			t.Errorf("exit %d, want %d and %q:\n%s", got, code, want, r.said.String())
		}
	}
	said(exitFailed, "", "onboard", "apply", "--yes")
	region.Tag("/app/nobody", teamTags("quote")...)
	event := filepath.Join(r.folder, "event.json")
	must(t, os.WriteFile(event, []byte(`{"version":"0","id":"1","detail-type":"Tag Change on Resource","source":"aws.tag","account":"222222222222","region":"eu-central-1",
		"time":"2026-11-22T10:00:00Z","resources":["`+booking.LogGroupARN("/app/nobody")+`"],
		"detail":{"service":"logs","resource-type":"log-group","version":1,"changed-tag-keys":["seamark:product"],"tags":{"seamark:product":"quote"}}}`), 0o600))
	said(exitDone, "+ filter /app/nobody   seamark:product=quote", "onboard", "event", "--file", event, "--dry-run")
	if got := region.Filters("/app/nobody"); len(got) != 0 {
		t.Errorf("a dry run has put %v", got)
	}
	said(exitDone, `"create":1,"update":0,"delete":0`, "onboard", "event", "--file", event, "--json")
	said(exitDone, "create 0, update 0, delete 0", "onboard", "event", "--file", event)
	if got := region.Filters("/app/nobody"); len(got) != 1 {
		t.Errorf("filters %v", got)
	}
	said(exitDone, "events 2, ", "onboard", "backfill", "--log-group", "/app/nobody", "--since", "2h")
	said(exitDone, "filed under seamark/1/quote/prod/", "onboard", "backfill", "--account", "booking", "--log-group", "/app/nobody", "--since", "2h", "--json=false")
	said(exitDone, "Nothing read.", "onboard", "backfill", "--account", "booking", "--log-group", "/app/nobody", "--since", "2h", "--dry-run")
	said(exitFailed, "booking eu-central-1: looked at as a whole", "onboard", "event", "--lake", t.TempDir(), "--file", event) // another memory knows nothing of the place, and that slots are taken

	fresh := newRoom(t, newTown(), onboardSettings)
	code, out := fresh.seamark("onboard", "plan", "--rehearse", "3d", "--account", "booking")
	for _, want := range []string{"booking eu-central-1, rehearsed from ", "3 had no figures", "metric alarms", "together", "create 7, ", "Next: seamark onboard apply --account booking"} {
		if code != exitDone || !strings.Contains(out, want) {
			t.Errorf("exit %d, want %q:\n%s", code, want, out)
		}
	}
	fresh.said.Reset()
	if code, _ := fresh.seamark("onboard", "plan", "--rehearse", "3d", "--rehearse-limit", "0.000001", "--json"); code != exitFailed || !strings.Contains(fresh.said.String(), "raise the limit") {
		t.Errorf("exit %d:\n%s", code, fresh.said.String())
	}
}
