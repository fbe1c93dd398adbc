package collector

import (
	"strings"
)

// agreedFormat is the access-log format that we set: one JSON object a line, with the keys
// that schemas/ names. API Gateway wants it on one line.
const agreedFormat = `{"requestId":"$context.requestId","requestTime":"$context.requestTimeEpoch","httpMethod":"$context.httpMethod",` +
	`"path":"$context.path","routeKey":"$context.routeKey","status":"$context.status","protocol":"$context.protocol",` +
	`"responseLength":"$context.responseLength","responseLatency":"$context.responseLatency","integrationLatency":"$context.integrationLatency",` +
	`"ip":"$context.identity.sourceIp","userAgent":"$context.identity.userAgent","errorMessage":"$context.error.message"}`

// agreedFormatREST differs where REST APIs know other variables.
var agreedFormatREST = strings.NewReplacer("$context.routeKey", "$context.resourcePath").Replace(agreedFormat)

func formatFor(p Protocol) string {
	if p == REST {
		return agreedFormatREST
	}
	return agreedFormat
}

// accessLogGroupName is the log group that we make for a stage's access log.
func accessLogGroupName(s *Stage) string {
	name := "/aws/apigateway/" + s.API.ID + "/" + s.Name
	if strings.ContainsRune(name, '$') { // "$default": no log group may be called so
		name = strings.ReplaceAll(name, "$", "")
	}
	return name
}

// accessLogs compares the stages' access logs with what their tags wish. Logging that a
// team has set up is never changed; logging that we set up is known by the owner mark on
// the log group, which we made too, and goes when the wish goes.
func (d *Desired) accessLogs(decisions []Decision) {
	ours := map[string]bool{}
	for i := range d.inv.Groups {
		if g := &d.inv.Groups[i]; d.owns(g.Tags) {
			ours[g.Name] = true
		}
	}
	for i := range decisions {
		dec := &decisions[i]
		if dec.Kind != KindStage || dec.Unknown {
			continue
		}
		s := &d.inv.Stages[dec.Index]
		name := accessLogGroupName(s)
		wished := dec.Wish != nil && dec.Wish.Logs
		isOurs := s.AccessLog.Format == formatFor(s.API.Protocol) && ours[name] && strings.HasSuffix(strings.TrimSuffix(s.AccessLog.Destination, ":*"), ":log-group:"+name)
		switch {
		case s.AccessLog == AccessLog{} && wished && d.cfg.ManageAccessLogs:
			d.AccessLogs = append(d.AccessLogs, WantedAccessLog{API: s.API, Stage: s.Name, Group: name, Wish: dec.Wish})
			d.addFilterOfAccessLog(s, name, dec)
		case s.AccessLog == AccessLog{} && wished:
			dec.Findings = append(dec.Findings, Finding{Resource: d.place.StageARN(s),
				Problem: "access logging is off; switch it on, or let the operator set apigateway.manageAccessLogs"})
		case isOurs && (!wished || !d.cfg.ManageAccessLogs):
			d.AccessLogs = append(d.AccessLogs, WantedAccessLog{API: s.API, Stage: s.Name, Group: name, Off: true})
			d.dropFilter(name)
		}
	}
}

// addFilterOfAccessLog wishes for the filter on a log group that this sweep makes, unless
// the group is there already and wished for by itself.
func (d *Desired) addFilterOfAccessLog(s *Stage, group string, dec *Decision) {
	for i := range d.Filters {
		if d.Filters[i].Group == group {
			return
		}
	}
	d.Filters = append(d.Filters, WantedFilter{Group: group, Component: s.component(), Wish: dec.Wish})
}

func (d *Desired) dropFilter(group string) {
	for i := range d.Filters {
		if d.Filters[i].Group == group {
			d.Filters = append(d.Filters[:i], d.Filters[i+1:]...)
			return
		}
	}
}
