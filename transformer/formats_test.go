package transformer

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/transformer/lines"
)

// FuzzAccessLine makes a row of any line in any format, and one only.
func FuzzAccessLine(f *testing.F) {
	for _, c := range [][2]string{
		{"$context.requestId|$context.status", "a|200"},
		{`$context.identity.sourceIp [$context.requestTime] "$context.httpMethod $context.path" $context.status`, `1.2.3.4 [30/Jun/2022:07:55:35 +0000] "GET /" 200`},
		{"$context.requestId,$context.error.messageString,$context.status", `a,"b ""c"", d",500`},
		{"<r>$context.requestId</r><s>$context.status</s>", "<r>a&amp;b</r><s>200</s>"},
		{"$context.a$context.b", "xy"}, {"", ""}, {"{\"a\":\"$context.status\"}", "{}"},
		{"", `203.0.113.7 - - [30/Jun/2022:07:55:35 +0000] "POST /bookings HTTP/1.1" 201 348 c6af9ac6`},
		{"", `<request id="a"> <ip>1.2.3.4</ip> <httpMethod>GET</httpMethod> <status>200</status> <requestTime>30/Jun/2022:07:55:35 +0000</requestTime> </request>`},
		{"", `203.0.113.7,-,-,30/Jun/2022:07:55:35 +0000,GET,/bookings,HTTP/1.1,200,348,c6af9ac6`},
		{"", `[{"type":"platform.start","record":{"requestId":"x"}},{"type":"function","record":"y"}]`},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, format, line string) {
		format, line = strings.ToValidUTF8(format, "?"), strings.ToValidUTF8(line, "?")
		compiled := lines.CompileFormat(format)
		quoted, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		var got captured
		o := newObject(New(nil, nil), fuzzPayload(1656575735341, quoted), &got)
		o.rows.Format = compiled
		if err := o.Read(); err != nil {
			t.Fatal(err)
		}
		if n := len(got.logs) + len(got.access); n != 1 {
			t.Fatalf("%d rows of %q", n, line)
		}
		for _, a := range got.access {
			if a.row.Extra != "" && !json.Valid([]byte(a.row.Extra)) {
				t.Fatalf("extra %q", a.row.Extra)
			}
		}
	})
}

// FuzzStackLines joins any lines: no row goes, no message changes.
func FuzzStackLines(f *testing.F) {
	f.Add("a.b.XException: one\n\tat a.B.c(B.java:1)\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'")
	f.Add("panic: x\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1\n---> \n ---> x\n   at A.B()")
	f.Fuzz(func(t *testing.T, text string) {
		messages := strings.Split(strings.ToValidUTF8(text, "?"), "\n")
		logs := 0
		for _, l := range logsOf(t, messages) {
			logs++
			if l.EventData != "" && !json.Valid([]byte(l.EventData)) {
				t.Fatalf("event data %q", l.EventData)
			}
			if l.ErrorStack != "" && strings.Contains(l.EventData, `"`+lines.ContinuationOf+`":"e`) && !strings.Contains(l.Message, lines.ContinuationOf) {
				t.Fatalf("a continuation with a stack: %+v", l)
			}
		}
		if logs > len(messages) {
			t.Fatalf("%d rows of %d events", logs, len(messages))
		}
	})
}
