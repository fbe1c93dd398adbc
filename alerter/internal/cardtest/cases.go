// Package cardtest holds the incidents whose cards every renderer draws in its golden
// test, so that text, Slack and Teams can be compared case by case.
package cardtest

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/links"
)

// Case is one incident with what its card must cope with.
type Case struct {
	Name     string
	Incident seamark.Incident
	Notes    []string
}

// Card is the card of the case, with all links configured.
func (c Case) Card() card.Card { return card.Build(&c.Incident, Links(), c.Notes...) }

// Links are those of a company that has everything.
func Links() links.Config {
	return links.Config{
		PublicURL:            "https://seamark.example.com",
		OpenSearchDashboards: "https://search.example.com/_dashboards",
		AWSPortal:            "https://example.awsapps.com/start",
		AWSRole:              "ReadOnly",
		Accounts:             map[string]string{"222222222222": "shipping-prod", "333333333333": "shipping-data"},
	}
}

// Start is when every incident of the cases opened.
func Start() time.Time { return time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC) }

// Cases are the incidents, in the order in which a person would read them.
func Cases() []Case {
	return []Case{
		{Name: "4xx_firing", Incident: fourxx()},
		{Name: "errors_stack", Incident: stack()},
		{Name: "resolved", Incident: resolved()},
		{Name: "enrichment_failed", Incident: plain(), Notes: []string{"Error patterns and chart could not be looked up: the search did not answer within 15 s"}},
		{Name: "description_not_json", Incident: foreign()},
		{Name: "hostile", Incident: hostile()},
		{Name: "composite", Incident: composite()},
		{Name: "many", Incident: many()},
	}
}

// Golden compares got with the golden file at path, or writes it with update.
func Golden(t *testing.T, path string, got []byte, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s (-got +want):\n%s", path, diff)
	}
}

func alarm(rule, component string, value float64, samples int64) seamark.Alarm {
	a := seamark.Alarm{
		Name: "seamark/booking/prod/" + component + "/" + rule, Rule: rule, State: seamark.AlarmFiring,
		Scope: seamark.Scope{
			Product: "booking", Environment: "prod", Component: component, Team: "web-mobile",
			AccountID: "222222222222", Region: "eu-west-1",
		},
		Severity: seamark.SeverityWarning, Value: value, Peak: value, Samples: samples,
		Window: seamark.Duration(time.Minute), Since: Start(), Evaluated: Start().Add(45 * time.Second), Origin: "seamark",
	}
	if rule == "errors" {
		a.Unit, a.Threshold = "count", 10
	} else {
		a.Unit, a.Threshold, a.StatusCode = "ratio", 0.05, rule
	}
	return a
}

func incident(alarms ...seamark.Alarm) seamark.Incident {
	return seamark.Incident{
		ID: "20261122T140300Z-booking-prod", Product: "booking", Environment: "prod", Team: "web-mobile",
		Severity: seamark.SeverityWarning, Status: seamark.IncidentOpen,
		OpenedAt: Start(), UpdatedAt: Start().Add(45 * time.Second), Alarms: alarms,
		Runbook: "https://wiki.example.com/booking",
	}
}

func series(key string, counts ...int64) []seamark.Bucket {
	var out []seamark.Bucket
	for i, n := range counts {
		out = append(out, seamark.Bucket{Start: Start().Add(time.Duration(i-len(counts)+4) * 30 * time.Second), Counts: map[string]int64{key: n, "2xx": 400}})
	}
	return out
}

func pattern(count int64, errorType, message, trace string) seamark.Pattern {
	return seamark.Pattern{
		Fingerprint: "1:0f3c2a9b7d651e48", Count: count, First: Start().Add(-20 * time.Second), Last: Start().Add(40 * time.Second),
		Sample: seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{
			Timestamp: Start().UnixMilli(), EventID: "e1", AccountID: "222222222222", Region: "eu-west-1",
			Source: "/aws/lambda/booking-confirmation", Component: "booking-confirmation", Level: seamark.LevelError,
			Message: message, ErrorType: errorType, ErrorStack: trace, Fingerprint: "1:0f3c2a9b7d651e48",
		}},
	}
}

func fourxx() seamark.Incident {
	in := incident(alarm("4xx", "booking-api/prod", 0.234, 1204))
	in.Series = series("4xx", 2, 1, 0, 3, 1, 2, 0, 1, 2, 61, 140, 141)
	p := pattern(12, "", "Token rejected: audience [mobile] is not accepted. userId=[u-1772]", "")
	in.Patterns = []seamark.Pattern{p}
	return in
}

func stack() seamark.Incident {
	critical := alarm("5xx", "booking-api/prod", 0.081, 1187)
	critical.Severity, critical.Threshold = seamark.SeverityCritical, 0.01
	in := incident(critical, alarm("errors", "booking-confirmation", 118, 2210), alarm("4xx", "booking-api/prod", 0.234, 1187))
	in.Severity = seamark.SeverityCritical
	in.UpdatedAt = Start().Add(4*time.Minute + 10*time.Second)
	in.Series = series("ERROR", 0, 0, 1, 0, 0, 0, 0, 2, 0, 22, 48, 46)
	in.Patterns = []seamark.Pattern{
		pattern(118, "AccessDeniedException", "User: arn:aws:sts::222222222222:assumed-role/booking-confirmation is not authorized to perform: dynamodb:PutItem on resource: table/bookings",
			"AccessDeniedException: User: arn:aws:sts::222222222222:assumed-role/booking-confirmation is not authorized\n"+
				"    at de_AccessDeniedExceptionRes (/var/task/node_modules/@aws-sdk/client-dynamodb/dist-cjs/index.js:2240:21)\n"+
				"    at putBooking (/var/task/src/store.js:48:11)\n    at async confirm (/var/task/src/confirm.js:91:3)\n"+
				"    at async Runtime.handler (/var/task/src/handler.js:17:10)\n    at async Runtime.handleOnceNonStreaming (file:///var/runtime/index.mjs:1173:29)\n"),
		pattern(7, "", "Booking failed. bookingId=[88123] portPair=[NLRTM-SGSIN]", ""),
	}
	return in
}

func resolved() seamark.Incident {
	in := stack()
	in.Status, in.ResolvedAt = seamark.IncidentResolved, Start().Add(5*time.Minute+30*time.Second)
	in.UpdatedAt = in.ResolvedAt
	for i := range in.Alarms {
		in.Alarms[i].State, in.Alarms[i].Value, in.Alarms[i].Since = seamark.AlarmOK, 0, in.ResolvedAt
	}
	in.Patterns[0].Sample.Log.ErrorStack = ""
	return in
}

func plain() seamark.Incident {
	in := incident(alarm("5xx", "quote-api/prod", 0.5, 22))
	in.Alarms[0].Severity, in.Severity = seamark.SeverityCritical, seamark.SeverityCritical
	in.Runbook = ""
	return in
}

func foreign() seamark.Incident {
	a := seamark.Alarm{
		Name: "Orders queue too deep", State: seamark.AlarmFiring, Severity: seamark.SeverityWarning, Unit: "count",
		Scope:     seamark.Scope{Product: seamark.Unassigned, Environment: seamark.Unassigned, AccountID: "333333333333", Region: "eu-central-1"},
		Threshold: 1000, Value: 4210, Peak: 4210, Since: Start(), Evaluated: Start(), Origin: "cloudwatch",
		ARN:      "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:Orders queue too deep",
		Reason:   "Threshold Crossed: 1 out of the last 1 datapoints [4210.0 (22/11/26 14:02:00)] was greater than the threshold (1000.0) (minimum 1 datapoint for OK -> ALARM transition).",
		Unparsed: "The orders queue is deep: call Jane & <Joe>",
	}
	in := incident(a)
	in.ID, in.Product, in.Environment, in.Team, in.Runbook = "20261122T140300Z-unassigned-unassigned", seamark.Unassigned, seamark.Unassigned, "", ""
	return in
}

func hostile() seamark.Incident {
	a := alarm("errors", "<img src=x onerror=alert(1)>\x1b[2J", 500, 900)
	a.Scope.Team = "<!channel> *bold* [x](javascript:alert(1))"
	in := incident(a)
	in.Team, in.Runbook = a.Scope.Team, "javascript:alert(document.domain)"
	evil := "<script>alert(1)</script> <!channel> <!here> <@U012AB3CD> <https://evil.example|click> [click](https://evil.example) " +
		"**bold** ~x~ `code` ```fence``` :skull: &amp; \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x1b[31mred \u202egnp.exe\u202c \u200bzero\x00nul \xff\xfe {{DATE(2026-11-22T14:03:00Z)}} ${expr} "
	in.Patterns = []seamark.Pattern{
		pattern(1000, "<b>Evil</b>\u2066", evil, "\x1b[2Jat evil(`x`)\r\n  at <!everyone>\n\n\n```\nat [a](b)"),
		pattern(999, "Big", strings.Repeat("A very long line without an end ", 1<<15), ""),
		pattern(998, "Wide", strings.Repeat("漢字🚢", 1<<16), strings.Repeat("   at frame\n", 5000)),
	}
	in.Series = series("ERROR", 1, 2, 3)
	return in
}

func composite() seamark.Incident {
	c := alarm("all", "", 0, 0)
	c.Name, c.Composite, c.Unit, c.StatusCode, c.Threshold, c.Origin = "seamark/booking/prod/all/all", true, "", "", 0, "cloudwatch"
	c.ARN = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:seamark/booking/prod/all/all"
	c.Reason = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:seamark/booking/prod/booking-api/4xx transitioned to ALARM at Sunday 22 November, 2026 14:03:00 UTC"
	return incident(c)
}

func many() seamark.Incident {
	var alarms []seamark.Alarm
	for i := range 40 {
		a := alarm("5xx", "service-"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+"/prod", 0.02+float64(i)/100, 4000)
		a.Scope.AccountID = []string{"222222222222", "333333333333", "444444444444"}[i%3]
		alarms = append(alarms, a)
	}
	in := incident(alarms...)
	for i := range 30 {
		p := pattern(int64(3000-i), "TimeoutError", strings.Repeat("upstream quote-service did not answer ", 40), strings.Repeat("    at very/long/path/of/a/module/in/node_modules/that/never/ends.js:1:1\n", 40))
		in.Patterns = append(in.Patterns, p)
	}
	in.Series = series("5xx", make([]int64, 61)...)
	for i := range in.Series {
		in.Series[i].Counts["5xx"] = int64(i * i % 97)
	}
	return in
}
