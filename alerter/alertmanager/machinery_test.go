package alertmanager_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/route"
)

func machinery(t *testing.T, c route.Config) *alertmanager.Machinery {
	t.Helper()
	alertmanager.Check(c, alertmanager.Keys{Route: "route", Inhibit: "inhibit_rules", Interval: func(int) string { return "time_intervals" }},
		func(key, what, remedy string) { t.Errorf("%s: %s: %s", key, what, remedy) })
	m, err := alertmanager.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReceivers(t *testing.T) {
	m := machinery(t, route.Config{
		Receivers: []string{"default", "nobody-listens", "oncall", "web", "web-errors"},
		Route: &route.Tree{Receiver: "default", Routes: []route.Tree{
			{Matchers: []string{`environment=dev`}, Receiver: "nobody-listens"},
			{Matchers: []string{`team="web"`, `severity=~"critical|page"`}, Receiver: "oncall", Continue: true},
			{Match: map[string]string{"team": "web"}, Receiver: "web", Routes: []route.Tree{{Matchers: []string{`rule!~"4.."`, `product!="quote"`}, Receiver: "web-errors"}}},
			{Matchers: []string{`account_id="222222222222"`}},
		}},
	})
	alarm := func(env, team, severity, rule, product string) seamark.Alarm {
		return seamark.Alarm{Rule: rule, Severity: severity, Scope: seamark.Scope{Product: product, Environment: env, Team: team}}
	}
	for _, c := range []struct {
		a    seamark.Alarm
		want []string
	}{
		{alarm("dev", "web", "critical", "5xx", "booking"), []string{"nobody-listens"}},
		{alarm("prod", "web", "critical", "5xx", "booking"), []string{"oncall", "web-errors"}},
		{alarm("prod", "web", "warning", "4xx", "booking"), []string{"web"}},
		{alarm("prod", "web", "warning", "5xx", "quote"), []string{"web"}},
		{alarm("prod", "data", "criticality", "5xx", "quote"), []string{"default"}},
		{seamark.Alarm{Scope: seamark.Scope{AccountID: "222222222222"}}, []string{"default"}}, // inherited
	} {
		if diff := cmp.Diff(m.Receivers(c.a), c.want); diff != "" {
			t.Errorf("%+v (-got +want):\n%s", c.a.Scope, diff)
		}
	}
}

// What came by Alertmanager's API is matched by the labels that its sender set.
func TestLabels(t *testing.T) {
	m := machinery(t, route.Config{Receivers: []string{"all", "db", "blue"}, Route: &route.Tree{Receiver: "all", Routes: []route.Tree{
		{Matchers: []string{`"job.name"="db"`, `severity=""`}, Receiver: "db"},
		{Matchers: []string{`colour=blue`}, Receiver: "blue"},
	}}})
	sent := seamark.Alarm{Name: "Down", Origin: route.OriginAlertmanager, Severity: "warning", Labels: map[string]string{"job.name": "db", "alertname": "Down"}}
	if got := m.Receivers(sent); !cmp.Equal(got, []string{"db"}) {
		t.Errorf("told %v: severity is not among the labels that were sent", got)
	}
	ours := seamark.Alarm{Name: "x", Origin: "cloudwatch", Severity: "warning", Labels: map[string]string{"job.name": "db", "severity": "", "colour": "blue"}}
	if got := m.Receivers(ours); !cmp.Equal(got, []string{"blue"}) {
		t.Errorf("told %v", got)
	}
	aliases := map[string]string{"namespace": "product", "app": "product", "stage": "environment"}
	if got := route.Scope(map[string]string{"namespace": "booking", "stage": "prod", "team": "web"}, aliases); got.Product != "booking" || got.Environment != "prod" || got.Team != "web" {
		t.Errorf("scope %+v", got)
	}
	if got := route.Scope(map[string]string{"product": "quote", "namespace": "booking"}, aliases); got.Product != "quote" {
		t.Errorf("the label itself must win: %+v", got)
	}
}

func TestTold(t *testing.T) {
	m := machinery(t, route.Config{
		Receivers: []string{"a", "b"}, GroupInterval: seamark.Duration(20 * time.Second),
		Route: &route.Tree{Receiver: "a", Routes: []route.Tree{
			{Matchers: []string{`team=x`}, GroupBy: []string{"component", "account_id"}, GroupWait: "30s", RepeatInterval: "1d", Receiver: "b", Continue: true},
			{Matchers: []string{`team=x`}, GroupBy: []string{"..."}, GroupInterval: "5m"},
		}},
	})
	got := m.Told(seamark.Alarm{Scope: seamark.Scope{Team: "x"}})
	for i := range got {
		got[i].Route = ""
	}
	want := []route.Told{
		{Receiver: "b", By: []string{"account_id", "component"}, Wait: seamark.Duration(30 * time.Second), Interval: seamark.Duration(20 * time.Second), Repeat: seamark.Duration(24 * time.Hour)},
		{Receiver: "a", By: []string{"environment", "product"}, All: true, Interval: seamark.Duration(5 * time.Minute), Repeat: seamark.Duration(4 * time.Hour)},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(want[0].Group(map[string]string{"component": "api", "team": "x"}), map[string]string{"component": "api"}); diff != "" {
		t.Error(diff)
	}
}

// Without a route every receiver hears everything; without a receiver nobody does.
func TestNothingConfigured(t *testing.T) {
	for n, names := range [][]string{{}, {"a"}, {"a", "b", "c"}} {
		got := machinery(t, route.Config{Receivers: names}).Receivers(seamark.Alarm{Name: "x"})
		if strings.Join(got, " ") != strings.Join(names, " ") {
			t.Errorf("%d: told %v, want %v", n, got, names)
		}
	}
}

// The version that amtool and karma are told is that of go.mod.
func TestVersion(t *testing.T) {
	b, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "github.com/prometheus/alertmanager v"+alertmanager.Version+"\n") {
		t.Errorf("go.mod has another version than %s", alertmanager.Version)
	}
}
