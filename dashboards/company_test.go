package dashboards_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/seamark-hq/seamark"
)

// hostile texts must arrive on the screen as they are, and do nothing.
var hostile = []string{
	`<script>window.pwned=1</script>`,
	`<img src=x onerror="window.pwned=1">`,
	`"><svg/onload=window.pwned=1>`,
	`javascript:window.pwned=1`,
	`{{constructor.constructor('window.pwned=1')()}}`,
	`</pre></td><iframe srcdoc="<script>parent.pwned=1</script>">`,
	"\u202egnp.exe \x1b[31mred\x1b[0m \u0000 end",
	`<a href="javascript:window.pwned=1">click</a> & &lt;b&gt; %3Cscript%3E`,
}

const (
	bigMessageID = "big-message"
	stackTrace   = "AccessDeniedException: User: arn:aws:sts::222222222222:assumed-role/booking-confirmation/booking-confirmation is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-central-1:222222222222:table/bookings\n" +
		"    at throwDefaultError (/var/runtime/node_modules/@smithy/smithy-client/dist-cjs/index.js:836:20)\n" +
		"    at /var/runtime/node_modules/@smithy/smithy-client/dist-cjs/index.js:845:5\n" +
		"    at de_CommandError (/var/runtime/node_modules/@aws-sdk/client-dynamodb/dist-cjs/index.js:2174:14)\n" +
		"    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)\n" +
		"    at async saveBooking (/var/task/src/store.js:41:3)\n" +
		"    at async handler (/var/task/src/handler.js:18:20)"
)

type component struct{ product, environment, team, name string }

var components = []component{
	{"booking", "prod", "web-mobile", "booking-confirmation"}, {"booking", "prod", "web-mobile", "booking-quote"}, {"booking", "test", "web-mobile", "booking-confirmation"},
	{"tracking", "prod", "ocean-visibility", "container-events"}, {"tracking", "prod", "ocean-visibility", "eta-predictor"},
	{"invoicing", "prod", "finance", "invoice-export"}, {"customs", "prod", "compliance", "declaration"}, {"schedules", "prod", "network", "port-pairs"},
}

// company returns two hours of a shipping company's rows up to now, the same for the same now.
func company(now time.Time) []seamark.Hit {
	rng := rand.New(rand.NewPCG(7, 7))
	var hits []seamark.Hit
	end := now.UnixMilli()
	for i := range 3600 {
		ts := end - int64(i)*2000 - rng.Int64N(1500) - 100
		c := components[rng.IntN(len(components))]
		if i%3 == 0 {
			hits = append(hits, request(rng, c, ts, i, end))
		} else {
			hits = append(hits, logLine(rng, c, ts, i, end))
		}
	}
	for i, text := range hostile {
		hits = append(hits, logHit(component{"booking", "prod", text, "xss-" + fmt.Sprint(i)}, seamark.Log{
			Timestamp: end - int64(i)*60 - 5, EventID: fmt.Sprintf("hostile-%d", i), Level: seamark.LevelWarn, Message: text,
			EventName: text, EventData: fmt.Sprintf(`{"text":%q,"big":12345678901234567890}`, text), Stream: text, Fingerprint: "1:00000000000000ff",
		}))
	}
	hits = append(hits, logHit(components[5], seamark.Log{
		Timestamp: end - 3000, EventID: bigMessageID, Level: seamark.LevelInfo, Message: "begin of export " + strings.Repeat("0123456789 äöü ", 85000) + "end of export",
	}))
	return hits
}

// longCompany returns n rows of logs within the hour before now, about as long as real ones.
func longCompany(now time.Time, n int) []seamark.Hit {
	rng := rand.New(rand.NewPCG(8, 8))
	end := now.UnixMilli()
	hits := make([]seamark.Hit, 0, n)
	for i := range n {
		h := logLine(rng, components[rng.IntN(len(components))], end-int64(i)*290-100, i, end)
		h.Log.Message += fmt.Sprintf(" line=[%d]", i)
		hits = append(hits, h)
	}
	return hits
}

func logHit(c component, l seamark.Log) seamark.Hit {
	l.Component, l.Team = c.name, c.team
	l.AccountID, l.Region, l.Source = "222222222222", "eu-central-1", "/aws/lambda/"+c.name
	if l.Stream == "" {
		l.Stream = "2026/11/22/[$LATEST]4f2b"
	}
	l.IngestedAt = l.Timestamp + 1800
	return seamark.Hit{Table: seamark.TableLogs, Product: c.product, Environment: c.environment, Log: &l}
}

func logLine(rng *rand.Rand, c component, ts int64, i int, end int64) seamark.Hit {
	id := 100_000 + rng.IntN(900_000)
	l := seamark.Log{Timestamp: ts, EventID: fmt.Sprintf("3842%010d", i), Level: seamark.LevelInfo, RequestID: fmt.Sprintf("%08x-52ad-4f0e-9d1c-7a6c0e%06d", rng.Uint32(), i)}
	broken := c.name == "booking-confirmation" && c.environment == "prod" && end-ts < 4*60_000
	switch n := rng.IntN(100); {
	case broken && n < 60:
		l.Level, l.Message, l.ErrorType, l.ErrorStack, l.Fingerprint = seamark.LevelError, "could not save the booking", "AccessDeniedException", stackTrace, "1:9c1f03a4d2b87e65"
		l.ErrorMessage = strings.SplitN(stackTrace, "\n", 2)[0][len("AccessDeniedException: "):]
	case n < 2:
		l.Level, l.Message, l.Fingerprint = seamark.LevelError, fmt.Sprintf("carrier answered 504 after 29000 ms bookingId=[%d]", id), "1:2d00c4f7715ab9e3"
	case n < 7:
		l.Level, l.Message, l.Fingerprint = seamark.LevelWarn, fmt.Sprintf("retrying port pair lookup, attempt=[%d] from=[DEHAM] to=[SGSIN]", 2+n%3), "1:71be99ad20c4f013"
	case n < 17:
		l.Level, l.Message = seamark.LevelDebug, fmt.Sprintf("cache hit key=schedule:%d", id)
	case n < 20:
		l.Level, l.Message = "", fmt.Sprintf("REPORT RequestId: %s Duration: %d.42 ms Billed Duration: %d ms Memory Size: 512 MB Max Memory Used: %d MB", l.RequestID, n, n+1, 90+n)
	default:
		l.EventName, l.EventData = "Booking confirmed", fmt.Sprintf(`{"bookingId":%d,"userId":"u%d","teu":%d,"from":"DEHAM","to":"SGSIN"}`, id, id%997, 1+n%40)
		l.Message = fmt.Sprintf("Booking confirmed. bookingId=[%d] userId=[u%d] teu=[%d]", id, id%997, 1+n%40)
	}
	return logHit(c, l)
}

func request(rng *rand.Rand, c component, ts int64, i int, end int64) seamark.Hit {
	status := int32(200)
	switch n := rng.IntN(100); {
	case c.name == "booking-confirmation" && c.environment == "prod" && end-ts < 4*60_000 && n < 60:
		status = 401
	case n < 3:
		status = 404
	case n < 5:
		status = 502
	case n < 9:
		status = 304
	case n < 25:
		status = 201
	}
	latency, size := 4+rng.ExpFloat64()*60, rng.Int64N(9000)
	a := seamark.AccessLog{
		Timestamp: ts, EventID: fmt.Sprintf("9931%010d", i), AccountID: "222222222222", Region: "eu-central-1", Source: "/aws/apigateway/" + c.product,
		Component: c.product + "-api/" + c.environment, Team: c.team, RequestID: fmt.Sprintf("req-%06d", i), Method: []string{"GET", "POST", "GET"}[i%3],
		Route: "/" + c.product + "/{id}", Path: fmt.Sprintf("/%s/%d", c.product, rng.IntN(999999)), Status: &status, LatencyMs: &latency, ResponseBytes: &size,
		IP: fmt.Sprintf("203.0.113.%d", rng.IntN(250)), UserAgent: "Mozilla/5.0 (booking-app)", Protocol: "HTTP/1.1", IngestedAt: ts + 1700,
	}
	return seamark.Hit{Table: seamark.TableAccessLogs, Product: c.product, Environment: c.environment, Access: &a}
}

// incidentsAt returns one open and two resolved incidents as of now.
func incidentsAt(now time.Time, m *memory) []seamark.Incident {
	opened := now.Add(-4 * time.Minute).UTC()
	scope := seamark.Scope{Product: "booking", Environment: "prod", Component: "booking-api/prod", Team: "web-mobile", AccountID: "222222222222", Region: "eu-central-1"}
	lambda := scope
	lambda.Component = "booking-confirmation"
	open := seamark.Incident{
		ID: openIncident, Product: "booking", Environment: "prod", Team: "web-mobile", Severity: seamark.SeverityCritical, Status: seamark.IncidentOpen,
		OpenedAt: opened, UpdatedAt: now.Add(-20 * time.Second).UTC(), Runbook: "https://wiki.example.com/runbooks/booking",
		Alarms: []seamark.Alarm{
			{Name: "seamark/booking/prod/booking-api/4xx", Rule: "4xx", Scope: scope, State: seamark.AlarmFiring, Severity: seamark.SeverityCritical, Value: 0.372, Threshold: 0.05, Unit: "ratio", Samples: 214, Since: opened, Reason: "37.2 % of 214 requests"},
			{Name: "seamark/booking/prod/booking-confirmation/errors", Rule: "errors", Scope: lambda, State: seamark.AlarmFiring, Severity: seamark.SeverityWarning, Value: 41, Threshold: 10, Unit: "count", Since: opened.Add(15 * time.Second)},
			{Name: "seamark/booking/prod/booking-api/5xx", Rule: "5xx", Scope: scope, State: seamark.AlarmOK, Severity: seamark.SeverityWarning, Value: 0.004, Threshold: 0.01, Unit: "ratio", Since: opened},
		},
		Timeline: []seamark.Moment{
			{At: opened, What: "4xx ratio of booking-api/prod rose over 5 %: opened"}, {At: opened.Add(2 * time.Second), What: "card posted to #ops-booking and Teams"},
			{At: opened.Add(15 * time.Second), What: "error logs of booking-confirmation: 41 in a minute"}, {At: opened.Add(40 * time.Second), What: "hostile <script>window.pwned=1</script> tag"},
		},
	}
	samples := map[string]*seamark.Pattern{}
	for _, h := range m.hits {
		if h.Log == nil || h.Log.Fingerprint == "" || h.Product != "booking" || h.Log.Timestamp < opened.UnixMilli() {
			continue
		}
		p := samples[h.Log.Fingerprint]
		if p == nil {
			p = &seamark.Pattern{Fingerprint: h.Log.Fingerprint, Last: time.UnixMilli(h.Log.Timestamp).UTC(), Sample: h}
			samples[h.Log.Fingerprint] = p
		}
		p.Count++
		p.First = time.UnixMilli(h.Log.Timestamp).UTC()
	}
	for _, f := range []string{"1:9c1f03a4d2b87e65", "1:2d00c4f7715ab9e3", "1:00000000000000ff"} {
		if p := samples[f]; p != nil {
			open.Patterns = append(open.Patterns, *p)
		}
	}
	for i := range 40 {
		at := opened.Add(time.Duration(i-24) * 15 * time.Second).Truncate(15 * time.Second)
		counts := map[string]int64{seamark.LevelInfo: int64(30 + i%7), seamark.LevelWarn: int64(i % 3), "2xx": int64(20 + i%4)}
		if i >= 24 {
			counts[seamark.LevelError], counts["4xx"] = int64(12+i%5), int64(9+i%3)
		}
		open.Series = append(open.Series, seamark.Bucket{Start: at, Counts: counts})
	}
	done := func(product string, ago, lasted time.Duration, value float64) seamark.Incident {
		at := now.Add(-ago).UTC()
		return seamark.Incident{
			ID: at.Format("20060102T150405Z") + "-" + product + "-prod", Product: product, Environment: "prod", Team: "network", Severity: seamark.SeverityWarning,
			Status: seamark.IncidentResolved, OpenedAt: at, UpdatedAt: at.Add(lasted), ResolvedAt: at.Add(lasted), Runbook: "javascript:window.pwned=1",
			Alarms: []seamark.Alarm{{Name: "seamark/" + product + "/prod/api/5xx", Rule: "5xx", State: seamark.AlarmOK, Value: value, Threshold: 0.01, Unit: "ratio", Runbook: "javascript:window.pwned=1"}},
		}
	}
	return []seamark.Incident{done("schedules", 26*time.Hour, 11*time.Minute, 0.08), open, done("customs", 3*time.Hour, 95*time.Second, 0.031)}
}
