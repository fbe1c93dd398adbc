package alertmanager_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
)

// appliance is the API over a book in a folder.
type appliance struct {
	folder string
	disk   *disk // of the silences
	book   *alerter.Manager
	url    string
}

var tree = route.Config{
	Receivers: []string{"all", "web", "db"}, ResolveTimeout: seamark.Duration(5 * time.Minute),
	Route: &route.Tree{Receiver: "all", GroupBy: []string{"alertname"}, Routes: []route.Tree{
		{Matchers: []string{`team="web"`}, Receiver: "web", Continue: true},
		{Matchers: []string{`job=~"db.*"`}, Receiver: "db"},
	}},
	Inhibit: []route.Inhibit{{SourceMatchers: []string{`severity="critical"`}, TargetMatchers: []string{`severity="warning"`}, Equal: []string{"cluster"}}},
}

// start starts the API, over what an earlier one left in the folder.
func (a *appliance) start(t *testing.T) {
	t.Helper()
	if a.folder == "" {
		a.folder, a.disk = t.TempDir(), &disk{}
	}
	dir, err := lake.OpenDir(a.folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.book, err = alerter.New(t.Context(), alerter.Options{Store: incident.NewFileStore(dir, "incidents")})
	if err != nil {
		t.Fatal(err)
	}
	m := machinery(t, tree)
	registry := prometheus.NewRegistry()
	alerts := alertmanager.NewAlerts(alertmanager.AlertsOptions{Machinery: m, Book: a.book, Aliases: map[string]string{"namespace": "product"}})
	api, err := alertmanager.NewAPI(alertmanager.APIOptions{Machinery: m, Silences: open(t, a.disk), Alerts: alerts, Metrics: registry})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	a.url = server.URL
}

// call sends JSON and returns the status and the body.
func (a *appliance) call(t *testing.T, method, path string, body any) (int, string) {
	t.Helper()
	var b []byte
	switch body := body.(type) {
	case nil:
	case string:
		b = []byte(body)
	default:
		b, _ = json.Marshal(body)
	}
	r, err := http.NewRequest(method, a.url+"/api/v2"+path, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	out.ReadFrom(resp.Body)
	return resp.StatusCode, out.String()
}

type object = map[string]any

func (a *appliance) post(t *testing.T, alerts ...object) {
	t.Helper()
	if code, body := a.call(t, "POST", "/alerts", alerts); code != 200 {
		t.Fatalf("%d %s", code, body)
	}
}

func one(labels map[string]string, start, end time.Time) object {
	o := object{"labels": labels, "annotations": object{"summary": "too many errors"}, "generatorURL": "http://prometheus:9090/graph", "startsAt": start.Format(time.RFC3339Nano)}
	if !end.IsZero() {
		o["endsAt"] = end.Format(time.RFC3339Nano)
	}
	return o
}

func TestAlertsBecomeIncidents(t *testing.T) {
	now := time.Now()
	a := &appliance{}
	a.start(t)
	ours := map[string]string{"alertname": "HighErrors", "namespace": "booking", "environment": "prod", "severity": "page", "instance": "a"}
	other := map[string]string{"alertname": "HighErrors", "namespace": "booking", "environment": "prod", "instance": "b"}
	foreign := map[string]string{"alertname": "DiskFull", "instance": "c"}
	began := now.Add(-time.Minute)
	a.post(t, one(ours, began, time.Time{}), one(other, began, now.Add(4*time.Minute)), one(foreign, began, time.Time{}))

	list := a.book.Incidents()
	if len(list) != 2 {
		t.Fatalf("%d incidents: %+v", len(list), list)
	}
	var booking, disk seamark.Incident
	for _, in := range list {
		if in.Product == "booking" {
			booking = in
		} else {
			disk = in
		}
	}
	if len(booking.Alarms) != 2 || booking.Severity != seamark.SeverityCritical || booking.Environment != "prod" {
		t.Errorf("booking %+v", booking)
	}
	if len(disk.Alarms) != 1 || disk.Alarms[0].Annotations["generatorURL"] == "" || disk.Alarms[0].Reason != "too many errors" {
		t.Errorf("disk %+v", disk)
	}

	// Sent again with a later end: nothing changes that a card shows.
	before, _ := a.book.Entry(booking.ID)
	a.post(t, one(ours, began, time.Time{}), one(other, began, now.Add(9*time.Minute)))
	if after, _ := a.book.Entry(booking.ID); after.Version != before.Version {
		t.Errorf("version %d, then %d: sending again is no change", before.Version, after.Version)
	} else if end := after.Incident.Alarms[1].ExpiresAt; end.Sub(now) < 8*time.Minute && after.Incident.Alarms[0].ExpiresAt.Sub(now) < 8*time.Minute {
		t.Errorf("the end was not moved: %v", end)
	}

	// After a restart neither.
	a.start(t)
	a.post(t, one(ours, began, time.Time{}), one(other, began, now.Add(9*time.Minute)))
	if after, _ := a.book.Entry(booking.ID); after.Version != before.Version {
		t.Errorf("version %d, after a restart %d", before.Version, after.Version)
	}

	// An end ends it; the same start again, as senders do that were away, opens it again.
	a.post(t, one(ours, began, now.Add(-time.Second)), one(other, began, now.Add(-time.Second)))
	if e, _ := a.book.Entry(booking.ID); e.Incident.Status != seamark.IncidentResolved {
		t.Errorf("status %s", e.Incident.Status)
	}
	a.start(t)
	a.post(t, one(ours, began, now.Add(-time.Second))) // told before
	a.post(t, one(ours, began, time.Time{}))
	if e, _ := a.book.Entry(booking.ID); e.Incident.Status != seamark.IncidentOpen {
		t.Errorf("status %s after it fired again", e.Incident.Status)
	}
}

// What is listed is what fires, by receivers and groups.
func TestListing(t *testing.T) {
	a := &appliance{}
	a.start(t)
	began := time.Now().Add(-time.Minute)
	a.post(t,
		one(map[string]string{"alertname": "Slow", "team": "web", "job": "db1", "cluster": "x", "severity": "warning"}, began, time.Time{}),
		one(map[string]string{"alertname": "Down", "job": "api", "cluster": "x", "severity": "critical"}, began, time.Time{}))
	if err := a.book.Observe(t.Context(), booking); err != nil {
		t.Fatal(err)
	}
	var alerts []struct {
		Labels      map[string]string
		Annotations map[string]string
		Receivers   []struct{ Name string }
		Status      struct {
			State       string
			InhibitedBy []string
		}
		EndsAt time.Time
	}
	_, body := a.call(t, "GET", "/alerts", nil)
	if err := json.Unmarshal([]byte(body), &alerts); err != nil || len(alerts) != 3 {
		t.Fatalf("%v in %s", err, body)
	}
	for _, x := range alerts {
		var names []string
		for _, r := range x.Receivers {
			names = append(names, r.Name)
		}
		want := map[string]string{"Slow": "web db suppressed 1", "Down": "all active 0", booking.Name: "web active 0"}[x.Labels["alertname"]]
		if got := fmt.Sprint(strings.Join(names, " "), " ", x.Status.State, " ", len(x.Status.InhibitedBy)); got != want {
			t.Errorf("%s: %s, want %s", x.Labels["alertname"], got, want)
		}
		if !x.EndsAt.After(time.Now()) {
			t.Errorf("%s ends at %v", x.Labels["alertname"], x.EndsAt)
		}
	}
	for path, want := range map[string]int{
		`/alerts?filter=alertname%3D"Slow"`: 1, `/alerts?inhibited=false`: 2, `/alerts?receiver=db`: 1, `/alerts/groups`: 4,
		`/alerts/groups?receiver=web`: 2, `/receivers`: 3, `/silences`: 0,
	} {
		var list []any
		if code, body := a.call(t, "GET", path, nil); code != 200 || json.Unmarshal([]byte(body), &list) != nil || len(list) != want {
			t.Errorf("%s: %d, %d entries, want %d: %.200s", path, code, len(list), want, body)
		}
	}
	if _, body := a.call(t, "GET", "/status", nil); !strings.Contains(body, `"version":"`+alertmanager.Version+`"`) || !strings.Contains(body, "receiver: web") {
		t.Errorf("status %s", body)
	}
	if code, _ := a.call(t, "GET", "/nonsense", nil); code != 404 {
		t.Errorf("an address that is not there: %d", code)
	}
}

// One bad alert is refused, the good ones beside it are taken.
func TestBadAlerts(t *testing.T) {
	a := &appliance{}
	a.start(t)
	good := one(map[string]string{"alertname": "Good"}, time.Now(), time.Time{})
	if code, body := a.call(t, "POST", "/alerts", []object{good, one(map[string]string{"alertname": ""}, time.Now(), time.Time{})}); code != 400 {
		t.Errorf("%d %s", code, body)
	}
	if n := len(a.book.Firing()); n != 1 {
		t.Errorf("%d alarms fire, want the good one", n)
	}
	for _, body := range []string{"", "{", "[1]", `[{"labels":5}]`, `[{"labels":{"a":"b"},"startsAt":"x"}]`} {
		if code, _ := a.call(t, "POST", "/alerts", body); code/100 != 4 {
			t.Errorf("%q: %d", body, code)
		}
	}
	huge := one(map[string]string{"alertname": "Huge"}, time.Now(), time.Time{})
	huge["annotations"] = object{"summary": strings.Repeat("x", 1<<20)}
	a.post(t, huge)
	for _, x := range a.book.Firing() {
		if len(x.Reason) > 4100 || len(x.Annotations["summary"]) > 4100 {
			t.Errorf("%d bytes of an annotation are kept", len(x.Annotations["summary"]))
		}
	}
}

func silenceOf(end time.Time) object {
	return object{"matchers": []object{{"name": "alertname", "value": "Down", "isRegex": false}}, "startsAt": time.Now().Format(time.RFC3339Nano),
		"endsAt": end.Format(time.RFC3339Nano), "createdBy": "ana", "comment": "deploy"}
}

func TestSilencesOverHTTP(t *testing.T) {
	a := &appliance{}
	a.start(t)
	code, body := a.call(t, "POST", "/silences", silenceOf(time.Now().Add(time.Hour)))
	var made struct{ SilenceID string }
	if code != 200 || json.Unmarshal([]byte(body), &made) != nil || made.SilenceID == "" {
		t.Fatalf("%d %s", code, body)
	}
	stored := string(a.disk.files["silences"])
	if !strings.Contains(stored, made.SilenceID) {
		t.Error("answered before it was stored")
	}
	endless := silenceOf(time.Now().Add(time.Hour))
	delete(endless, "endsAt")
	for what, s := range map[string]object{"for ever": silenceOf(time.Now().AddDate(100, 0, 0)), "without end": endless} {
		if code, body := a.call(t, "POST", "/silences", s); code/100 != 4 {
			t.Errorf("a silence %s: %d %s", what, code, body)
		}
	}
	if string(a.disk.files["silences"]) != stored {
		t.Error("a refused silence was stored")
	}
	a.disk.fail = errors.New("no space left on device")
	if code, body := a.call(t, "POST", "/silences", silenceOf(time.Now().Add(2*time.Hour))); code != 500 || !strings.Contains(body, "could not be stored") {
		t.Errorf("full disk: %d %s", code, body)
	}
	if code, _ := a.call(t, "DELETE", "/silence/"+made.SilenceID, nil); code != 500 {
		t.Errorf("expired on a full disk: %d", code)
	}
	a.disk.fail = nil
	if code, _ := a.call(t, "DELETE", "/silence/00000000-0000-0000-0000-000000000000", nil); code != 404 {
		t.Errorf("a silence that is not there: %d", code)
	}
}

// amtool, built from the same module version, works against the API: SEAMARK_AMTOOL names it.
func TestAmtool(t *testing.T) {
	bin := servertest.Need(t, "SEAMARK_AMTOOL", "build Alertmanager's amtool and name it")
	a := &appliance{}
	a.start(t)
	amtool := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(bin, append([]string{"--alertmanager.url=" + a.url}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("amtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		if strings.Contains(string(out), "are different") {
			t.Errorf("amtool is of another version: %s", out)
		}
		return string(out)
	}
	amtool("alert", "add", "Down", "instance=a", "severity=critical", "namespace=booking", "--annotation=summary=it is down")
	amtool("alert", "add", "alertname=Slow", "team=web", "instance=b")
	if out := amtool("alert", "query"); !strings.Contains(out, "Down") || !strings.Contains(out, "Slow") {
		t.Errorf("alert query:\n%s", out)
	}
	if out := amtool("alert", "query", "-o", "json", "instance=a"); !strings.Contains(out, `"product":"booking"`) || strings.Contains(out, "Slow") {
		t.Errorf("alert query instance=a:\n%s", out)
	}
	id := strings.TrimSpace(amtool("silence", "add", "--author=ana", "--comment=deploy", "--duration=1h", "alertname=Down"))
	if out := amtool("silence", "query"); !strings.Contains(out, id) {
		t.Errorf("silence query has no %s:\n%s", id, out)
	}
	if out := amtool("alert", "query"); strings.Contains(out, "Down") {
		t.Errorf("a silenced alert is listed as active:\n%s", out)
	}
	if out := amtool("alert", "query", "--silenced"); !strings.Contains(out, "Down") {
		t.Errorf("alert query --silenced:\n%s", out)
	}
	amtool("silence", "update", "--duration=2h", "--comment=longer", id)
	id = strings.TrimSpace(amtool("silence", "query", "-q"))
	a.start(t) // the silences survive
	if out := amtool("silence", "query", "-o", "extended"); !strings.Contains(out, "longer") {
		t.Errorf("after the update and a restart:\n%s", out)
	}
	amtool("silence", "expire", id)
	if out := amtool("silence", "query"); strings.Contains(out, id) {
		t.Errorf("after expire:\n%s", out)
	}
	if out := amtool("config", "routes", "test", "--verify.receivers=web,db", "team=web", "job=db7"); !strings.Contains(out, "web,db") {
		t.Errorf("routes test:\n%s", out)
	}
	if out := amtool("config", "routes", "show"); !strings.Contains(out, "receiver: web") {
		t.Errorf("routes show:\n%s", out)
	}
	file := t.TempDir() + "/alertmanager.yml"
	if err := os.WriteFile(file, []byte(machinery(t, tree).YAML()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := amtool("check-config", file); !strings.Contains(out, "SUCCESS") {
		t.Errorf("check-config:\n%s", out)
	}
}
