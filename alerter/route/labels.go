package route

import (
	"maps"
	"slices"

	seamark "github.com/seamark-hq/seamark"
)

// OriginAlertmanager is the Origin of alarms that came by Alertmanager's API.
const OriginAlertmanager = "alertmanager"

// Targets are the parts of a scope that a label of a foreign alarm can stand for.
func Targets() []string { return []string{"product", "environment", "team", "component"} }

// Labels are what routes, silences and inhibition see of an alarm: product, environment,
// team, severity, rule, component, account_id, region, alertname, and what its sender set.
// Of an alarm that came by Alertmanager's API the sender's labels come first, and severity
// and rule are there only if it set them.
func Labels(a seamark.Alarm) map[string]string {
	l := map[string]string{
		"alertname": a.Name, "product": a.Scope.Product, "environment": a.Scope.Environment, "team": a.Scope.Team,
		"component": a.Scope.Component, "account_id": a.Scope.AccountID, "region": a.Scope.Region,
	}
	if a.Origin != OriginAlertmanager {
		l["severity"], l["rule"] = a.Severity, a.Rule
		for name, value := range a.Labels {
			if l[name] == "" {
				l[name] = value
			}
		}
	} else {
		maps.Copy(l, a.Labels)
	}
	maps.DeleteFunc(l, func(_, value string) bool { return value == "" })
	return l
}

// Scope says whose a foreign alarm is: by its labels product, environment, team and
// component, and where one is missing by another label that aliases maps to it
// ("namespace": "product"). Of several aliases for one the first by name counts.
func Scope(labels, aliases map[string]string) seamark.Scope {
	s := seamark.Scope{
		Product: labels["product"], Environment: labels["environment"], Team: labels["team"], Component: labels["component"],
		AccountID: labels["account_id"], Region: labels["region"],
	}
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		into := map[string]*string{"product": &s.Product, "environment": &s.Environment, "team": &s.Team, "component": &s.Component}[aliases[alias]]
		if into != nil && *into == "" {
			*into = labels[alias]
		}
	}
	return s
}
