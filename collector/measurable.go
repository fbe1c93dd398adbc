package collector

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// carried reports whether CloudWatch takes s as the value of a metric's dimension: 1 to
// 1,024 characters of printable ASCII, not all blank. It refuses an alarm over another
// (cloudwatch types.Dimension).
func carried(s string) bool {
	return len(s) <= 1024 && strings.TrimSpace(s) != "" &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// measurable reports whether the stage's metrics can be named; if not, its team is told.
func (d *Desired) measurable(dec *Decision, s *inventory.Stage) bool {
	name := s.API.ID
	if s.API.Protocol == inventory.REST {
		name = s.API.Name
	}
	if carried(name) && carried(s.Name) {
		return true
	}
	dec.Findings = append(dec.Findings, Finding{Resource: d.place.StageARN(s), Problem: fmt.Sprintf(
		"no alarms: CloudWatch cannot name the metrics of %q; rename the API to letters, digits and signs of ASCII", s.Component())})
	return false
}

// measurableRoutes are the positions of the routes whose metrics can be named; the team is told of the others.
func (d *Desired) measurableRoutes(dec *Decision, s *inventory.Stage) []int {
	if !s.DetailedMetrics || s.API.Protocol == inventory.WebSocket {
		return nil
	}
	var routes []int
	for i, r := range s.Routes {
		if carried(r.Method) && carried(r.Resource) {
			routes = append(routes, i)
		}
	}
	if n := len(s.Routes) - len(routes); n > 0 {
		dec.Findings = append(dec.Findings, Finding{Resource: d.place.StageARN(s), Problem: fmt.Sprintf(
			"no alarms for %d of its routes: CloudWatch cannot name their metrics; use ASCII in their paths", n)})
	}
	return d.affordable(dec, s, routes)
}

// affordable keeps as many routes as the operator pays alarms for: three rules are five
// alarm metrics a route. Which, hangs on their paths alone.
func (d *Desired) affordable(dec *Decision, s *inventory.Stage, routes []int) []int {
	most := d.cfg.MaxRoutes
	if len(routes) <= most {
		return routes
	}
	slices.SortFunc(routes, func(i, j int) int {
		a, b := s.Routes[i], s.Routes[j]
		return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(a.Method, b.Method))
	})
	dec.Findings = append(dec.Findings, Finding{Resource: d.place.StageARN(s), Problem: fmt.Sprintf(
		"no alarms for %d of its %d routes: alarms.maxRoutes is %d; those of the stage count all of them", len(routes)-most, len(routes), most)})
	return routes[:most]
}
