package cloudtest

import (
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// plainAlarm is an alarm over one metric, as the collector makes it.
func plainAlarm(name string) inventory.MetricAlarm {
	return inventory.MetricAlarm{
		Name: name, Description: `{"product":"booking","rule":"throttles","threshold":1}`, Period: 300, Evaluations: 1, Datapoints: 1,
		Threshold: 1, Comparison: "GreaterThanOrEqualToThreshold", Missing: "notBreaching",
		Metric: inventory.Metric{Namespace: "AWS/Lambda", Name: "Throttles", Statistic: "Sum", Dimensions: []inventory.Dimension{{Name: "FunctionName", Value: "f"}}},
	}
}

func percentileAlarm(name string) inventory.MetricAlarm {
	a := plainAlarm(name)
	a.Threshold, a.LowSamples = 3000, "ignore"
	a.Metric = inventory.Metric{Namespace: "AWS/ApiGateway", Name: "Latency", Statistic: "p95",
		Dimensions: []inventory.Dimension{{Name: "ApiName", Value: "shop"}, {Name: "Stage", Value: "prod"}}}
	return a
}

func ratioAlarm(name string) inventory.MetricAlarm {
	a := plainAlarm(name)
	of := func(metric string) inventory.Metric {
		return inventory.Metric{Namespace: "AWS/ApiGateway", Name: metric, Statistic: "Sum", Dimensions: []inventory.Dimension{{Name: "ApiName", Value: "shop"}}}
	}
	a.Metric, a.Period, a.Threshold = inventory.Metric{}, 0, 0.05
	a.Queries = []inventory.Query{
		{ID: "ratio", Expression: "IF(all >= 20, bad / all, 0)", Return: true},
		{ID: "bad", Metric: of("5XXError"), Period: 300}, {ID: "all", Metric: of("Count"), Period: 300},
	}
	return a
}

// alarms reads those whose name begins with prefix.
func (s *session) alarms(prefix string) (metric map[string]inventory.MetricAlarm, composite map[string]inventory.CompositeAlarm, err error) {
	metric, composite = map[string]inventory.MetricAlarm{}, map[string]inventory.CompositeAlarm{}
	token := ""
	for range 100 {
		m, c, next, err := s.cloud.Alarms(s.ctx, prefix, token)
		if err != nil {
			return nil, nil, err
		}
		if len(m)+len(c) > 100 {
			return nil, nil, fmt.Errorf("a page of %d alarms", len(m)+len(c))
		}
		for _, a := range m {
			metric[a.Name] = a
		}
		for _, a := range c {
			composite[a.Name] = a
		}
		if next == "" {
			return metric, composite, nil
		}
		token = next
	}
	return nil, nil, errors.New("a listing that never ends")
}

// keeps puts an alarm and checks that it is read as it was put; tags come apart.
func (s *session) keeps(a inventory.MetricAlarm) error {
	if err := s.cloud.PutMetricAlarm(s.ctx, a); err != nil {
		return err
	}
	got, _, err := s.alarms("seamark/")
	a.Tags = nil
	if d := cmp.Diff(a, got[a.Name], cmpopts.EquateEmpty()); err != nil || d != "" {
		return fmt.Errorf("alarm: %v\n%s", err, d)
	}
	return nil
}

func (s *session) hasAlarmTags(name string, want inventory.Tags) error {
	got, err := s.cloud.AlarmTags(s.ctx, s.place.AlarmARN(name))
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
		return fmt.Errorf("tags of %s: %v\n%s", name, err, d)
	}
	return nil
}

const anAlarm = "seamark/booking/prod/f/throttles"

var alarmChecks = []check{
	{"an alarm is read as it was put", func(s *session) error {
		a := plainAlarm(anAlarm)
		a.Actions = inventory.Actions{Alarm: []string{"arn:aws:sns:eu-central-1:999999999999:seamark"}, OK: []string{"arn:aws:sns:eu-central-1:999999999999:seamark"}}
		return s.keeps(a)
	}},
	{"an alarm without actions enabled", func(s *session) error {
		a := plainAlarm(anAlarm)
		a.Actions.Disabled = true
		return s.keeps(a)
	}},
	{"an alarm over a percentile", func(s *session) error { return s.keeps(percentileAlarm("seamark/shop/prod/shop/prod/latency")) }},
	{"an alarm over metric math", func(s *session) error { return s.keeps(ratioAlarm("seamark/shop/prod/shop/prod/5xx")) }},
	{"an alarm is replaced by its name", func(s *session) error {
		a, b := plainAlarm(anAlarm), plainAlarm(anAlarm)
		b.Threshold, b.Evaluations, b.Datapoints, b.Metric.Name, b.Metric.Dimensions = 2.5, 3, 2, "Errors", nil
		return first(s.keeps(a), s.keeps(b), s.keeps(a))
	}},
	{"alarms are listed by prefix, 100 a page", func(s *session) error {
		var want []string
		for i := range 120 {
			name := fmt.Sprintf("seamark/booking/prod/f%03d/throttles", i)
			want = append(want, name)
			if err := s.cloud.PutMetricAlarm(s.ctx, plainAlarm(name)); err != nil {
				return err
			}
		}
		for _, other := range []string{"seamar", "cpu", "Seamark/x/y/z/throttles"} {
			if err := s.cloud.PutMetricAlarm(s.ctx, plainAlarm(other)); err != nil {
				return err
			}
		}
		metric, composite, err := s.alarms("seamark/")
		if err != nil || len(composite) > 0 {
			return fmt.Errorf("composites %v, %v", composite, err)
		}
		var got []string
		for name := range metric {
			got = append(got, name)
		}
		return same("alarms", got, want)
	}},
	{"tags go with a new alarm only", func(s *session) error {
		a := plainAlarm(anAlarm)
		a.Tags = tags("seamark:owner", "acme", "seamark:hash", "0123")
		if err := first(s.cloud.PutMetricAlarm(s.ctx, a), s.hasAlarmTags(a.Name, a.Tags)); err != nil {
			return err
		}
		want := a.Tags
		a.Tags, a.Threshold = tags("seamark:owner", "other"), 2
		return first(s.cloud.PutMetricAlarm(s.ctx, a), s.hasAlarmTags(a.Name, want))
	}},
	{"tags of an alarm are set and removed", func(s *session) error {
		a := plainAlarm(anAlarm)
		a.Tags = tags("seamark:owner", "acme", "team", "web")
		arn := s.place.AlarmARN(a.Name)
		return first(s.cloud.PutMetricAlarm(s.ctx, a),
			s.cloud.TagAlarm(s.ctx, arn, tags("team", "mobile", "runbook", "https://wiki/a_b")), s.hasAlarmTags(a.Name, tags("seamark:owner", "acme", "team", "mobile", "runbook", "https://wiki/a_b")),
			s.cloud.UntagAlarm(s.ctx, arn, []string{"team", "none"}), s.hasAlarmTags(a.Name, tags("seamark:owner", "acme", "runbook", "https://wiki/a_b")))
	}},
	{"alarms are deleted together", func(s *session) error {
		names := []string{anAlarm, "seamark/shop/prod/shop/prod/latency"}
		if err := first(s.cloud.PutMetricAlarm(s.ctx, plainAlarm(names[0])), s.cloud.PutMetricAlarm(s.ctx, percentileAlarm(names[1])), s.cloud.DeleteAlarms(s.ctx, names)); err != nil {
			return err
		}
		got, _, err := s.alarms("")
		if err != nil || len(got) > 0 {
			return fmt.Errorf("left: %v, %v", got, err)
		}
		return nil
	}},
	{"deleting an alarm that is not there", func(s *session) error {
		return fails("deleted", s.cloud.DeleteAlarms(s.ctx, []string{anAlarm}), "ResourceNotFound", "ResourceNotFoundException")
	}},
	{"tags of an alarm that is not there", func(s *session) error {
		_, err := s.cloud.AlarmTags(s.ctx, s.place.AlarmARN(anAlarm))
		return first(fails("read", err, "ResourceNotFoundException", "ResourceNotFound"),
			fails("set", s.cloud.TagAlarm(s.ctx, s.place.AlarmARN(anAlarm), tags("a", "b")), "ResourceNotFoundException", "ResourceNotFound"))
	}},
	{"an alarm needs a valid period", func(s *session) error {
		a := plainAlarm(anAlarm)
		a.Period = 7
		return fails("7 s", s.cloud.PutMetricAlarm(s.ctx, a), "ValidationError", "InvalidParameterValue", "InvalidParameterValueException")
	}},
}
