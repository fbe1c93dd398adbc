package lines

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// FuzzFormat takes any line apart by any format: it never panics, its fields are JSON, and
// there are no more than the format has variables.
func FuzzFormat(f *testing.F) {
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
	r := &Parser{Arena: new(scan.Arena), Keys: scan.NewKeys(), Dialects: NewDialects(scan.NewKeys())}
	f.Fuzz(func(t *testing.T, format, line string) {
		format, line = strings.ToValidUTF8(format, "?"), strings.ToValidUTF8(line, "?")
		r.Arena.Reset()
		compiled := CompileFormat(format)
		taken := compiled.notation != selfTold && r.takeFormat(compiled, line)
		checkFields(t, r)
		if taken && len(r.fields) > len(compiled.parts) {
			t.Fatalf("%d fields of %d variables", len(r.fields), len(compiled.parts))
		}
		r.knownAccessLine(line)
		checkFields(t, r)
	})
}

func checkFields(t *testing.T, r *Parser) {
	for _, f := range r.fields {
		if !json.Valid(f.Value) || !utf8.ValidString(f.Key) {
			t.Fatalf("field %q: %s", f.Key, f.Value)
		}
	}
}
