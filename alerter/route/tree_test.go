package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
)

func TestRoute(t *testing.T) {
	route := route.Tree{Receiver: "default", Routes: []route.Tree{
		{Matchers: []string{`environment=dev`}, Receiver: "nobody"},
		{Matchers: []string{`team="web"`, `severity=~"critical|page"`}, Receiver: "oncall", Continue: true},
		{Matchers: []string{`team="web"`}, Receiver: "web", Routes: []route.Tree{{Matchers: []string{`rule!~"4.."`, `product!="quote"`}, Receiver: "web-errors"}}},
		{Matchers: []string{`account_id="222222222222"`}},
	}}
	route.Validate([]string{"default", "nobody", "oncall", "web", "web-errors"}, func(key, what, remedy string) {
		t.Errorf("%s: %s: %s", key, what, remedy)
	})
	alarm := func(env, team, severity, rule, product string) seamark.Alarm {
		return seamark.Alarm{Rule: rule, Severity: severity, Scope: seamark.Scope{Product: product, Environment: env, Team: team}}
	}
	for _, c := range []struct {
		a    seamark.Alarm
		want []string
	}{
		{alarm("dev", "web", "critical", "5xx", "booking"), []string{"nobody"}},
		{alarm("prod", "web", "critical", "5xx", "booking"), []string{"oncall", "web-errors"}},
		{alarm("prod", "web", "warning", "4xx", "booking"), []string{"web"}},
		{alarm("prod", "web", "warning", "5xx", "quote"), []string{"web"}},
		{alarm("prod", "data", "criticality", "5xx", "quote"), []string{"default"}},
		{seamark.Alarm{Scope: seamark.Scope{AccountID: "222222222222"}}, []string{"default"}}, // inherited
	} {
		if diff := cmp.Diff(route.Receivers(c.a), c.want); diff != "" {
			t.Errorf("%+v (-got +want):\n%s", c.a.Scope, diff)
		}
	}
}
