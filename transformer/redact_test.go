package transformer

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/transformer/redact"
)

// everyPattern finds all that the built-in patterns find.
func everyPattern(t testing.TB, action string) *Options {
	t.Helper()
	var rules []redact.Rule
	for i, p := range redact.Patterns() {
		rules = append(rules, redact.Rule{Name: "r-" + string(rune('a'+i)), Patterns: []string{p}, Action: action})
	}
	r, err := redact.New(rules, []byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return &Options{Redact: r}
}

func onePattern(t testing.TB, pattern string) *Options {
	t.Helper()
	r, err := redact.New([]redact.Rule{{Name: "one", Patterns: []string{pattern}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Options{Redact: r}
}

// secrets are texts that must not be stored.
var secrets = []string{"bob@example.com", "10.20.30.40", "2001:db8::dead:1", "4111111111111111", "4111 1111 1111 1111", "Bearer eyJhbGciOi.abc123"}

// Wherever a secret stands in an event, no text of its row holds it.
func TestRedactEverywhere(t *testing.T) {
	plainToken := regexp.MustCompile(`eyJhbGciOi`)
	for _, secret := range secrets {
		for _, form := range []string{
			`line with %s in it`, `{"message":"%s","level":"ERROR"}`, `{"eventData":{"a":{"b":["%s"]}},"x":"%s"}`, `{"error":{"type":"T","message":"m %s","stack":"S: %s\n at x"}}`,
			"a.b.XException: %s\n\tat a.B.c(B.java:1)", `{"requestId":"%s","ip":"%s","userAgent":"%s","httpMethod":"GET","path":"/a/%s","status":"200","custom":"%s"}`,
			`1.2.3.4 - - [30/Jun/2022:07:55:35 +0000] "GET /x?q=%s HTTP/1.1" 200 5`, `id=7 user="%s"`, `{"k %s":1,"m":"\u0041 %s"}`, `[{"type":"function","record":"%s"}]`,
		} {
			if strings.Contains(form, "?q=") && strings.Contains(secret, " ") {
				continue
			}
			for _, action := range redact.Actions() {
				message := strings.ReplaceAll(form, "%s", secret)
				quoted, err := json.Marshal(message)
				if err != nil {
					t.Fatal(err)
				}
				var got captured
				o := newObject(New(nil, everyPattern(t, action)), fuzzPayload(1656575735341, quoted), &got)
				if err := o.Read(); err != nil {
					t.Fatal(err)
				}
				if len(got.logs)+len(got.access) != 1 {
					t.Fatalf("%d rows", len(got.logs)+len(got.access))
				}
				text := fmt.Sprintf("%+v %+v", got.logs, got.access)
				if strings.Contains(text, secret) || plainToken.MatchString(text) {
					t.Errorf("%s: %s is stored: %s", action, secret, text)
				}
			}
		}
	}
}

// A number in JSON that is a card's is stored as masked text; other numbers keep their text.
func TestRedactNumbers(t *testing.T) {
	var got captured
	quoted, _ := json.Marshal(`{"message":"m","pan":4111111111111111,"n":4111111111111112,"f":1.50}`)
	o := newObject(New(nil, everyPattern(t, redact.Mask)), fuzzPayload(1656575735341, quoted), &got)
	if err := o.Read(); err != nil {
		t.Fatal(err)
	}
	if got, want := got.logs[0].row.EventData, `{"pan":"[redacted-r-d]","n":4111111111111112,"f":1.50}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Rules do not change how errors are grouped.
func TestRedactKeepsFingerprints(t *testing.T) {
	quoted, _ := json.Marshal("2026-01-01 ERROR no answer for bob@example.com")
	var prints []string
	for _, o := range []*Options{nil, everyPattern(t, redact.Mask), everyPattern(t, redact.Drop)} {
		var got captured
		obj := newObject(New(nil, o), fuzzPayload(1656575735341, quoted), &got)
		if err := obj.Read(); err != nil {
			t.Fatal(err)
		}
		prints = append(prints, got.logs[0].row.Fingerprint)
	}
	if prints[0] == "" || prints[1] != prints[0] || prints[2] != prints[0] {
		t.Errorf("fingerprints %q", prints)
	}
}

// BenchmarkRedact is BenchmarkRead without rules, with all patterns, and with a pattern each;
// a third of the events are access logs, so that each of those holds an address.
func BenchmarkRedact(b *testing.B) {
	object, truth := benchObject(b)
	for name, o := range map[string]*Options{"off": nil, "mask": everyPattern(b, redact.Mask), "hash": everyPattern(b, redact.Hash), "card": onePattern(b, "card"), "email": onePattern(b, "email")} {
		b.Run(name, func(b *testing.B) {
			t := New(nil, o)
			b.SetBytes(truth.Bytes)
			b.ReportAllocs()
			done := cpu(b, truth.Bytes)
			for b.Loop() {
				var out nowhere
				obj := newObject(t, object, &out)
				if err := obj.Read(); err != nil {
					b.Fatal(err)
				}
				t.pool.Put(obj)
			}
			done()
		})
	}
}
