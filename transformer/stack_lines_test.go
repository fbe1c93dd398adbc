package transformer

import (
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
		"python chained": {
			[]string{"Traceback (most recent call last):", `  File "/app/a.py", line 7, in f`, "KeyError: 'x'", "During handling of the above exception, another exception occurred:",
				"Traceback (most recent call last):", `  File "/app/a.py", line 9, in f`, "app.PricingError: no x", "INFO after"},
			[]string{"ERROR app.PricingError stack=7 print", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0", "of=e0", "INFO"},
		},
		"node, with another request between": {
			[]string{node + "TypeError: x is not a function", other + "hello", node + "    at handler (/var/task/index.js:1:2)", other + "bye", node + "    at Runtime.run (/var/task/r.js:1:2)"},
			[]string{"ERROR TypeError stack=3 print", "INFO", "ERROR of=e0", "INFO", "ERROR of=e0"},
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
			[]string{"", "", "", "", "", "", ""},
		},
		"json lines": {
			[]string{`{"level":"ERROR","message":"BookingError: closed","requestId":"r1"}`, `{"level":"ERROR","message":"    at close (/var/task/b.js:1:2)","requestId":"r1"}`},
			[]string{"ERROR BookingError stack=2 print", "ERROR of=e0"},
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
