package fleet

import "strconv"

// An exchange is one request to an API and its answer.
type exchange struct {
	stage         *stage
	route         *route
	j             *journey
	status        int
	latencyMs     float64
	integrationMs float64 // 0: the integration was not called
	bytes         int64
	fault         string // $context.error.message
}

// access renders the access-log line of x, in the JSON formats that API Gateway's
// documentation proposes for REST and HTTP APIs.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
func (w *scribe) access(x *exchange, ms int64) []byte {
	w.out = w.out[:0]
	if x.stage.api.rest {
		w.restAccess(x, ms)
	} else {
		w.httpAccess(x, ms)
	}
	return w.out
}

// restAccess quotes its numbers, as $context variables in a quoted template come out.
func (w *scribe) restAccess(x *exchange, ms int64) {
	b := append(append(w.out, `{"requestId":"`...), x.j.apiRequest[:]...)
	b = append(append(b, `","extendedRequestId":"`...), x.j.span[:15]...)
	b = x.j.appendIP(append(b, `=","ip":"`...))
	b = w.clock.appendCommon(append(b, `","caller":"-","user":"-","requestTime":"`...), ms)
	b = strconv.AppendInt(append(b, `","requestTimeEpoch":"`...), ms, 10)
	b = append(append(b, `","httpMethod":"`...), x.route.method...)
	b = append(append(b, `","resourcePath":"`...), x.route.path...)
	b = append(append(b, `","path":"/`...), x.stage.Workload.Environment...)
	b = x.j.appendPath(b, x.route.path)
	b = strconv.AppendInt(append(b, `","status":"`...), int64(x.status), 10)
	b = strconv.AppendInt(append(b, `","protocol":"HTTP/1.1","responseLength":"`...), x.bytes, 10)
	b = strconv.AppendInt(append(b, `","responseLatency":"`...), int64(x.latencyMs), 10)
	b = append(b, `","integrationLatency":"`...)
	if x.integrationMs > 0 {
		b = strconv.AppendInt(b, int64(x.integrationMs), 10)
		b = append(append(b, `","integrationRequestId":"`...), x.j.invocation[:]...)
	} else {
		b = append(b, `-","integrationRequestId":"-`...)
	}
	b = appendString(append(b, `","userAgent":`...), agents[x.j.agent])
	b = append(append(b, `,"xrayTraceId":"`...), x.j.trace[:]...)
	b = append(b, `","errorMessage":"`...)
	if x.fault == "" {
		b = append(b, '-')
	} else {
		b = append(b, x.fault...)
	}
	w.out = append(b, `"}`...)
}

// httpAccess writes its numbers as numbers.
func (w *scribe) httpAccess(x *exchange, ms int64) {
	b := append(append(w.out, `{"requestId":"`...), x.j.apiRequest[:]...)
	b = x.j.appendIP(append(b, `","ip":"`...))
	b = w.clock.appendCommon(append(b, `","requestTime":"`...), ms)
	b = append(append(b, `","httpMethod":"`...), x.route.method...)
	b = append(append(append(append(b, `","routeKey":"`...), x.route.method...), ' '), x.route.path...)
	b = x.j.appendPath(append(b, `","path":"`...), x.route.path)
	b = strconv.AppendInt(append(b, `","status":`...), int64(x.status), 10)
	b = strconv.AppendInt(append(b, `,"protocol":"HTTP/2.0","responseLength":`...), x.bytes, 10)
	b = appendMs(append(b, `,"responseLatency":`...), x.latencyMs)
	if x.integrationMs > 0 {
		b = appendMs(append(b, `,"integrationLatency":`...), x.integrationMs)
		b = append(append(b, `,"integrationRequestId":"`...), x.j.invocation[:]...)
		b = append(b, '"')
	}
	b = appendString(append(b, `,"userAgent":`...), agents[x.j.agent])
	b = append(append(b, `,"xrayTraceId":"`...), x.j.trace[:]...)
	if x.fault != "" {
		b = append(append(b, `","errorMessage":"`...), x.fault...)
	}
	w.out = append(b, `"}`...)
}
