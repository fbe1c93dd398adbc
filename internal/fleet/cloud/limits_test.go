package cloud_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

func metricAlarm(name string) inventory.MetricAlarm {
	return inventory.MetricAlarm{Name: name, Evaluations: 1, Period: 60, Comparison: "GreaterThanThreshold",
		Metric: inventory.Metric{Namespace: "n", Name: "m", Statistic: "Sum"}}
}

func mathAlarm(name string) inventory.MetricAlarm {
	m := inventory.Metric{Namespace: "n", Name: "m", Statistic: "Sum"}
	return inventory.MetricAlarm{Name: name, Evaluations: 1, Comparison: "GreaterThanThreshold",
		Queries: []inventory.Query{{ID: "r", Expression: "IF(a > 1, b / a, 0)", Return: true}, {ID: "a", Metric: m, Period: 60}, {ID: "b", Metric: m, Period: 60}}}
}

// TestAlarmLimits: what PutMetricAlarm refuses.
func TestAlarmLimits(t *testing.T) {
	many := make([]inventory.Tag, 51)
	for i := range many {
		many[i] = inventory.Tag{Key: fmt.Sprint(i)}
	}
	dimension := func(value string) func(*inventory.MetricAlarm) {
		return func(a *inventory.MetricAlarm) { a.Metric.Dimensions = []inventory.Dimension{{Name: "d", Value: value}} }
	}
	for _, tt := range []struct {
		name   string
		change func(*inventory.MetricAlarm)
		refuse bool
	}{
		{"as it is", func(*inventory.MetricAlarm) {}, false},
		{"name of 255", func(a *inventory.MetricAlarm) { a.Name = strings.Repeat("ü", 255) }, false},
		{"name of 256", func(a *inventory.MetricAlarm) { a.Name = strings.Repeat("n", 256) }, true},
		{"control character", func(a *inventory.MetricAlarm) { a.Name = "a\nb" }, true},
		{"description of 1024", func(a *inventory.MetricAlarm) { a.Description = strings.Repeat("ü", 1024) }, false},
		{"description of 1025", func(a *inventory.MetricAlarm) { a.Description = strings.Repeat("d", 1025) }, true},
		{"five actions", func(a *inventory.MetricAlarm) { a.Actions.OK = []string{"a", "b", "c", "d", "e"} }, false},
		{"six actions", func(a *inventory.MetricAlarm) { a.Actions.OK = []string{"a", "b", "c", "d", "e", "f"} }, true},
		{"50 tags", func(a *inventory.MetricAlarm) { a.Tags = many[:50] }, false},
		{"51 tags", func(a *inventory.MetricAlarm) { a.Tags = many }, true},
		{"tag with %", func(a *inventory.MetricAlarm) { a.Tags = inventory.NewTags(inventory.Tag{Key: "k", Value: "5%"}) }, true},
		{"tag of aws", func(a *inventory.MetricAlarm) { a.Tags = inventory.NewTags(inventory.Tag{Key: "aws:x", Value: "5"}) }, true},
		{"long tag", func(a *inventory.MetricAlarm) {
			a.Tags = inventory.NewTags(inventory.Tag{Key: "k", Value: strings.Repeat("v", 257)})
		}, true},
		{"period of 90", func(a *inventory.MetricAlarm) { a.Period = 90 }, true},
		{"a day of minutes", func(a *inventory.MetricAlarm) { a.Evaluations = 1440 }, false},
		{"more than a day of minutes", func(a *inventory.MetricAlarm) { a.Evaluations = 1441 }, true},
		{"a week of hours", func(a *inventory.MetricAlarm) { a.Period, a.Evaluations = 3600, 168 }, false},
		{"more than a week", func(a *inventory.MetricAlarm) { a.Period, a.Evaluations = 3600, 169 }, true},
		{"4 of 3", func(a *inventory.MetricAlarm) { a.Evaluations, a.Datapoints = 3, 4 }, true},
		{"comparison", func(a *inventory.MetricAlarm) { a.Comparison = ">=" }, true},
		{"missing", func(a *inventory.MetricAlarm) { a.Missing = "ok" }, true},
		{"statistic", func(a *inventory.MetricAlarm) { a.Metric.Statistic = "p101" }, true},
		{"percentile", func(a *inventory.MetricAlarm) { a.Metric.Statistic, a.LowSamples = "p99.9", "ignore" }, false},
		{"low samples of a sum", func(a *inventory.MetricAlarm) { a.LowSamples = "ignore" }, true},
		{"no metric", func(a *inventory.MetricAlarm) { a.Metric = inventory.Metric{} }, true},
		{"dimension", dimension("a b"), false},
		{"dimension with ü", dimension("ü"), true},
		{"blank dimension", dimension(" "), true},
		{"dimension with a line feed", dimension("a\nb"), true},
		{"metric and math", func(a *inventory.MetricAlarm) { a.Queries = mathAlarm("").Queries }, true},
		{"math", func(a *inventory.MetricAlarm) { *a = mathAlarm("m") }, false},
		{"two watched", func(a *inventory.MetricAlarm) { *a = mathAlarm("m"); a.Queries[1].Return = true }, true},
		{"none watched", func(a *inventory.MetricAlarm) { *a = mathAlarm("m"); a.Queries[0].Return = false }, true},
		{"one id twice", func(a *inventory.MetricAlarm) { *a = mathAlarm("m"); a.Queries[1].ID = "b" }, true},
		{"id in capitals", func(a *inventory.MetricAlarm) { *a = mathAlarm("m"); a.Queries[0].ID = "R" }, true},
		{"unknown id", func(a *inventory.MetricAlarm) { *a = mathAlarm("m"); a.Queries[0].Expression = "a / c" }, true},
		{"period of a query", func(a *inventory.MetricAlarm) { *a = mathAlarm("m"); a.Queries[1].Period = 61 }, true},
		{"21 queries", func(a *inventory.MetricAlarm) {
			*a = mathAlarm("m")
			for i := range 18 {
				a.Queries = append(a.Queries, inventory.Query{ID: fmt.Sprint("x", i), Metric: a.Queries[1].Metric, Period: 60})
			}
		}, true},
	} {
		a := metricAlarm("a")
		tt.change(&a)
		err := cloud.New(cloud.Options{}).Region(place).PutMetricAlarm(t.Context(), a)
		if got := code(err) == "ValidationError"; got != tt.refuse || err != nil && !got {
			t.Errorf("%s: %v, want refused %v", tt.name, err, tt.refuse)
		}
	}
}

// TestTagsOfAlarms: Put takes tags for a new alarm only, and 50 is the most.
func TestTagsOfAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		a := metricAlarm("a")
		for i := range 50 {
			a.Tags = append(a.Tags, inventory.Tag{Key: fmt.Sprintf("k%02d", i)})
		}
		put := r.PutMetricAlarm(t.Context(), a)
		a.Tags = inventory.NewTags(inventory.Tag{Key: "new"})
		again := r.PutMetricAlarm(t.Context(), a)
		if got, _ := r.MetricAlarm("a"); put != nil || again != nil || len(got.Tags) != 50 {
			t.Errorf("%v, %v, %d tags", put, again, len(got.Tags))
		}
		arn := place.AlarmARN("a")
		for _, tt := range []struct{ key, want string }{{"k07", ""}, {"new", "InvalidParameterValue"}} {
			if got := code(r.TagAlarm(t.Context(), arn, inventory.NewTags(inventory.Tag{Key: tt.key, Value: "x"}))); got != tt.want {
				t.Errorf("tag %s: %q, want %q", tt.key, got, tt.want)
			}
		}
	})
}

// TestRules: what a composite's rule may be.
func TestRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		names := []string{"a", "b c", `say "hi"`}
		for i := range 101 {
			names = append(names, fmt.Sprintf("n%03d", i))
		}
		for _, name := range names {
			r.AddAlarm(metricAlarm(name))
		}
		or := func(n int) string {
			var parts []string
			for i := range n {
				parts = append(parts, fmt.Sprintf(`ALARM("n%03d")`, i))
			}
			return strings.Join(parts, " OR ")
		}
		for rule, want := range map[string]string{
			`ALARM("a")`: "", `ALARM(a)`: "", `OK("b c") AND NOT ALARM(a)`: "", `(ALARM(a) OR TRUE) AND INSUFFICIENT_DATA("a")`: "",
			`ALARM("` + place.AlarmARN("a") + `")`: "", `FALSE`: "", or(100): "", strings.Repeat("(", 250) + "TRUE" + strings.Repeat(")", 250): "",
			"": "ValidationError", `ALARM("none")`: "ValidationError", `ALARM("say "hi"")`: "ValidationError", `ALARM("a`: "ValidationError",
			`ALARM("a") OR`: "ValidationError", `ALARM("a") ALARM("a")`: "ValidationError", `(ALARM("a")`: "ValidationError", `alarm("a")`: "ValidationError",
			`ALARM("a"))`: "ValidationError", or(101): "ValidationError", strings.Repeat("(", 500) + "TRUE" + strings.Repeat(")", 500): "ValidationError",
			strings.Repeat(" ", 10_240) + "TRUE": "ValidationError",
		} {
			time.Sleep(time.Second)
			if err := r.PutCompositeAlarm(t.Context(), inventory.CompositeAlarm{Name: "top", Rule: rule}); code(err) != want {
				t.Errorf("%.60s: %v, want %q", rule, err, want)
			}
		}
	})
}

// TestParentsAndCycles: a child has 150 parents at most; a cycle is taken and cannot be deleted.
func TestParentsAndCycles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		r.AddAlarm(metricAlarm("child"))
		put := func(name, rule string) string {
			time.Sleep(time.Second)
			return code(r.PutCompositeAlarm(t.Context(), inventory.CompositeAlarm{Name: name, Rule: rule}))
		}
		for i := range 150 {
			if got := put(fmt.Sprint("p", i), "ALARM(child)"); got != "" {
				t.Fatal(got)
			}
		}
		if again, more := put("p7", "ALARM(child) AND TRUE"), put("p150", "ALARM(child)"); again != "" || more != "LimitExceeded" {
			t.Errorf("a parent anew %q, one more %q", again, more)
		}
		put("x", "TRUE")
		put("y", "ALARM(x)")
		if got := put("x", "ALARM(y)"); got != "" {
			t.Errorf("cycle: %q", got)
		}
		for _, name := range []string{"x", "y"} {
			time.Sleep(time.Second)
			if got := code(r.DeleteAlarms(t.Context(), []string{name})); got != "ValidationError" {
				t.Errorf("delete %s of a cycle: %q", name, got)
			}
		}
	})
}

// TestDeleteAlarms: 100 at most, one composite; the right names go even when another is wrong.
func TestDeleteAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		var names []string
		for i := range 101 {
			names = append(names, fmt.Sprintf("n%03d", i))
			r.AddAlarm(metricAlarm(names[i]))
		}
		for _, c := range []string{"c1", "c2"} {
			if err := r.PutCompositeAlarm(t.Context(), inventory.CompositeAlarm{Name: c, Rule: "FALSE"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			names []string
			want  string
			left  int
		}{
			{names, "ValidationError", 103}, {[]string{"c1", "c2"}, "ValidationError", 103}, {nil, "ValidationError", 103},
			{[]string{"n000", "none", "c1"}, "ResourceNotFound", 101}, {names[1:], "", 1}, {[]string{"c2"}, "", 0},
		} {
			time.Sleep(time.Second)
			if got := code(r.DeleteAlarms(t.Context(), tt.names)); got != tt.want || len(r.AlarmNames()) != tt.left {
				t.Errorf("%d names: %q, %d left; want %q, %d", len(tt.names), got, len(r.AlarmNames()), tt.want, tt.left)
			}
		}
	})
}

// TestFilterRules: names, patterns, classes and destinations that are refused.
func TestFilterRules(t *testing.T) {
	const theirs = "arn:aws:logs:eu-central-1:999999999999:destination:"
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{FilterLimit: 5, Destinations: []cloud.Destination{
			{ARN: theirs + "all"}, {ARN: theirs + "some", Accounts: []string{"222222222222"}}, {ARN: theirs + "role", NeedRole: true}}}).Region(place)
		r.AddLogGroup(inventory.LogGroup{Name: "/g"})
		r.AddLogGroup(inventory.LogGroup{Name: "/ia", Class: "INFREQUENT_ACCESS"})
		role := "arn:aws:iam::" + place.Account + ":role/r"
		for i, tt := range []struct {
			group string
			f     inventory.Filter
			want  string
		}{
			{"/g", inventory.Filter{Name: strings.Repeat("ü", 512), Destination: theirs + "all"}, ""},
			{"/g", inventory.Filter{Name: strings.Repeat("n", 513), Destination: theirs + "all"}, "InvalidParameterException"},
			{"/g", inventory.Filter{Name: "a*", Destination: theirs + "all"}, "InvalidParameterException"},
			{"/ia", inventory.Filter{Name: "a", Destination: theirs + "all"}, "InvalidParameterException"},
			{"/none", inventory.Filter{Name: "a", Destination: theirs + "all"}, "ResourceNotFoundException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "none"}, "InvalidParameterException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "some"}, "AccessDeniedException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "role"}, "InvalidParameterException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "role", Role: role}, ""},
			{"/g", inventory.Filter{Name: "a", Destination: "arn:aws:logs:us-east-1:9:destination:x"}, "InvalidParameterException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "all", Pattern: strings.Repeat("p", 1025)}, "InvalidParameterException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "all", Pattern: `%a% %b% %c%`}, "InvalidParameterException"},
			{"/g", inventory.Filter{Name: "a", Destination: theirs + "all", Pattern: `%a% "100%" %b%`}, ""},
			{"/g", inventory.Filter{Name: "b", Destination: theirs + "all", Pattern: `%a% %b%`}, ""},
			{"/g", inventory.Filter{Name: "c", Destination: theirs + "all", Pattern: `%a% %b%`}, "LimitExceededException"},
			{"/g", inventory.Filter{Name: "c", Destination: theirs + "all", Pattern: `%a%`}, ""},
		} {
			time.Sleep(time.Second)
			if err := r.PutSubscriptionFilter(t.Context(), tt.group, tt.f); code(err) != tt.want {
				t.Errorf("%d: %v, want %q", i, err, tt.want)
			}
		}
	})
}

// TestGateway: pages, names of log groups, the account's role and what UpdateStage wants of a format.
func TestGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		routes := make([]inventory.Route, 501)
		stages := make([]inventory.Stage, 101)
		for i := range stages {
			stages[i].Name = fmt.Sprint("s", i)
		}
		for _, p := range []inventory.Protocol{inventory.REST, inventory.HTTP} {
			a := inventory.API{ID: string(p), Protocol: p}
			r.AddAPI(a, routes, slices.Clone(stages)...)
			var sizes []int
			for token, more := "", true; more; more = token != "" {
				page, next, err := r.Routes(t.Context(), &a, token)
				if err != nil {
					t.Fatal(err)
				}
				sizes, token = append(sizes, len(page)), next
			}
			_, next, _ := r.Stages(t.Context(), &a, "")
			want := map[inventory.Protocol]string{inventory.REST: "[500 1] \"\"", inventory.HTTP: "[100 100 100 100 100 1] \"100\""}[p]
			if got := fmt.Sprintf("%v %q", sizes, next); got != want {
				t.Errorf("%s: pages %s, want %s", p, got, want)
			}
		}
		for i, name := range []string{"/g", "/g", "a b", "aws/x", "ü", ""} {
			want := []string{"", "ResourceAlreadyExistsException", "InvalidParameterException", "InvalidParameterException", "InvalidParameterException", "InvalidParameterException"}[i]
			if got := code(r.CreateLogGroup(t.Context(), name, nil)); got != want {
				t.Errorf("create %q: %q, want %q", name, got, want)
			}
		}
		log := inventory.AccessLog{Destination: place.LogGroupARN("/g"), Format: `{"id":"$context.requestId"}`}
		set := func(p inventory.Protocol, log inventory.AccessLog) string {
			time.Sleep(time.Second)
			return code(r.SetAccessLog(t.Context(), &inventory.API{ID: string(p), Protocol: p}, "s1", log))
		}
		bad := inventory.AccessLog{Destination: log.Destination, Format: "{}"}
		if ok, format := set(inventory.REST, log), set(inventory.REST, bad); ok != "" || format != "BadRequestException" {
			t.Errorf("%q, without a request id %q", ok, format)
		}
		r.WithoutGatewayRole()
		for p, want := range map[inventory.Protocol]string{inventory.REST: "BadRequestException", inventory.HTTP: ""} {
			if got := set(p, log); got != want {
				t.Errorf("%s without the account's role: %q, want %q", p, got, want)
			}
			if got := set(p, inventory.AccessLog{}); got != "" {
				t.Errorf("%s off: %q", p, got)
			}
		}
	})
}

// TestListingsLag: what was made a moment ago is there, and listed later.
func TestListingsLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{ListDelay: 3 * time.Second}).Region(place)
		if err := r.CreateLogGroup(t.Context(), "/g", nil); err != nil {
			t.Fatal(err)
		}
		if err := r.PutMetricAlarm(t.Context(), metricAlarm("a")); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{0, 1} {
			groups, _, _ := r.LogGroups(t.Context(), "")
			alarms, _, _, _ := r.Alarms(t.Context(), "", "")
			_, err := r.SubscriptionFilters(t.Context(), "/g")
			if len(groups) != want || len(alarms) != want || err != nil {
				t.Errorf("%d groups, %d alarms, %v; want %d", len(groups), len(alarms), err, want)
			}
			time.Sleep(3 * time.Second)
		}
	})
}

// TestThrottleCodes: each service has its own word for it.
func TestThrottleCodes(t *testing.T) {
	r := cloud.New(cloud.Options{Throttle: 1}).Region(place)
	_, _, logs := r.LogGroups(t.Context(), "")
	_, _, lambda := r.Functions(t.Context(), "")
	_, _, tags := r.TaggedResources(t.Context(), "")
	_, _, _, alarms := r.Alarms(t.Context(), "", "")
	if got := fmt.Sprint(code(logs), code(lambda), code(tags), code(alarms)); got != "ThrottlingExceptionTooManyRequestsExceptionThrottledExceptionThrottling" {
		t.Error(got)
	}
}
