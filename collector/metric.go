package collector

import (
	"fmt"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// Alarm builds the metric alarm of a recipe, with its tags.
func (d *Desired) Alarm(w *WantedAlarm) inventory.MetricAlarm {
	t := w.Wish.Thresholds[w.ref.rule.Index()]
	window := 60 * t.Minutes
	a := inventory.MetricAlarm{
		Name: w.Name, Evaluations: 1, Datapoints: 1, Threshold: t.Value, Comparison: inventory.AtLeast, Missing: inventory.NotBreaching,
	}
	component := ""
	if w.ref.kind == inventory.KindFunction {
		f := &d.inv.Functions[w.ref.index]
		component = f.Name
		d.functionAlarm(&a, w.ref.rule.Name, f, window)
	} else {
		s := &d.inv.Stages[w.ref.index]
		component = s.Component()
		var route *inventory.Route
		if w.ref.route >= 0 {
			route = &s.Routes[w.ref.route]
			component += " " + route.Method + " " + route.Resource
		}
		d.stageAlarm(&a, w.ref.rule.Name, s, route, window)
	}
	a.Description = rule.Description{
		Product: w.Wish.Product, Environment: w.Wish.Environment, Team: w.Wish.Team, Component: component, Rule: w.ref.rule.Name,
		StatusCode: w.ref.rule.StatusCode, Threshold: a.Threshold, Window: window, Severity: w.Wish.Severity, Runbook: w.Wish.Runbook,
	}.Text()
	a.Tags = d.alarmTags(w.Wish, alarmHash(&a))
	return a
}

// functionAlarm fills in the metric of a Lambda function
// (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
func (d *Desired) functionAlarm(a *inventory.MetricAlarm, rule string, f *inventory.Function, window int) {
	m := inventory.Metric{Namespace: "AWS/Lambda", Dimensions: []inventory.Dimension{{Name: "FunctionName", Value: f.Name}}}
	switch rule {
	case "errors":
		a.Threshold /= 100
		a.Queries = ratio(m, "Errors", "Invocations", window, d.cfg.MinRequests)
	case "throttles":
		a.Metric, a.Period = m.With("Throttles", "Sum"), window
	case "duration":
		a.Threshold *= float64(f.Timeout) * 1000 / 100
		a.Metric, a.Period = m.With("Duration", "Maximum"), window
	}
}

// stageAlarm fills in the metric of a stage or of one of its routes. REST APIs' metrics are keyed by
// the API's name, the others' by its id
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
// …/http-api-metrics.html, …/apigateway-websocket-api-logging.html).
func (d *Desired) stageAlarm(a *inventory.MetricAlarm, rule string, s *inventory.Stage, route *inventory.Route, window int) {
	m := stageMetric(s)
	if route != nil {
		m.Dimensions = append(m.Dimensions, inventory.Dimension{Name: "Method", Value: route.Method}, inventory.Dimension{Name: "Resource", Value: route.Resource})
	}
	names := stageMetrics(s.API.Protocol)
	switch rule {
	case "4xx":
		a.Threshold /= 100
		a.Queries = ratio(m, names.client, names.count, window, d.cfg.MinRequests)
	case "5xx":
		a.Threshold /= 100
		a.Queries = ratio(m, names.server, names.count, window, d.cfg.MinRequests)
	case "latency":
		a.Metric, a.Period, a.LowSamples = m.With(names.latency, "p95"), window, inventory.Ignore
	}
}

// stageMetric is what all metrics of a stage have in common.
func stageMetric(s *inventory.Stage) inventory.Metric {
	m := inventory.Metric{Namespace: "AWS/ApiGateway", Dimensions: []inventory.Dimension{{Name: "ApiId", Value: s.API.ID}, {Name: "Stage", Value: s.Name}}}
	if s.API.Protocol == inventory.REST {
		m.Dimensions[0] = inventory.Dimension{Name: "ApiName", Value: s.API.Name}
	}
	return m
}

// metricNames are what a protocol calls its metrics.
type metricNames struct{ client, server, count, latency string }

func stageMetrics(p inventory.Protocol) metricNames {
	switch p {
	case inventory.REST:
		return metricNames{"4XXError", "5XXError", "Count", "Latency"}
	case inventory.WebSocket:
		return metricNames{"ClientError", "ExecutionError", "MessageCount", "IntegrationLatency"}
	}
	return metricNames{"4xx", "5xx", "Count", "Latency"}
}

// RequestsOf is the metric that counts a stage's requests, or messages.
func RequestsOf(s *inventory.Stage) inventory.Metric {
	return stageMetric(s).With(stageMetrics(s.API.Protocol).count, "Sum")
}

// ratio is bad/all of a window, 0 when there were fewer than least: one failure at night
// is no incident.
func ratio(m inventory.Metric, bad, all string, window, least int) []inventory.Query {
	return []inventory.Query{
		{ID: "ratio", Expression: fmt.Sprintf("IF(all >= %d, bad / all, 0)", least), Return: true},
		{ID: "bad", Metric: m.With(bad, "Sum"), Period: window},
		{ID: "all", Metric: m.With(all, "Sum"), Period: window},
	}
}

// RatioParts are the two metrics of an alarm over a share of requests or invocations.
func RatioParts(a *inventory.MetricAlarm) (bad, all inventory.Metric) {
	for _, q := range a.Queries {
		switch q.ID {
		case "bad":
			bad = q.Metric
		case "all":
			all = q.Metric
		}
	}
	return bad, all
}
