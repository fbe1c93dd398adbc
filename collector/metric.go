package collector

import "fmt"

// Alarm builds the metric alarm of a recipe, with its tags.
func (d *Desired) Alarm(w *WantedAlarm) MetricAlarm {
	t := w.Wish.Thresholds[w.ref.rule.index()]
	window := 60 * t.Minutes
	a := MetricAlarm{
		Name: w.Name, Evaluations: 1, Datapoints: 1, Threshold: t.Value, Comparison: atLeast, Missing: notBreaching,
	}
	component := ""
	if w.ref.kind == KindFunction {
		f := &d.inv.Functions[w.ref.index]
		component = f.Name
		d.functionAlarm(&a, w.ref.rule.name, f, window)
	} else {
		s := &d.inv.Stages[w.ref.index]
		component = s.component()
		var route *Route
		if w.ref.route >= 0 {
			route = &s.Routes[w.ref.route]
			component += " " + route.Method + " " + route.Resource
		}
		d.stageAlarm(&a, w.ref.rule.name, s, route, window)
	}
	a.Description = Description{
		Product: w.Wish.Product, Environment: w.Wish.Environment, Team: w.Wish.Team, Component: component, Rule: w.ref.rule.name,
		StatusCode: w.ref.rule.statusCode, Threshold: a.Threshold, Window: window, Severity: w.Wish.Severity, Runbook: w.Wish.Runbook,
	}.text()
	a.Tags = d.alarmTags(w.Wish, alarmHash(&a))
	return a
}

func (r *rule) index() int {
	for i := range rules {
		if rules[i].name == r.name {
			return i
		}
	}
	return -1
}

// functionAlarm fills in the metric of a Lambda function
// (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
func (d *Desired) functionAlarm(a *MetricAlarm, rule string, f *Function, window int) {
	m := Metric{Namespace: "AWS/Lambda", Dimensions: []Dimension{{"FunctionName", f.Name}}}
	switch rule {
	case "errors":
		a.Threshold /= 100
		a.Queries = ratio(m, "Errors", "Invocations", window, d.cfg.MinRequests)
	case "throttles":
		a.Metric, a.Period = m.of("Throttles", "Sum"), window
	case "duration":
		a.Threshold *= float64(f.Timeout) * 1000 / 100
		a.Metric, a.Period = m.of("Duration", "Maximum"), window
	}
}

// stageAlarm fills in the metric of a stage or of one of its routes. REST APIs' metrics are keyed by
// the API's name, the others' by its id
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
// …/http-api-metrics.html, …/apigateway-websocket-api-logging.html).
func (d *Desired) stageAlarm(a *MetricAlarm, rule string, s *Stage, route *Route, window int) {
	m := s.metric()
	if route != nil {
		m.Dimensions = append(m.Dimensions, Dimension{"Method", route.Method}, Dimension{"Resource", route.Resource})
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
		a.Metric, a.Period, a.LowSamples = m.of(names.latency, "p95"), window, ignore
	}
}

// metric is what all metrics of a stage have in common.
func (s *Stage) metric() Metric {
	m := Metric{Namespace: "AWS/ApiGateway", Dimensions: []Dimension{{"ApiId", s.API.ID}, {"Stage", s.Name}}}
	if s.API.Protocol == REST {
		m.Dimensions[0] = Dimension{"ApiName", s.API.Name}
	}
	return m
}

// metricNames are what a protocol calls its metrics.
type metricNames struct{ client, server, count, latency string }

func stageMetrics(p Protocol) metricNames {
	switch p {
	case REST:
		return metricNames{"4XXError", "5XXError", "Count", "Latency"}
	case WebSocket:
		return metricNames{"ClientError", "ExecutionError", "MessageCount", "IntegrationLatency"}
	}
	return metricNames{"4xx", "5xx", "Count", "Latency"}
}

func (m Metric) of(name, statistic string) Metric {
	m.Name, m.Statistic = name, statistic
	return m
}

// ratio is bad/all of a window, 0 when there were fewer than least: one failure at night
// is no incident.
func ratio(m Metric, bad, all string, window, least int) []Query {
	return []Query{
		{ID: "ratio", Expression: fmt.Sprintf("IF(all >= %d, bad / all, 0)", least), Return: true},
		{ID: "bad", Metric: m.of(bad, "Sum"), Period: window},
		{ID: "all", Metric: m.of(all, "Sum"), Period: window},
	}
}
