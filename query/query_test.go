package query_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/querytest"
)

// alike compares expressions; of a compiled regular expression the source says all.
var alike = cmp.Comparer(func(a, b query.Regexp) bool { return a.Source == b.Source })

// TestRoundTrip: what is printed is read as the same, and printed again likewise.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.SampledFrom(seamark.Tables()).Draw(t, "table")
		s := querytest.Query(t, table, true)
		e, err := query.Parse(table, s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		roundTrip(t, table, s, e)
	})
}

type failing interface{ Fatalf(string, ...any) }

func roundTrip(t failing, table seamark.Table, s string, e query.Expr) {
	printed := query.Format(e)
	again, err := query.Parse(table, printed)
	if err != nil {
		t.Fatalf("%q is printed as %q: %v", s, printed, err)
	}
	if diff := cmp.Diff(e, again, alike); diff != "" {
		t.Fatalf("%q is printed as %q, which is another (-was +is):\n%s", s, printed, diff)
	}
	if twice := query.Format(again); twice != printed {
		t.Fatalf("%q is printed as %q, and that as %q", s, printed, twice)
	}
}

// FuzzParse: whatever is typed is read, or refused by a fault with a remedy; what is read is printed
// as what it is.
func FuzzParse(f *testing.F) {
	for _, s := range []string{``, `timeout`, `-level:DEBUG (a OR "b c") NOT path:/x/*`, `status:[400 TO 499]`, `/a\/b/`, `event_data.a.b:"x\"y"`, `10.0.0.7 *4711`, `a:b`, `((`, `level:(A OR "OR")`, `timestamp:>=2026-11-22`, `x\ y\*`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, table := range seamark.Tables() {
			e, err := query.Parse(table, s)
			if err != nil {
				var fault *seamark.Fault
				if !errors.As(err, &fault) || fault.Class != seamark.Rejected || fault.What == "" || fault.Remedy == "" {
					t.Fatalf("%q: %#v", s, err)
				}
				continue
			}
			if len(query.Format(e)) <= query.MaxBytes { // escapes make it longer
				roundTrip(t, table, s, e)
			}
			query.Match(e, &seamark.Hit{Table: seamark.TableLogs, Log: &seamark.Log{Message: s, EventData: s}})
		}
	})
}

// TestCanonical: how queries are printed.
func TestCanonical(t *testing.T) {
	for s, want := range map[string]string{
		"":                              "",
		"  \n":                          "",
		"Timeout":                       "timeout",
		"10.0.0.7":                      `"10 0 0 7"`,
		`"no  route to host"`:           `"no route to host"`,
		"*ook*":                         "*ook*",
		"a b":                           "a b",
		"a AND b OR c":                  "a b OR c",
		"(a OR b) c":                    "(a OR b) c",
		"a (b c)":                       "a (b c)",
		"NOT a -b":                      "-a -b",
		"-(a b)":                        "-(a b)",
		"-(-a)":                         "-(-a)",
		"foo(bar)":                      "foo bar",
		"level:error":                   "level:ERROR",
		"level:>=warn":                  "level:>=WARN",
		"level:(error OR Fatal)":        "level:(ERROR OR FATAL)",
		`product:"Booking"`:             "product:booking",
		`component:booking-api/prod`:    "component:booking-api/prod",
		`component:"a b"`:               `component:"a b"`,
		`component:a\ b*`:               `component:a\ b*`,
		`component:"OR"`:                `component:"OR"`,
		`component:**a**b`:              "component:*a*b",
		"component:*":                   "component:*",
		"message:Timeout":               "message:timeout",
		`event_data.cart.total:42.0`:    "event_data.cart.total:42.0",
		"timestamp:>=2026-11-22T17:40Z": "",
		"timestamp:>=2026-11-22T17:40":  "timestamp:>=2026-11-22T17:40:00.000Z",
		"and or not":                    "and or not",
		`/a\/b\\/`:                      `/a\/b\\/`,
		`"a`:                            "",
		"status:500":                    "",
	} {
		e, err := query.Parse(seamark.TableLogs, s)
		if err != nil {
			if want != "" {
				t.Errorf("%q: %v", s, err)
			}
			continue
		}
		if got := query.Format(e); got != want {
			t.Errorf("%q is printed as %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{"status:5xx": "status:5xx", "status:[500 TO 599]": "status:5xx", "status:[600 TO 699]": "status:[600 TO 699]", "status:(404 OR >=500)": "status:(404 OR >=500)", "latency_ms:>1.50": "latency_ms:>1.5"} {
		e, err := query.Parse(seamark.TableAccessLogs, s)
		if err != nil || query.Format(e) != want {
			t.Errorf("%q is printed as %q, want %q; %v", s, query.Format(e), want, err)
		}
	}
}

// TestFaults: each names the place and a remedy that works.
func TestFaults(t *testing.T) {
	deep := strings.Repeat("(", 17) + "a" + strings.Repeat(")", 17)
	for s, want := range map[string]string{
		`error and "x`:                         "column 11: unbalanced quote",
		`日本 "x`:                                "column 4: unbalanced quote",
		`(a OR b`:                              "column 1: unbalanced bracket",
		`a)`:                                   "column 2: unbalanced bracket",
		`()`:                                   "column 1: nothing stands within the brackets",
		`a OR`:                                 "column 3: OR has nothing after it",
		`OR a`:                                 "column 1: nothing stands before OR",
		`a AND AND b`:                          "column 3: AND has nothing after it",
		`NOT`:                                  "column 1: NOT has nothing after it",
		`a -`:                                  "column 3: - has nothing after it",
		`lvel:ERROR`:                           `column 1: logs have no field "lvel"`,
		`arn:aws:iam::1:role/x`:                `column 1: logs have no field "arn"`,
		`a status:500`:                         `column 3: logs have no field "status"`,
		`level:`:                               "column 7: a value is missing",
		`level:"`:                              "column 7: unbalanced quote",
		`level:""`:                             "column 7: the value is empty",
		`level:>=LOUD`:                         "column 7: \"LOUD\" is no level",
		`component:>5`:                         "column 11: component has no order",
		`event_data.total:>5`:                  "column 18: event_data.total cannot be compared",
		`event_data:5`:                         "column 1: event_data is an object",
		`event_data.a:*`:                       "column 14: no index can tell whether a key is there",
		`timestamp:>=yesterday`:                "column 11: \"yesterday\" is no time",
		`timestamp:[2026-11-23 TO 2026-11-22]`: "column 11: the range ends before it begins",
		`level:(ERROR FATAL)`:                  "column 14: OR is missing between two values",
		`level:(ERROR`:                         "column 7: unbalanced bracket",
		`*`:                                    "column 1: a * alone finds everything",
		`a*b`:                                  "column 2: a * may stand at an end of a word only",
		`10.0.*`:                               "column 1: a * reaches inside one word",
		`==>`:                                  `column 1: there is no word in "==>"`,
		`/var/log/messages`:                    "column 1: what stands between / and / is a regular expression",
		`/var`:                                 "column 1: unbalanced /",
		`//`:                                   "column 1: the regular expression is empty",
		`/a(/`:                                 "column 1: missing closing ): `a(`",
		`/(a{1000}){1000}/`:                    "column 1: invalid repeat count",
		"a\x00":                                "the query is not text",
		"\xff":                                 "the query is not text",
		strings.Repeat("x", 1<<20):             "the query is 1048576 bytes long",
		strings.Repeat("x ", 10_000):           "the query is 20000 bytes long",
		strings.Repeat("x ", 65):               "column 129: too many terms",
		deep:                                   "column 18: brackets are too deep",
	} {
		_, err := query.Parse(seamark.TableLogs, s)
		var fault *seamark.Fault
		if !errors.As(err, &fault) || !strings.HasPrefix(fault.What, want) || fault.Remedy == "" || len(err.Error()) > 400 {
			t.Errorf("%.40q: got %v, want %s", s, err, want)
		}
	}
	// What the remedy says in quotes finds the text.
	for _, s := range []string{`arn:aws:iam::1:role/x`, `http://a/b?c=d`, `key:"x"`} {
		_, err := query.Parse(seamark.TableLogs, s)
		_, quoted, ok := strings.Cut(err.(*seamark.Fault).Remedy, "in quotes: ")
		if e, again := query.Parse(seamark.TableLogs, quoted); !ok || again != nil || e == nil {
			t.Errorf("%s: %v; %v", s, err, again)
		}
	}
}

// TestMatch: what queries mean, on one row.
func TestMatch(t *testing.T) {
	status, latency := int32(502), 1.5
	log := &seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{
		Timestamp: 1795369203000, EventID: "e1", Level: "ERROR", Component: "booking-create", Source: "/aws/lambda/booking-create", Message: "Connection reset by 10.0.0.7:443, x_y",
		RequestID: "c0ffee00-0000-4000-8000-000000004711", ErrorType: "java.io.IOException", EventData: `{"cart":{"total":42.0,"items":[{"sku":"A-1"},{"sku":"B-2"}]},"ok":true,"a.b":"x","none":null,"t":"say \"hi\""}`,
	}}
	access := &seamark.Hit{Table: seamark.TableAccessLogs, Product: "booking", Environment: "prod", Access: &seamark.AccessLog{
		Timestamp: 1795369203000, EventID: "e2", Status: &status, LatencyMs: &latency, Path: "/bookings/4711", Extra: `{"tier":"gold"}`,
	}}
	for _, c := range []struct {
		h    *seamark.Hit
		want map[string]bool
	}{{log, map[string]bool{
		"": true, "connection": true, "CONNECTION reset": true, "reset connection": true, `"reset connection"`: false, `"connection reset by"`: true, "connect": false, "connect*": true, "*onnec*": true, "*nection": true, "*nectio": false,
		"10.0.0.7": true, "10.0.0": true, "10.0.7": false, "443": true, "44": false, "x_y": true, "y": false, "*4711": true, "4711": false, "000000004711": true,
		"ioexception": true, "java.io.IOException": true, "sku": true, "B-2": true, "-gone": true, "-connection": false, "gone OR reset": true, "(gone OR reset) -x_y": false,
		"level:error": true, "level:ERR": false, "level:ERR*": true, "level:>=WARN": true, "level:<ERROR": false, "level:[INFO TO ERROR]": true, "level:*": true, "-level:DEBUG": true,
		"product:BOOKING": true, "environment:(test OR prod)": true, "component:booking-create": true, "component:Booking-create": false, "component:*create": true, "component:book*ate": true, "component:booking": false,
		"team:*": false, "-team:*": true, "-team:web": true, "team:web": false, "source:/aws/lambda/*": true, `error_type:"java.io.IOException"`: true, "error_type:IOException": false,
		"message:reset": true, "message:ioexception": false, "event_data.cart.total:42.0": true, "event_data.cart.total:42": false, "event_data.cart.items.sku:B-2": true, "event_data.cart.items.sku:*-1": true, "event_data.ok:true": true,
		"event_data.a.b:x": true, "event_data.none:null": false, `event_data.t:"say \"hi\""`: true, "event_data.cart:42.0": false,
		"/Connection.reset/": true, "/connection.reset/": false, "/(?i)CONNECTION/": true, "/^java/": true, `/\d{3},/`: true,
		"timestamp:>=2026-11-22T17:00:00Z": true, "timestamp:[2026-11-22 TO 2026-11-22T12:00]": false, "timestamp:1795369203000": true,
	}}, {access, map[string]bool{
		"status:502": true, "status:5xx": true, "status:4xx": false, "status:>=500": true, "status:>502": false, "status:[400 TO 502]": true, "latency_ms:>1": true, "latency_ms:1.5": true, "response_bytes:*": false, "-response_bytes:>0": true,
		"bookings": true, "4711": true, "path:/bookings/*": true, "path:/bookings": false, "gold": true, "extra.tier:gold": true,
	}}} {
		for s, want := range c.want {
			e, err := query.Parse(c.h.Table, s)
			if err != nil {
				t.Errorf("%s: %v", s, err)
				continue
			}
			if got := query.Match(e, c.h); got != want {
				t.Errorf("%s: %v", s, got)
			}
		}
	}
}

// TestIs: a filter that is written is read as the same.
func TestIs(t *testing.T) {
	for _, c := range []struct {
		want   string
		column string
		values []string
	}{
		{"level:(ERROR OR FATAL)", "level", []string{"ERROR", "FATAL"}},
		{"status:4xx", "status", []string{"4xx"}},
		{`source:/aws/lambda/f`, "source", []string{"/aws/lambda/f"}},
		{`component:"a \"b\" (c) * OR"`, "component", []string{`a "b" (c) * OR`}},
		{`team:"OR"`, "team", []string{"OR"}},
		{"-team:*", "team", []string{""}},
		{"(team:web OR -team:*)", "team", []string{"web", ""}},
	} {
		got := query.Is(c.column, c.values...)
		_, logs := query.Parse(seamark.TableLogs, got)
		_, access := query.Parse(seamark.TableAccessLogs, got)
		if got != c.want || logs != nil && access != nil {
			t.Errorf("%q: %s, want %s; %v", c.values, got, c.want, logs)
		}
	}
}

// TestParts: a query falls into the conditions that must all hold, each of which can be left out.
func TestParts(t *testing.T) {
	for s, want := range map[string][]query.Part{
		"": nil, "timeout": {{Text: "timeout"}}, "a OR b": {{Text: "a OR b"}},
		"level:ERROR -timeout (a OR b)": {{"level:ERROR", "-timeout (a OR b)"}, {"-timeout", "level:ERROR (a OR b)"}, {"a OR b", "level:ERROR -timeout"}},
		"a b":                           {{"a", "b"}, {"b", "a"}},
	} {
		e, err := query.Parse(seamark.TableLogs, s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, query.Parts(e)); diff != "" {
			t.Errorf("%s: %s", s, diff)
		}
	}
}

// TestMarks: what is looked for is marked, what is excluded is not.
func TestMarks(t *testing.T) {
	e, err := query.Parse(seamark.TableLogs, `timeout "connection reset" -gone message:*ook* level:ERROR (timeout OR late)`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"timeout", "connection", "reset", "*ook*", "late"}, query.Marks(e)); diff != "" {
		t.Error(diff)
	}
}

// TestDocs: every query of the language's page is one.
func TestDocs(t *testing.T) {
	b, err := os.ReadFile("../docs/reference/search.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range strings.Split(string(b), "```query\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for line := range strings.Lines(block) {
			if _, err := query.Parse(seamark.TableLogs, strings.TrimSpace(line)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			n++
		}
	}
	for _, row := range strings.Split(string(b), "\n| `")[1:] { // the first cell of each row of a table
		cell, _, _ := strings.Cut("`"+row, " | ")
		for i, s := range strings.Split(cell, "`") {
			if i%2 == 0 {
				continue
			}
			_, logs := query.Parse(seamark.TableLogs, s)
			if _, access := query.Parse(seamark.TableAccessLogs, s); logs != nil && access != nil {
				t.Errorf("%s: %v; %v", s, logs, access)
			}
			n++
		}
	}
	if n < 25 {
		t.Errorf("%d queries", n)
	}
}

// TestBounds: a query says which partitions and which time its rows can lie in.
func TestBounds(t *testing.T) {
	for s, want := range map[string]struct {
		booking, other bool // whether product booking, environment prod may have rows; and product crew, environment test
		from, to       string
	}{
		"timeout":                         {true, true, "", ""},
		"product:booking timeout":         {true, false, "", ""},
		"product:(booking OR crew)":       {true, true, "", ""},
		"-product:booking":                {false, true, "", ""},
		"-(product:booking timeout)":      {true, true, "", ""},
		"product:b* environment:test":     {false, false, "", ""},
		"environment:prod OR timeout":     {true, true, "", ""},
		"product:booking OR product:x":    {true, false, "", ""},
		"product:*":                       {true, true, "", ""},
		"timestamp:>=2026-11-22T17:00 a":  {true, true, "2026-11-22T17:00:00Z", ""},
		"timestamp:<2026-11-22T18:00":     {true, true, "", "2026-11-22T18:00:00.001Z"},
		"timestamp:2026-11-22T17:00":      {true, true, "2026-11-22T17:00:00Z", "2026-11-22T17:00:00.001Z"},
		"timestamp:>2026-11-22 OR a":      {true, true, "", ""},
		"-timestamp:>2026-11-22":          {true, true, "", ""},
		"timestamp:(2026-11-22 OR <2000)": {true, true, "", "2026-11-22T00:00:00.001Z"},
		"timestamp:>2026-11-22 (timestamp:<2026-11-24 timestamp:[2026-11-23 TO 2026-11-25])": {true, true, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00.001Z"},
	} {
		e, err := query.Parse(seamark.TableLogs, s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if a, b := query.MayMatch(e, "booking", "prod"), query.MayMatch(e, "crew", "test"); a != want.booking || b != want.other {
			t.Errorf("%s: %v and %v, want %v and %v", s, a, b, want.booking, want.other)
		}
		said := func(x time.Time) string {
			if x.IsZero() {
				return ""
			}
			return x.Format(time.RFC3339Nano)
		}
		if span := query.Span(e); said(span.From) != want.from || said(span.To) != want.to {
			t.Errorf("%s: %s to %s, want %s to %s", s, said(span.From), said(span.To), want.from, want.to)
		}
	}
}
