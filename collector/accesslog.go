package collector

import (
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// agreedFormat is the access-log format that we set: one JSON object a line, with the keys
// that schemas/ names. API Gateway wants it on one line.
const agreedFormat = `{"requestId":"$context.requestId","requestTime":"$context.requestTimeEpoch","httpMethod":"$context.httpMethod",` +
	`"path":"$context.path","routeKey":"$context.routeKey","status":"$context.status","protocol":"$context.protocol",` +
	`"responseLength":"$context.responseLength","responseLatency":"$context.responseLatency","integrationLatency":"$context.integrationLatency",` +
	`"ip":"$context.identity.sourceIp","userAgent":"$context.identity.userAgent","errorMessage":"$context.error.message"}`

// agreedFormatREST differs where REST APIs know other variables.
var agreedFormatREST = strings.NewReplacer("$context.routeKey", "$context.resourcePath").Replace(agreedFormat)

func formatFor(p inventory.Protocol) string {
	if p == inventory.REST {
		return agreedFormatREST
	}
	return agreedFormat
}

// accessLogPrefix opens the name of each log group that we make.
const accessLogPrefix = "/aws/apigateway/"

// accessLogGroupName is the log group that we make for a stage's access log. "$default"
// becomes ".default", which no other stage can be called; what else a log group's name
// cannot carry is replaced, with a hash of the whole.
func accessLogGroupName(s *inventory.Stage) string {
	stage := s.Name
	if stage == "$default" {
		return accessLogPrefix + s.API.ID + "/.default"
	}
	if clean := strings.Map(plain, stage); clean != stage {
		stage = clean + "." + shortHash(s.Name)
	}
	return accessLogPrefix + s.API.ID + "/" + stage
}

// accessLogs compares the stages' access logs with what their tags wish. Logging that a
// team has set up, or changed, is never changed; logging that we set up is known by the
// owner mark on the log group, which we made too, and is switched off when the wish goes.
func (d *Desired) accessLogs(decisions []Decision) {
	there := map[string]bool{} // by log group: whether it is ours
	for i := range d.inv.Groups {
		g := &d.inv.Groups[i]
		there[g.Name] = d.Owns(g.Tags) && strings.HasPrefix(g.Name, accessLogPrefix)
		if there[g.Name] {
			d.made = append(d.made, g.Name)
		}
	}
	for i := range decisions {
		if dec := &decisions[i]; dec.Kind == inventory.KindStage && !dec.Unknown {
			d.accessLog(dec, there)
		}
	}
}

func (d *Desired) accessLog(dec *Decision, there map[string]bool) {
	s := &d.inv.Stages[dec.Index]
	name := accessLogGroupName(s)
	wished := dec.Wish != nil && dec.Wish.Logs
	ours, exists := there[name]
	find := func(problem string) {
		dec.Findings = append(dec.Findings, Finding{Resource: d.place.StageARN(s), Problem: problem})
	}
	switch on := s.AccessLog != (inventory.AccessLog{}); {
	case !on && wished && !d.cfg.ManageAccessLogs:
		find("access logging is off; switch it on, or let the operator set apigateway.manageAccessLogs")
	case !on && wished && exists && !ours:
		find("access logging is off, and the log group " + name + " is not ours; " + accessLogRemedy)
	case !on && wished:
		d.AccessLogs = append(d.AccessLogs, WantedAccessLog{API: s.API, Stage: s.Name, Group: name, Wish: dec.Wish})
		d.addFilterOfAccessLog(s, name, dec)
	case ours && s.WritesTo(name) && s.AccessLog.Format == formatFor(s.API.Protocol) && (!wished || !d.cfg.ManageAccessLogs):
		d.AccessLogs = append(d.AccessLogs, WantedAccessLog{API: s.API, Stage: s.Name, Group: name, Off: true})
		d.dropFilter(name)
	}
}

// inUse reports whether a stage writes to a log group when all that we switch off is off.
func (d *Desired) inUse(group string) bool {
	return slices.ContainsFunc(d.inv.Stages, func(s inventory.Stage) bool {
		return s.WritesTo(group) && !slices.ContainsFunc(d.AccessLogs, func(w WantedAccessLog) bool {
			return w.Off && w.Group == group && w.API.ID == s.API.ID && w.Stage == s.Name
		})
	})
}

// addFilterOfAccessLog wishes for the filter on a log group that this sweep makes, unless
// the group is there already and wished for by itself.
func (d *Desired) addFilterOfAccessLog(s *inventory.Stage, group string, dec *Decision) {
	for i := range d.Filters {
		if d.Filters[i].Group == group {
			return
		}
	}
	d.Filters = append(d.Filters, WantedFilter{Group: group, Component: s.Component(), Wish: dec.Wish})
}

func (d *Desired) dropFilter(group string) {
	for i := range d.Filters {
		if d.Filters[i].Group == group {
			d.Filters = append(d.Filters[:i], d.Filters[i+1:]...)
			return
		}
	}
}
