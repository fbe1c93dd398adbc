package transformer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/lines"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// eventsPayload is a payload of one event for each message.
func eventsPayload(t testing.TB, messages []string) []byte {
	t.Helper()
	type event struct {
		ID        string `json:"id"`
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	}
	var events []event
	for i, m := range messages {
		events = append(events, event{fmt.Sprint("e", i), 1656575735341 + int64(i), m})
	}
	b, err := json.Marshal(map[string]any{"logEvents": events})
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/app","logStream":"s","subscriptionFilters":[%q],`,
		seamark.Workload{Product: "p", Environment: "e", Region: "r"}.FilterName())
	return append([]byte(head), b[1:]...)
}

// logsOf are the rows of a payload of those messages.
func logsOf(t testing.TB, messages []string) []seamark.Log {
	t.Helper()
	var got captured
	o := newObject(New(nil, nil), eventsPayload(t, messages), &got)
	if err := o.Read(); err != nil {
		t.Fatal(err)
	}
	var logs []seamark.Log
	for _, l := range got.logs {
		logs = append(logs, l.row)
	}
	return logs
}

// tell is a row in short: "level type | of=<head> | stack".
func tell(l seamark.Log) string {
	var data struct {
		Of string `json:"continuation_of"`
	}
	if l.EventData != "" {
		_ = json.Unmarshal([]byte(l.EventData), &data) // a test compares what came of it
	}
	s := l.Level
	if l.ErrorType != "" {
		s += " " + l.ErrorType
	}
	if data.Of != "" {
		s += " of=" + data.Of
	}
	if l.ErrorStack != "" {
		s += fmt.Sprintf(" stack=%d", 1+strings.Count(l.ErrorStack, "\n"))
	}
	if l.Fingerprint != "" {
		s += " print"
	}
	return strings.TrimSpace(s)
}

func TestStackLines(t *testing.T) {
	const node = "2022-06-30T07:55:35.341Z\t8f507cfc-4697-4d1c-8f0e-3d8e8f2a1b3c\tERROR\t"
	const other = "2022-06-30T07:55:35.341Z\t11111111-4697-4d1c-8f0e-3d8e8f2a1b3c\tINFO\t"
	for name, c := range map[string]struct{ messages, want []string }{
		"java": {
			[]string{"INFO before", "java.lang.IllegalStateException: no tariff", "\tat com.example.Pricing.price(Pricing.java:41)", "\tat com.example.Main.main(Main.java:7)",
				"Caused by: java.io.IOException: timeout", "\t... 2 more", "INFO after"},
			[]string{"INFO", "ERROR java.lang.IllegalStateException stack=5 print", "of=e1", "of=e1", "of=e1", "of=e1", "INFO"},
		},
		"python": {
			[]string{"Traceback (most recent call last):", `  File "/app/a.py", line 7, in f`, "    return x[1]", "IndexError: list index out of range", "next line"},
			[]string{"ERROR IndexError stack=4 print", "of=e0", "of=e0", "of=e0", ""},
		},
		"ruby's Logger, frames not indented": {
			[]string{"E, [2026-11-30T21:46:23.090430 #23851] ERROR -- desk: cannot reserve seat 12A (SeatError)", "svc/r.rb:5:in `rescue in reserve'", "svc/r.rb:9:in `<main>'", "INFO after"},
			[]string{"ERROR SeatError stack=3 print", "of=e0", "of=e0", "INFO"},
		},
		"tornado 6.4.2, logzero 1.7: indented": {
			[]string{"[E 261130 22:04:50 p:19] cannot reserve", "    Traceback (most recent call last):", `      File "/app/p.py", line 7, in reserve`, "        raise SeatError(12)", "    SeatError: no seat", "INFO after"},
			[]string{"ERROR SeatError stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"tomcat-juli 10.1 OneLineFormatter: indented": {
			[]string{"30-Nov-2026 22:04:43.276 SEVERE [main] J.main cannot reserve", "\tJ$SeatException: no seat", "\t\tat J.reserve(J.java:5)", "INFO after"},
			[]string{"ERROR J$SeatException stack=3 print", "of=e0", "of=e0", "INFO"},
		},
		"pino-pretty 13: fields above the error": {
			[]string{"[22:04:40.333] ERROR (1781): cannot reserve", "    err: {", `      "type": "SeatError",`, `      "stack":`, "          SeatError: no seat", "              at reserve (/app/n.js:3:60)", "    }", "INFO after"},
			[]string{"ERROR SeatError stack=7 print", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"python chained": {
			[]string{"Traceback (most recent call last):", `  File "/app/a.py", line 7, in f`, "KeyError: 'x'", "During handling of the above exception, another exception occurred:",
				"Traceback (most recent call last):", `  File "/app/a.py", line 9, in f`, "app.PricingError: no x", "INFO after"},
			[]string{"ERROR app.PricingError stack=7 print", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"node, with another request between": {
			[]string{node + "TypeError: x is not a function", other + "hello", node + "    at handler (/var/task/index.js:1:2)", other + "bye", node + "    at Runtime.run (/var/task/r.js:1:2)"},
			[]string{"ERROR TypeError stack=3 print", "INFO", "of=e0", "INFO", "of=e0"},
		},
		"go": {
			[]string{"panic: runtime error: invalid memory address", "[signal SIGSEGV: segmentation violation code=0x1]", "goroutine 1 [running]:", "main.price(0x1)", "\t/app/main.go:8 +0x1d", "exit status 2"},
			[]string{"FATAL panic stack=6 print", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0"},
		},
		"dotnet": {
			[]string{"System.InvalidOperationException: x", " ---> System.IO.IOException: y", "   at A.B() in /a.cs:line 4", "   --- End of inner exception stack trace ---"},
			[]string{"ERROR System.InvalidOperationException stack=4 print", "of=e0", "of=e0", "of=e0"},
		},
		"ruby": {
			[]string{"/app/a.rb:12:in `divide': divided by 0 (ZeroDivisionError)", "\tfrom /app/a.rb:20:in `price'", "\tfrom /app/main.rb:3:in `<main>'"},
			[]string{"ERROR ZeroDivisionError stack=3 print", "of=e0", "of=e0"},
		},
		"two traces": {
			[]string{"a.b.XException: one", "\tat a.B.c(B.java:1)", "a.b.YException: two", "\tat a.B.d(B.java:2)"},
			[]string{"ERROR a.b.XException stack=2 print", "of=e0", "ERROR a.b.YException stack=2 print", "of=e2"},
		},
		"no trace": {
			[]string{"summary:", "  a: 1", "  b: 2", "at noon", "{", `  "x": 1`, "}"},
			[]string{"", "", "", "", "", "of=e4", "of=e4"},
		},
		"logback header": {
			[]string{"07:55:35.341 [main] ERROR com.example.Booking -- booking failed", "com.example.NoSeat: full", "\tat com.example.Main.main(Main.java:7)", "Caused by: java.io.IOException: gone", "\t... 1 more",
				"07:55:35.342 [main] ERROR com.example.Booking -- booking failed"},
			[]string{"ERROR com.example.NoSeat stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0", "ERROR print"},
		},
		"an error with its own class before is another": {
			[]string{"ERROR StorageError: gone", "com.example.NoSeatException: full", "\tat com.example.Main.main(Main.java:7)"},
			[]string{"ERROR StorageError print", "ERROR com.example.NoSeatException stack=2 print", "of=e1"},
		},
		"python logging": {
			[]string{"2022-06-30 07:55:35,341 ERROR booking booking failed", "Traceback (most recent call last):", `  File "/app/a.py", line 7, in f`, "    store()", "app.NoSeat: full", "INFO after"},
			[]string{"ERROR app.NoSeat stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"loguru": {
			[]string{"2022-06-30 07:55:35.341 | ERROR    | __main__:book:12 - booking failed", "Traceback (most recent call last):", "", `  File "/app/a.py", line 6, in outer`, "    inner()", "    └ <function inner>", "",
				"ConnectionError: refused", "", "", "The above exception was the direct cause of the following exception:", "", "", "Traceback (most recent call last):", "",
				`> File "/app/a.py", line 19, in g`, "    outer()", "app.NoSeat: full"},
			append([]string{"ERROR app.NoSeat stack=18 print"}, slices.Repeat([]string{"of=e0"}, 17)...),
		},
		"python group": {
			[]string{"ERROR booking failed", "  + Exception Group Traceback (most recent call last):", `  |   File "/app/a.py", line 7, in f`, "  | ExceptionGroup: two failed (2 sub-exceptions)", "  +-+---------------- 1 ----------------", "    | ValueError: first", "    +------------------------------------"},
			append([]string{"ERROR ExceptionGroup stack=7 print"}, slices.Repeat([]string{"of=e0"}, 6)...),
		},
		"sqlalchemy": {
			[]string{"Traceback (most recent call last):", `  File "/app/a.py", line 7, in f`, "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: booking", "[SQL: select * from booking]", "(Background on this error at: https://sqlalche.me/e/21/e3q8)", "next"},
			[]string{"ERROR sqlalchemy.exc.OperationalError stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0", ""},
		},
		"go, a blank line before the goroutine": {
			[]string{"panic: boom", "", "goroutine 1 [running]:", "main.main()", "\t/app/main.go:7 +0x1d"},
			[]string{"FATAL panic stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0"},
		},
		"go, a panic again": {
			[]string{"panic: first [recovered]", "\tpanic: second", "", "goroutine 1 [running]:", "main.main()", "\t/app/main.go:7 +0x1d"},
			[]string{"FATAL panic stack=6 print", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0"},
		},
		"go, a panic in a handler": {
			[]string{"2022/06/30 07:55:35 http: panic serving 10.0.0.9:5123: runtime error: index out of range [3] with length 3", "goroutine 7 [running]:", "net/http.(*conn).serve.func1()", "\t/usr/local/go/src/net/http/server.go:1898 +0xbe"},
			[]string{"ERROR panic stack=4 print", "of=e0", "of=e0", "of=e0"},
		},
		"zap development": {
			[]string{"2022-06-30T07:55:35.341Z\tERROR\tgo/libs.go:86\tbooking failed\t{\"error\": \"refused\"}", "main.book", "\t/app/main.go:86", "main.(*Server).main", "\t/app/main.go:12", "2022-06-30T07:55:35.341Z\tINFO\tgo/libs.go:86\tdone"},
			[]string{"ERROR stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"anyhow": {
			[]string{"2022-06-30T07:55:35.367272Z ERROR loggers: booking failed error=booking 7", "", "Caused by:", "    0: could not store", "    1: connection refused", "2022-06-30T07:55:35.367272Z  INFO loggers: done"},
			[]string{"ERROR print", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"dotnet console": {
			[]string{"fail: Shop.Orders[0]", "      Order 7 failed", "info: Shop.Orders[0]", "      Order 8 placed", "crit: Shop.Orders[0]", "      Order 9 failed", "      System.InvalidOperationException: no stock", "         at Shop.Orders.Place() in /src/Orders.cs:line 42", "warn: Shop.Orders[0]"},
			[]string{"ERROR print", "of=e0", "INFO", "of=e2", "FATAL System.InvalidOperationException stack=3 print", "of=e4", "of=e4", "of=e4", "WARN print"},
		},
		"php-fpm": {
			[]string{`[30-Jun-2022 07:55:35] WARNING: [pool www] child 7 said into stderr: "PHP message: PHP Fatal error:  Uncaught RuntimeException: no seat in /app/a.php:3"`, `[30-Jun-2022 07:55:35] WARNING: [pool www] child 7 said into stderr: "Stack trace:"`,
				`[30-Jun-2022 07:55:35] WARNING: [pool www] child 7 said into stderr: "#0 /app/b.php(9): book()"`, `[30-Jun-2022 07:55:35] WARNING: [pool www] child 7 said into stderr: "#1 {main}"`,
				`[30-Jun-2022 07:55:35] WARNING: [pool www] child 7 said into stderr: "  thrown in /app/a.php on line 3"`},
			[]string{"WARN RuntimeException stack=5 print", "of=e0", "of=e0", "of=e0", "of=e0"},
		},
		"console.trace": {
			[]string{"Trace: step", "    at run (/app/a.js:1:2)", "    at main (/app/a.js:3:4)", "INFO after"},
			[]string{"TRACE", "of=e0", "of=e0", "INFO"},
		},
		"pretty JSON": {
			[]string{"INFO before", "{", `  "level": "error",`, `  "msg": "booking failed",`, `  "ports": [`, `    "DEHAM"`, "  ]", "}", "INFO after"},
			[]string{"INFO", "ERROR print", "of=e1", "of=e1", "of=e1", "of=e1", "of=e1", "of=e1", "INFO"},
		},
		"pretty JSON, cut": {
			[]string{"{", `  "level": "error",`, `  "error": {`, `    "type": "NoSeat",`},
			[]string{"ERROR NoSeat print", "of=e0", "of=e0", "of=e0"},
		},
		"JSON whose stack is printed over lines": {
			[]string{`{"log.level":"ERROR","message":"booking failed","error.type":"NoSeat","error.stack_trace":[`, "\t\"NoSeat: full\",", "\t\"\\tat a.B.c(B.java:1)\"]}", "INFO after"},
			[]string{"ERROR NoSeat stack=2 print", "of=e0", "of=e0", "INFO"},
		},
		"no pretty JSON": {
			[]string{"{", "  message: 'booking failed',", "  ERROR here", "}", `{"a":`, "WARN x", "{", `  "a": "unclosed`, "}"},
			[]string{"", "", "ERROR print", "", "", "WARN print", "", "", ""},
		},
		"json lines": {
			[]string{`{"level":"ERROR","message":"BookingError: closed","requestId":"r1"}`, `{"level":"ERROR","message":"    at close (/var/task/b.js:1:2)","requestId":"r1"}`},
			[]string{"ERROR BookingError stack=2 print", "of=e0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range logsOf(t, c.messages) {
				got = append(got, tell(l))
			}
			if diff := cmp.Diff(got, c.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

// Joined or not, every event is a row, with its message, in order.
func TestStackLinesKeepRows(t *testing.T) {
	choice := []string{"java.lang.XException: a", "\tat a.B.c(B.java:1)", "Traceback (most recent call last):", `  File "a.py", line 1, in f`, "    code", "KeyError: 'x'",
		"Caused by: b.YError: z", "\t... 2 more", "panic: boom", "goroutine 1 [running]:", "main.main()", "\t/a.go:1 +0x1", "INFO hello", " ", "}", `{"message":"  at x (y)"}`,
		"2022-06-30T07:55:35.341Z\t8f507cfc-4697\tERROR\t    at f (/a.js:1:2)", "[ERROR]\t2022-06-30T07:55:35.341Z\t8f507cfc-4697\tKeyError: 'a'"}
	rapid.Check(t, func(p *rapid.T) {
		messages := rapid.SliceOfN(rapid.SampledFrom(choice), 1, 40).Draw(p, "messages")
		joined := logsOf(t, messages)
		if len(joined) != len(messages) {
			p.Fatalf("%d rows of %d events", len(joined), len(messages))
		}
		for i, l := range joined {
			alone := logsOf(t, messages[i:i+1])[0]
			if l.Message != alone.Message || l.EventID != fmt.Sprint("e", i) {
				p.Fatalf("row %d: %q of event %s, want %q", i, l.Message, l.EventID, alone.Message)
			}
			if of := strings.Index(l.EventData, lines.ContinuationOf); of >= 0 && (l.Fingerprint != "" || !json.Valid([]byte(l.EventData))) {
				p.Fatalf("continuation %+v", l)
			}
		}
		again := logsOf(t, messages)
		if !slices.Equal(joined, again) {
			p.Fatal("not the same again")
		}
	})
}

// joinStacks joins what the generic way has made; that has one implementation.
func (g *generic) joinStacks() {
	l := &lines.Parser{Arena: new(scan.Arena), Keys: g.keys, Dialects: g.dialects}
	var logs []seamark.Log
	for _, r := range g.out.logs {
		logs = append(logs, r.row)
	}
	l.JoinStacks(logs)
	for i := range logs {
		g.out.logs[i].row = logs[i]
	}
}

// TestStackCut cuts a trace by the end of a payload: what goes on in the next payload of the
// stream counts for nothing, and says so.
func TestStackCut(t *testing.T) {
	trace := []string{"2022-06-30 07:55:35 ERROR booking failed", "com.example.NoSeat: full", "\tat a.B.c(B.java:1)", "\tat a.B.d(B.java:2)", "INFO after"}
	payload := func(stream string, messages []string, from int) []byte {
		b := bytes.Replace(eventsPayload(t, messages), []byte(`"logStream":"s"`), []byte(`"logStream":"`+stream+`"`), 1)
		for i := len(messages) - 1; i >= 0; i-- {
			b = bytes.Replace(b, []byte(fmt.Sprintf(`"id":"e%d"`, i)), []byte(fmt.Sprintf(`"id":"e%d"`, i+from)), 1)
		}
		return b
	}
	tellAll := func(object []byte) (got []string) {
		var c captured
		if err := newObject(New(nil, nil), object, &c).Read(); err != nil {
			t.Fatal(err)
		}
		for _, l := range c.logs {
			got = append(got, tell(l.row))
		}
		return got
	}
	for cut, want := range map[int][]string{
		1: {"ERROR print", "ERROR com.example.NoSeat stack=3 print", "of=e1", "of=e1", "INFO"}, // whose the class line is cannot be told
		3: {"ERROR com.example.NoSeat stack=3 print", "of=e0", "of=e0", "of=e0", "INFO"},
		4: {"ERROR com.example.NoSeat stack=4 print", "of=e0", "of=e0", "of=e0", "INFO"},
	} {
		object := append(payload("s", trace[:cut], 0), payload("s", trace[cut:], cut)...)
		got := tellAll(object)
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("cut behind %d (-got +want):\n%s", cut, diff)
		}
	}
	other := append(payload("s", trace[:3], 0), payload("t", trace[3:], 3)...)
	if got := tellAll(other); got[3] == "of=e0" {
		t.Errorf("another stream goes on with the trace: %q", got)
	}
}

// TestRecordCut cuts a printed record by the end of a payload, before and behind its level: one
// failure counts once.
func TestRecordCut(t *testing.T) {
	record := strings.Split("{\n  \"message\": \"order failed\",\n  \"tags\": [\n    \"a\",\n    \"b\"\n  ],\n  \"level\": \"error\",\n  \"order\": {\n    \"id\": 7\n  }\n}", "\n")
	for cut := 3; cut < len(record); cut++ {
		behind := eventsPayload(t, append(slices.Clone(record[cut:]), "ERROR another"))
		behind = bytes.ReplaceAll(behind, []byte(`"id":"e`), []byte(`"id":"f`))
		var got captured
		o := newObject(New(nil, nil), append(eventsPayload(t, record[:cut]), behind...), &got)
		if err := o.Read(); err != nil {
			t.Fatal(err)
		}
		counted, of := 0, 0
		for i, l := range got.logs {
			if l.row.Fingerprint != "" {
				counted++
			}
			if i > 0 && i < len(record) && strings.Contains(l.row.EventData, `"continuation_of":"e0"`) {
				of++
			}
		}
		if counted != 2 || of != len(record)-1 || got.logs[0].row.Message != "order failed" {
			t.Errorf("cut behind %d: %d failures, %d of %d lines go on, message %q", cut, counted, of, len(record)-1, got.logs[0].row.Message)
		}
	}
}

// TestExecutionSteps reads steps that are not listed in a log group of API Gateway's.
func TestExecutionSteps(t *testing.T) {
	const id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
	b := eventsPayload(t, []string{"(" + id + ") Some new step: ERROR is a word of a value", "(" + id + ") Some new step failed", "(" + id + ") Some new step"})
	b = bytes.Replace(b, []byte(`"logGroup":"/app"`), []byte(`"logGroup":"API-Gateway-Execution-Logs_abc/prod"`), 1)
	var got captured
	if err := newObject(New(nil, nil), b, &got).Read(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"INFO", "ERROR", "INFO"} {
		if row := got.logs[i].row; row.Level != want || row.RequestID != id {
			t.Errorf("step %d: level %q, request %q", i, row.Level, row.RequestID)
		}
	}
}
