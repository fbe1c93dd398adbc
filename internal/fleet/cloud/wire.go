package cloud

import (
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// What is handed over is copied, strings too, as if it came over a wire: callers may not
// reach into the cloud, and what they keep is memory of their own.

func wire[T any](in []T, each func(T) T) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = each(v)
	}
	return out
}

func wireTags(t inventory.Tags) inventory.Tags {
	return wire(t, func(t inventory.Tag) inventory.Tag {
		return inventory.Tag{Key: strings.Clone(t.Key), Value: strings.Clone(t.Value)}
	})
}

func wireGroup(g *logGroup) inventory.LogGroup {
	out := g.LogGroup
	out.Name, out.Class, out.Tags = strings.Clone(g.Name), strings.Clone(g.Class), nil
	return out
}

func wireFunction(f *function) inventory.Function {
	return inventory.Function{Name: strings.Clone(f.Name), LogGroup: strings.Clone(f.LogGroup), Timeout: f.Timeout}
}

func wireFilter(f inventory.Filter) inventory.Filter {
	f.Name, f.Pattern, f.Destination, f.Role = strings.Clone(f.Name), strings.Clone(f.Pattern), strings.Clone(f.Destination), strings.Clone(f.Role)
	return f
}

func wireAPI(a inventory.API) inventory.API {
	return inventory.API{ID: strings.Clone(a.ID), Name: strings.Clone(a.Name), Protocol: a.Protocol, Tags: wireTags(a.Tags)}
}

func wireStage(s inventory.Stage) inventory.Stage {
	return inventory.Stage{Name: strings.Clone(s.Name), Tags: wireTags(s.Tags), DetailedMetrics: s.DetailedMetrics,
		AccessLog: inventory.AccessLog{Destination: strings.Clone(s.AccessLog.Destination), Format: strings.Clone(s.AccessLog.Format)}}
}

func wireRoute(r inventory.Route) inventory.Route {
	return inventory.Route{Method: strings.Clone(r.Method), Resource: strings.Clone(r.Resource)}
}

func wireMetric(m inventory.Metric) inventory.Metric {
	m.Namespace, m.Name, m.Statistic = strings.Clone(m.Namespace), strings.Clone(m.Name), strings.Clone(m.Statistic)
	m.Dimensions = wire(m.Dimensions, func(d inventory.Dimension) inventory.Dimension {
		return inventory.Dimension{Name: strings.Clone(d.Name), Value: strings.Clone(d.Value)}
	})
	return m
}

func wireActions(a inventory.Actions) inventory.Actions {
	a.Alarm, a.OK, a.NoData = wire(a.Alarm, strings.Clone), wire(a.OK, strings.Clone), wire(a.NoData, strings.Clone)
	return a
}

func wireAlarm(a inventory.MetricAlarm) inventory.MetricAlarm {
	a.Name, a.Description, a.Tags = strings.Clone(a.Name), strings.Clone(a.Description), nil
	a.Metric, a.Actions = wireMetric(a.Metric), wireActions(a.Actions)
	a.Queries = slices.Clone(a.Queries)
	for i := range a.Queries {
		q := &a.Queries[i]
		q.ID, q.Expression, q.Metric = strings.Clone(q.ID), strings.Clone(q.Expression), wireMetric(q.Metric)
	}
	return a
}

func wireComposite(a inventory.CompositeAlarm) inventory.CompositeAlarm {
	a.Name, a.Description, a.Rule, a.Tags, a.Actions = strings.Clone(a.Name), strings.Clone(a.Description), strings.Clone(a.Rule), nil, wireActions(a.Actions)
	return a
}
