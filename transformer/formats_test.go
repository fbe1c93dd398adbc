package transformer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/transformer/lines"
)

// FuzzAccessLine makes a row of any line in any format, and one only.
func FuzzAccessLine(f *testing.F) {
	files, err := filepath.Glob("../schemas/vectors/a*/*.json") // access logs, API Gateway's and others
	if err != nil || len(files) < 60 {
		f.Fatalf("%d vectors, %v", len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var v struct{ Message, Format string }
		if err := json.Unmarshal(b, &v); err != nil {
			f.Fatal(err)
		}
		f.Add(v.Format, v.Message)
	}
	for _, line := range []string{
		"\x1b[0mGET /a?b=1 \x1b[31m500\x1b[0m 1.2 ms - 3\x1b[0m", "[GIN] 2026/11/30 - 10:00:00 | 500 | 1.2µs | ::1 | GET \"/a\"", "[negroni] 2026-11-30T10:00:00Z | 500 | \t 3.2ms | a:1 | GET /a",
		"10:00:00 | 500 | 1m2s | 10.0.0.7 | GET | /a | b", "[30/Nov/2026 10:00:00] \"GET /a HTTP/1.1\" 500 1", "10.0.0.7:1 - \"GET /a HTTP/1.1\" 200 OK", "<190>Nov 30 10:00:00 web nginx: ::1 - - [",
	} {
		f.Add("", line)
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
