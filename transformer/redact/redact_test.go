package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/transformer/redact"
)

var key = []byte("0123456789abcdef")

// set compiles rules for the product booking.
func set(t testing.TB, rules ...redact.Rule) *redact.Set {
	t.Helper()
	r, err := redact.New(rules, key)
	if err != nil {
		t.Fatal(err)
	}
	return r.For("booking")
}

// all has every built-in pattern under its own name.
func all(action string) []redact.Rule {
	var rules []redact.Rule
	for _, r := range [][2]string{{"mail", "email"}, {"ip-six", "ipv6"}, {"ip", "ipv4"}, {"card", "card"}, {"token", "bearer"}} {
		rules = append(rules, redact.Rule{Name: r[0], Patterns: []string{r[1]}, Action: action})
	}
	return rules
}

func TestText(t *testing.T) {
	s := set(t, all("")...)
	for text, want := range map[string]string{
		"":             "",
		"nothing here": "nothing here",
		"mail bob.o'neil+x@mail.example.com, please": "mail bob.o'[redacted-mail], please",
		"a@b.co":                                        "[redacted-mail]",
		"müller@exämple.de":                             "[redacted-mail]",
		"x=a@b.com;y=c@d.org":                           "x=[redacted-mail];y=[redacted-mail]",
		"@aws-sdk/client-s3@3.100.0":                    "@aws-sdk/client-s3@3.100.0",
		"root@localhost":                                "root@localhost",
		"com.example.Foo@1a2b3c":                        "com.example.Foo@1a2b3c",
		"from 10.0.0.1:8080 to 10.0.0.2.":               "from [redacted-ip]:8080 to [redacted-ip].",
		"version 1.2.3.4.5, v1.2.3.4, 1.2.3":            "version 1.2.3.4.5, v1.2.3.4, 1.2.3",
		"999.1.1.1":                                     "999.1.1.1",
		"addr=2001:db8::1 ok":                           "addr=[redacted-ip-six] ok",
		"[2001:db8:0:0:0:0:2:1]:443":                    "[[redacted-ip-six]]:443",
		"::ffff:10.1.2.3":                               "[redacted-ip-six]",
		"std::vector a::b 07:55:35 ::":                  "std::vector a::b 07:55:35 ::",
		"pay 4111111111111111 now":                      "pay [redacted-card] now",
		"pay 4111 1111 1111 1111 12/27":                 "pay [redacted-card] 12/27",
		"on 12 4111-1111-1111-1111":                     "on 12 [redacted-card]",
		"amex 3782 822463 10005":                        "amex [redacted-card]",
		"4111111111111112 1656575735341":                "4111111111111112 1656575735341",
		"0.4111111111111111 4111111111111111.5":         "0.4111111111111111 4111111111111111.5",
		"41111111-1111-1111-1111-111111111111":          "41111111-1111-1111-1111-111111111111",
		"id a4111111111111111 4111111111111111b":        "id a4111111111111111 4111111111111111b",
		"41111111111111114111111111111111":              "41111111111111114111111111111111",
		"Authorization: Bearer eyJhbGciOi.J9.abc-_~+/=": "Authorization: Bearer [redacted-token]",
		"BEARER\tabc12345678, bearer of bad news":       "BEARER\t[redacted-token], bearer of bad news",
		"bearer certificates are bearer instruments":    "bearer certificates are bearer instruments",
	} {
		if got := s.Column("message").Text(text); got != want {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	s := set(t, append(all(""),
		redact.Rule{Name: "user", Fields: []string{"event_data.user.name", "event_data.secret"}},
		redact.Rule{Name: "gone", Fields: []string{"event_data.drop.me"}, Action: redact.Drop},
		redact.Rule{Name: "digits", Fields: []string{"event_data.phone"}, Regex: `\d{3}`})...)
	for text, want := range map[string]string{
		`{"a":1}`:                                         `{"a":1}`,
		`{"pan": 4111111111111111 , "n": 4.10}`:           `{"pan": "[redacted-card]" , "n": 4.10}`,
		`{"m":"a\u0040b.com"}`:                            `{"m":"[redacted-mail]"}`,
		`{"m":"x\n10.0.0.1"}`:                             `{"m":"x\n[redacted-ip]"}`,
		`{"a@b.com":1,"c@d.com":[2]}`:                     `{"[redacted-mail]":1,"_[redacted-mail]":[2]}`,
		`{"user":{"name":"Bob","id":7}}`:                  `{"user":{"name":"[redacted-user]","id":7}}`,
		`{"user":[{"name":{"first":"B"}}],"secret":null}`: `{"user":[{"name":"[redacted-user]"}],"secret":null}`,
		`{"drop":{"me":1,"b":2},"c":3}`:                   `{"drop":{"b":2},"c":3}`,
		`{"drop":{"b":2, "me":1 },"c":3}`:                 `{"drop":{"b":2},"c":3}`,
		`{"drop":{"me":{"x":[1,2]}}}`:                     `{"drop":{}}`,
		`{"drop.me":5,"x":["10.0.0.1",true]}`:             `{"x":["[redacted-ip]",true]}`,
		`{"phone":["+49 123 456"],"other":123}`:           `{"phone":["+49 [redacted-digits] [redacted-digits]"],"other":123}`,
		`{"phone":"<b>&\u2028 123"}`:                      `{"phone":"<b>&\u2028 [redacted-digits]"}`,
	} {
		got := s.Column("event_data").JSON(text)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s: not JSON", got)
		}
	}
}

func TestActions(t *testing.T) {
	mail := func(action string) *redact.Column {
		return set(t, redact.Rule{Name: "mail", Patterns: []string{"email"}, Action: action}).Column("message")
	}
	h := mail(redact.Hash)
	one, same, other := h.Text("a@b.com"), h.Text("x a@b.com y"), h.Text("b@b.com")
	if !strings.Contains(same, one) || one == other || len(one) != len("[mail-]")+16 {
		t.Errorf("%q, %q, %q", one, same, other)
	}
	if got := h.Text(same); got != same {
		t.Errorf("hashed twice: %q, want %q", got, same)
	}
	r, err := redact.New([]redact.Rule{{Name: "mail", Patterns: []string{"email"}, Action: redact.Hash}}, []byte("another key of 16"))
	if err != nil {
		t.Fatal(err)
	}
	if got := r.For("").Column("message").Text("a@b.com"); got == one {
		t.Error("the key changes nothing")
	}
	if got := mail(redact.Drop).Text("x a@b.com"); got != "" {
		t.Errorf("dropped: %q", got)
	}
	whole := set(t, redact.Rule{Name: "all", Fields: []string{"event_data", "path"}})
	if got, want := whole.Column("event_data").JSON(`{"a":1}`), `{"redacted":"[redacted-all]"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := whole.Column("path").Text("/users/bob"), "[redacted-all]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestProducts(t *testing.T) {
	r, err := redact.New([]redact.Rule{{Name: "mail", Patterns: []string{"email"}, Products: []string{"pay"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.For("booking") != nil || r.For("pay") == nil || (*redact.Redactor)(nil).For("pay") != nil {
		t.Error("the wrong products")
	}
}

func TestValidate(t *testing.T) {
	for name, r := range map[string]redact.Rule{
		"[0].name":        {Name: "A b", Patterns: []string{"email"}},
		"[0].action":      {Name: "a", Patterns: []string{"email"}, Action: "erase"},
		"[0].patterns[0]": {Name: "a", Patterns: []string{"phone"}},
		"[0].fields[0]":   {Name: "a", Fields: []string{"account_id"}},
		"[0].fields[1]":   {Name: "a", Fields: []string{"message", "message.x"}},
		"[0]":             {Name: "a"},
		"[0].products[0]": {Name: "a", Patterns: []string{"email"}, Products: []string{"Booking"}},
		"[0].regex":       {Name: "a", Regex: "("},
	} {
		found := ""
		redact.Validate([]redact.Rule{r}, true, func(key, what, remedy string) { found += key })
		if found != name {
			t.Errorf("%+v: fault at %q, want %q", r, found, name)
		}
		if _, err := redact.New([]redact.Rule{r}, key); err == nil {
			t.Errorf("%+v accepted", r)
		}
	}
	for _, regex := range []string{`x*`, `redacted`, `[a-z]+`, `\[`} {
		if _, err := redact.New([]redact.Rule{{Name: "a", Regex: regex}}, key); err == nil {
			t.Errorf("%q accepted", regex)
		}
	}
	if _, err := redact.New([]redact.Rule{{Name: "a", Patterns: []string{"email"}, Action: redact.Hash}}, key[:15]); err == nil {
		t.Error("a short key was accepted")
	}
}

// Redacting twice is redacting once, for text and for JSON, which stays valid.
func FuzzRedact(f *testing.F) {
	for _, s := range []string{
		"a@b.com 10.0.0.1 ::1 2001:db8::1 4111 1111 1111 1111 Bearer abcdefgh1 x", `{"a@b.c":[4111111111111111,"10.0.0.1"],"k":{"d":"\u0040"}}`,
		`{"me":1,"x":{"me":[1]},"a":["x@y.zz"]}`, "4111-1111-1111-1111-123 1.2.3.4.5", "Bearer Bearer abcdefg9", `["a@b.com", {}]`, "x@a@b.com", "::ffff:1.2.3.4",
	} {
		f.Add(s)
	}
	var sets []*redact.Set
	for _, action := range redact.Actions() {
		sets = append(sets, set(f, append(all(action), redact.Rule{Name: "me", Fields: []string{"event_data.me", "event_data.x.me"}, Action: action})...))
	}
	found := set(f, all(redact.Drop)...)
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd") // as all text in rows is
		for _, s := range sets {
			once := s.Column("message").Text(text)
			if twice := s.Column("message").Text(once); twice != once {
				t.Fatalf("%q, then %q", once, twice)
			}
			if once != "" && found.Column("message").Text(once) == "" {
				t.Fatalf("something is left in %q", once)
			}
			if text == "" || text[0] != '{' || !json.Valid([]byte(text)) || strings.Count(text, "{")+strings.Count(text, "[") > 500 {
				continue
			}
			once = s.Column("event_data").JSON(text)
			if once != "" && !json.Valid([]byte(once)) {
				t.Fatalf("%q became %q", text, once)
			}
			if twice := s.Column("event_data").JSON(once); twice != once {
				t.Fatalf("%q, then %q", once, twice)
			}
			left := found.Column("message")
			for _, leaf := range leaves(t, once) {
				if leaf != "" && left.Text(leaf) == "" {
					t.Fatalf("%q: something is left in %q of %q", text, leaf, once)
				}
			}
		}
	})
}

// leaves are the strings, keys and numbers of a JSON text.
func leaves(t *testing.T, text string) []string {
	if text == "" {
		return nil
	}
	var out []string
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch v := token.(type) {
		case string:
			out = append(out, v)
		case json.Number:
			out = append(out, v.String())
		}
	}
}

// BenchmarkText is the cost per text without a candidate, and with three.
func BenchmarkText(b *testing.B) {
	s := set(b, all("")...)
	for name, text := range map[string]string{
		"clean": "Booking confirmed. bookingId=[123] userId=[abc] route=[CNSHA-NLRTM] teu=[4] price=[1843.20] in 182 ms, 3 of 4 containers assigned to vessel",
		"dirty": "Booking confirmed for bob@example.com from 10.1.2.3 with card 4111 1111 1111 1111, 3 of 4 containers assigned to vessel",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				s.Column("message").Text(text)
			}
		})
	}
	b.Run("json", func(b *testing.B) {
		const text = `{"bookingId":123456,"userId":"abc","sourceIP":"n/a","containers":["MSKU1234565","TCLU7654321"],"teu":4,"price":1843.20}`
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			s.Column("event_data").JSON(text)
		}
	})
}
