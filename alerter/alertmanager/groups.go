package alertmanager

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/common/model"
)

// groups lists the alerts that fire as the routes group them: what Alertmanager's
// dispatcher would hold, worked out from the book at each question.
func (a *Alerts) groups(ctx context.Context, wanted func(*dispatch.Route) bool, keep func(*alert.Alert, time.Time) bool) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
	now := a.o.Now()
	receivers := map[model.Fingerprint][]string{}
	byKey := map[string]*dispatch.AlertGroup{}
	for _, one := range a.firing() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		fp := one.Fingerprint()
		for _, r := range a.o.Machinery.root.Match(one.Labels) {
			if !wanted(r) || !keep(one, now) {
				continue
			}
			receivers[fp] = append(receivers[fp], r.RouteOpts.Receiver)
			labels := groupLabels(one.Labels, r)
			key := r.ID() + ":" + labels.String()
			g := byKey[key]
			if g == nil {
				g = &dispatch.AlertGroup{
					Labels: labels, RouteLabels: model.LabelSet{}, Receiver: r.RouteOpts.Receiver, GroupKey: r.Key() + ":" + labels.String(), RouteID: r.ID(),
				}
				byKey[key] = g
			}
			g.Alerts = append(g.Alerts, one)
		}
	}
	groups := make(dispatch.AlertGroups, 0, len(byKey))
	for _, key := range sorted(byKey) {
		sort.Sort(byKey[key].Alerts)
		groups = append(groups, byKey[key])
	}
	sort.Stable(groups)
	for fp := range receivers {
		slices.Sort(receivers[fp])
	}
	return groups, receivers, nil
}

func groupLabels(set model.LabelSet, r *dispatch.Route) model.LabelSet {
	labels := model.LabelSet{}
	for name, value := range set {
		if _, by := r.RouteOpts.GroupBy[name]; by || r.RouteOpts.GroupByAll {
			labels[name] = value
		}
	}
	return labels
}

// groupMuted says which intervals keep a route quiet now.
func (a *Alerts) groupMuted(routeID, _ string) ([]string, bool) {
	r := a.o.Machinery.byID[routeID]
	if r == nil {
		return nil, false
	}
	names := a.o.Machinery.closed(r, a.o.Now())
	return names, len(names) > 0
}
