package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// stated is the simulated cloud with states of alarms.
type stated struct {
	simulated
	pages []string
	fail  int // page that fails; -1: none
}

func (s stated) AlarmStates(_ context.Context, _ inventory.Place, token string) ([]byte, string, error) {
	n := len(token)
	if n == s.fail {
		return nil, "", errors.New("throttled")
	}
	next := ""
	if n+1 < len(s.pages) {
		next = token + "x"
	}
	return []byte(s.pages[n]), next, nil
}

// pageOf is a page as the SDK's own types marshal.
func pageOf(states map[string]types.StateValue) string {
	list := []types.MetricAlarm{}
	for name, state := range states {
		list = append(list, types.MetricAlarm{
			AlarmName: &name, AlarmArn: sdk.String("arn:aws:cloudwatch:eu-central-1:111111111111:alarm:" + name), StateValue: state, StateReason: sdk.String("Threshold Crossed"),
			StateUpdatedTimestamp: sdk.Time(time.Now()), StateTransitionedTimestamp: sdk.Time(time.Now()), Namespace: sdk.String("AWS/EC2"), MetricName: sdk.String("CPUUtilization"),
			Threshold: sdk.Float64(80), Period: sdk.Int32(60), EvaluationPeriods: sdk.Int32(1), Statistic: types.StatisticAverage, ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		})
	}
	b, _ := json.Marshal(map[string]any{"MetricAlarms": list, "CompositeAlarms": []types.CompositeAlarm{}})
	return string(b)
}

func TestReconcile(t *testing.T) {
	for name, v := range map[string]struct {
		pages []string
		fail  int
		want  map[string]seamark.IncidentStatus // by alarm
	}{
		"a lost OK": {[]string{pageOf(map[string]types.StateValue{"cpu": types.StateValueOk}), pageOf(map[string]types.StateValue{"disk": types.StateValueAlarm})}, -1,
			map[string]seamark.IncidentStatus{"cpu": seamark.IncidentResolved, "disk": seamark.IncidentOpen}},
		"deleted": {[]string{pageOf(map[string]types.StateValue{"other": types.StateValueOk}), pageOf(map[string]types.StateValue{"disk": types.StateValueAlarm})}, -1,
			map[string]seamark.IncidentStatus{"cpu": seamark.IncidentResolved, "disk": seamark.IncidentOpen}},
		"half a list": {[]string{pageOf(map[string]types.StateValue{"cpu": types.StateValueOk}), "{}"}, 1,
			map[string]seamark.IncidentStatus{"cpu": seamark.IncidentOpen, "disk": seamark.IncidentOpen}},
		"a page that cannot be read": {[]string{`{"MetricAlarms":[{"AlarmName":5}]}`}, -1, map[string]seamark.IncidentStatus{"cpu": seamark.IncidentOpen, "disk": seamark.IncidentOpen}},
		"nothing":                    {[]string{`{"MetricAlarms":[],"CompositeAlarms":[]}`}, -1, map[string]seamark.IncidentStatus{"cpu": seamark.IncidentOpen, "disk": seamark.IncidentOpen}},
		"an alarm of others that was never sent": {[]string{pageOf(map[string]types.StateValue{"cpu": types.StateValueAlarm, "disk": types.StateValueAlarm, "foreign": types.StateValueAlarm})}, -1,
			map[string]seamark.IncidentStatus{"cpu": seamark.IncidentOpen, "disk": seamark.IncidentOpen}},
		"one of ours that no message told": {[]string{pageOf(map[string]types.StateValue{"cpu": types.StateValueAlarm, "disk": types.StateValueAlarm, "seamark/booking/prod/api/5xx": types.StateValueAlarm})}, -1,
			map[string]seamark.IncidentStatus{"cpu": seamark.IncidentOpen, "disk": seamark.IncidentOpen, "seamark/booking/prod/api/5xx": seamark.IncidentOpen}},
	} {
		t.Run(name, func(t *testing.T) {
			c := onboarding(t, "web")
			dir, err := lake.OpenDir(t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			m, err := alerter.New(t.Context(), alerter.Options{Store: incident.NewFileStore(dir, "incidents")})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now().Add(-time.Hour)
			for _, name := range []string{"cpu", "disk"} {
				if err := m.Observe(t.Context(), seamark.Alarm{
					Name: name, ARN: "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:" + name, Origin: "cloudwatch", State: seamark.AlarmFiring,
					Scope: seamark.Scope{AccountID: "111111111111", Region: "eu-central-1"}, Since: began, Evaluated: began,
				}); err != nil {
					t.Fatal(err)
				}
			}
			sim := stated{simulated{Cloud: cloud.New(cloud.Options{})}, v.pages, v.fail}
			s := &stage.Reconcile{Alerts: m, Log: slog.New(slog.DiscardHandler), Open: opening(c, sim)}
			s.Once(t.Context())
			got := map[string]seamark.IncidentStatus{}
			for _, in := range m.Incidents() {
				for _, a := range in.Alarms {
					got[a.Name] = in.Status
				}
			}
			if len(got) != len(v.want) {
				t.Errorf("got %v, want %v", got, v.want)
			}
			for name, want := range v.want {
				if got[name] != want {
					t.Errorf("%s is %q, want %q", name, got[name], want)
				}
			}
		})
	}
}
