package transformer

import (
	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/redact"
)

// redact takes out of the payload's rows what must not be stored. Fingerprints were made
// before, so that what is redacted does not change which errors are grouped.
func (r *rows) redact() {
	if r.redactor == nil {
		return
	}
	from := 0
	for _, run := range r.logRuns {
		if c := redactedOf(r.redactor.For(run.p.Product)); c != nil {
			for i := range r.logs[from:run.to] {
				c.log(&r.logs[from+i])
			}
		}
		from = run.to
	}
	from = 0
	for _, run := range r.accessRuns {
		if c := redactedOf(r.redactor.For(run.p.Product)); c != nil {
			for i := range r.Access[from:run.to] {
				c.access(&r.Access[from+i])
			}
		}
		from = run.to
	}
}

// redacted are the columns of one product's rows that must be redacted; nil ones need not.
type redacted struct {
	message, eventName, eventData, requestID, traceID, spanID, component *redact.Column
	errorType, errorMessage, errorStack                                  *redact.Column
	path, route, ip, userAgent, extra                                    *redact.Column
}

func redactedOf(s *redact.Set) *redacted {
	if s == nil {
		return nil
	}
	return &redacted{
		message: s.Column("message"), eventName: s.Column("event_name"), eventData: s.Column("event_data"), requestID: s.Column("request_id"),
		traceID: s.Column("trace_id"), spanID: s.Column("span_id"), component: s.Column("component"), errorType: s.Column("error_type"),
		errorMessage: s.Column("error_message"), errorStack: s.Column("error_stack"), path: s.Column("path"), route: s.Column("route"),
		ip: s.Column("ip"), userAgent: s.Column("user_agent"), extra: s.Column("extra"),
	}
}

func (c *redacted) log(row *seamark.Log) {
	row.Message = c.message.Text(row.Message)
	row.EventData = c.eventData.JSON(row.EventData)
	row.EventName = c.eventName.Text(row.EventName)
	row.RequestID = c.requestID.Text(row.RequestID)
	row.TraceID = c.traceID.Text(row.TraceID)
	row.SpanID = c.spanID.Text(row.SpanID)
	row.Component = c.component.Text(row.Component)
	row.ErrorType = c.errorType.Text(row.ErrorType)
	row.ErrorMessage = c.errorMessage.Text(row.ErrorMessage)
	row.ErrorStack = c.errorStack.Text(row.ErrorStack)
}

func (c *redacted) access(row *seamark.AccessLog) {
	row.RequestID = c.requestID.Text(row.RequestID)
	row.TraceID = c.traceID.Text(row.TraceID)
	row.Component = c.component.Text(row.Component)
	row.Path = c.path.Text(row.Path)
	row.Route = c.route.Text(row.Route)
	row.IP = c.ip.Text(row.IP)
	row.UserAgent = c.userAgent.Text(row.UserAgent)
	row.ErrorMessage = c.errorMessage.Text(row.ErrorMessage)
	row.Extra = c.extra.JSON(row.Extra)
}
