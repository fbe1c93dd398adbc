package transformer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// payload is a CloudWatch Logs payload of one event for each message.
func payload(messages ...string) []byte {
	type event struct {
		ID        string `json:"id"`
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	}
	events := []event{}
	for i, m := range messages {
		events = append(events, event{fmt.Sprintf("%s-%d", m, i), vectorTime + int64(i), m})
	}
	b, err := json.Marshal(struct {
		MessageType         string   `json:"messageType"`
		Owner               string   `json:"owner"`
		LogGroup            string   `json:"logGroup"`
		LogStream           string   `json:"logStream"`
		SubscriptionFilters []string `json:"subscriptionFilters"`
		LogEvents           []event  `json:"logEvents"`
	}{"DATA_MESSAGE", "222222222222", "/aws/lambda/f", "s", []string{vectorFilter}, events})
	if err != nil {
		panic(err)
	}
	return b
}

const controlPayload = `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1656575735341,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`

func zip(parts ...[]byte) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Write(p)
		w.Close()
	}
	return b.Bytes()
}

func cat(parts ...any) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		switch p := p.(type) {
		case []byte:
			b.Write(p)
		case string:
			b.WriteString(p)
		}
	}
	return b.Bytes()
}

type counts struct {
	Events, Undecodable, Rows, Quarantined, Control int64
	Messages                                        string
}

func countsOf(hits []seamark.Hit, e *lake.Entry) counts {
	a := e.Accounts
	c := counts{a.Events, a.Undecodable, a.Rows, a.Quarantined, a.ControlMessages, ""}
	var m []string
	for _, h := range hits {
		if h.Log != nil {
			m = append(m, h.Log.Message)
		} else {
			m = append(m, h.Access.Method)
		}
	}
	c.Messages = strings.Join(m, "|")
	return c
}

func TestLandingVariants(t *testing.T) {
	a, b := payload("a1", "a2"), payload("b1")
	two := counts{3, 0, 3, 0, 0, "a1|a2|b1"}
	cut := zip(a)
	broken := bytes.Clone(zip(payload(strings.Repeat("x", 5000))))
	broken[len(broken)/2] ^= 0x55
	crc := bytes.Clone(zip(a))
	crc[len(crc)-6] ^= 1
	doubled := bytes.Replace(a, []byte(`"owner"`), []byte(`"owner":"1","owner"`), 1)
	late := []byte(`{"logEvents":[{"id":"1","timestamp":1656575735341,"message":"late"}],"subscriptionFilters":[],"logStream":"s","logGroup":"g","owner":"1","messageType":"DATA_MESSAGE"}`)
	tests := []struct {
		name string
		in   []byte
		want counts
	}{
		{"gzip members", zip(a, b), two},
		{"gzip around gzip members", zip(zip(a, b)), two},
		{"one gzip of concatenated JSON", zip(cat(a, b)), two},
		{"concatenated JSON", cat(a, b), two},
		{"NDJSON", cat(a, "\n", b, "\r\n"), two},
		{"line feeds between gzip members", cat(zip(a), "\n", zip(b), "\n"), two},
		{"JSON, then gzip", cat(a, zip(b)), two},
		{"gzip, then JSON", cat(zip(a), b), two},
		{"an empty gzip member between", cat(zip(a), zip(nil), zip(b)), two},
		{"indented JSON", cat(zip([]byte(strings.ReplaceAll(string(a), ",", " ,\n\t"))), zip(b)), two},
		{"control message", cat(zip([]byte(controlPayload)), zip(a)), counts{2, 0, 2, 0, 1, "a1|a2"}},
		{"rows that went back to Firehose, in its backup", cat(zip(a), zip([]byte(`{"seamarkRows":1,"hops":1,"keys":{"table":"logs"},"rows":"{\"event_id\":\"a2\"}\n"}`)), zip(b)), counts{3, 0, 3, 0, 1, "a1|a2|b1"}},
		{"events before the rest of the envelope", zip(late), counts{1, 0, 1, 0, 0, "late"}},
		{"no events", zip(payload()), counts{}},
		{"empty object", nil, counts{}},
		{"bare records", []byte(`{"timestamp":1656575735341,"product":"p","message":"m1"}` + `{"timestamp":1656575735342,"level":"INFO","message":"m2"}`), counts{2, 0, 2, 0, 0, "m1|m2"}},
		{"bare records in lines, some of them text", []byte("{\"timestamp\":1656575735341,\"message\":\"m1\"}\nhello\n{\"timestamp\":1656575735341,\"message\":\"m2\"}\n"), counts{3, 0, 3, 0, 0, "m1|hello|m2"}},
		{"bare text of Lambda", []byte("START RequestId: r Version: 1\nhello\nEND RequestId: r\n"), counts{3, 0, 3, 0, 0, "START RequestId: r Version: 1|hello|END RequestId: r"}},

		{"not a landing object", []byte("\x89PNG\r\n\x1a\n whatever"), counts{0, 1, 0, 1, 0, ""}},
		{"plain text", []byte("hello world\n"), counts{0, 1, 0, 1, 0, ""}},
		{"any JSON", []byte(`{"hello":"world"}`), counts{0, 1, 0, 1, 0, ""}},
		{"a JSON array", []byte(`[1,2]`), counts{0, 1, 0, 1, 0, ""}},
		{"wrong shape", []byte(`{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":"oops"}`), counts{0, 1, 0, 1, 0, ""}},
		{"unknown message type", []byte(`{"messageType":"X"}`), counts{0, 1, 0, 1, 0, ""}},
		{"doubled key", cat(zip(doubled), zip(b)), counts{1, 1, 1, 1, 0, "b1"}},
		{"half JSON at the end", cat(zip(b), zip(a[:len(a)-40])), counts{2, 1, 2, 1, 0, "a1|b1"}},
		{"half JSON, then another payload", cat(a[:len(a)-40], b), counts{2, 1, 2, 1, 0, "a1|b1"}},
		{"junk between payloads", cat(a, "&&&&", b), counts{3, 1, 3, 1, 0, "a1|a2|b1"}},
		{"truncated gzip member at the end", cat(zip(b), cut[:len(cut)-9]), counts{3, 1, 3, 1, 0, "a1|a2|b1"}},
		{"truncated gzip member, then another", cat(cut[:len(cut)-30], zip(b)), counts{1, 1, 1, 1, 0, "b1"}},
		{"damaged deflate stream", cat(zip(a), broken, zip(b)), counts{3, 1, 3, 1, 0, "a1|a2|b1"}},
		{"wrong checksum", cat(crc, zip(b)), counts{3, 1, 3, 1, 0, "a1|a2|b1"}},
		{"gzip of junk", zip([]byte("junk")), counts{0, 1, 0, 1, 0, ""}},
		{"gzip nested one too deep", zip(zip(zip(a))), counts{0, 1, 0, 1, 0, ""}},
		{"gzip nested too deeply", zip(zip(zip(zip(a)))), counts{0, 1, 0, 1, 0, ""}},
		{"a header of gzip and no more", []byte{0x1f, 0x8b, 8, 0}, counts{0, 1, 0, 1, 0, ""}},
		{"two bytes of gzip", []byte{0x1f, 0x8b}, counts{0, 1, 0, 1, 0, ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hits, entry := transform(t, tt.in)
			got := countsOf(hits, entry)
			got.Messages = sorted(got.Messages)
			tt.want.Messages = sorted(tt.want.Messages)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s%+v", diff, entry.Quarantine)
			}
		})
	}
}

func sorted(s string) string {
	parts := strings.Split(s, "|")
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			if parts[j] < parts[i] {
				parts[i], parts[j] = parts[j], parts[i]
			}
		}
	}
	return strings.Join(parts, "|")
}

// TestTruncatedEverywhere cuts an object at every byte: the events that are whole
// count, in order, and what is left is one piece in quarantine.
func TestTruncatedEverywhere(t *testing.T) {
	whole := cat(zip(payload("a1", "a2", "a3")), zip(payload("b1", "b2")), payload("c1"))
	l, tr := newTransformer(t)
	last := int64(0)
	for n := range len(whole) {
		res := transformBytes(t, l, tr, whole[:n])
		a := res.Entry.Accounts
		if !a.Balanced() || a.Quarantined > 1 || a.Rows < last {
			t.Fatalf("cut at %d: %+v after %d rows", n, a, last)
		}
		last = a.Rows
	}
	if last != 6 && last != 5 {
		t.Fatalf("%d rows before the last byte", last)
	}
}

func newTransformer(t testing.TB) (*lake.Lake, *transformer.Transformer) {
	l, err := lake.Open(context.Background(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	return l, transformer.New(l, nil)
}

func transformBytes(t testing.TB, l *lake.Lake, tr *transformer.Transformer, b []byte) transformer.Result {
	src, err := transformer.Spool(bytes.NewReader(b), vectorArrival)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	res, err := tr.Transform(context.Background(), src, false)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestNothingLost builds objects of random payloads in random wrappings and checks
// that every message comes out once, and that a second run changes nothing.
func TestNothingLost(t *testing.T) {
	l, tr := newTransformer(t)
	rapid.Check(t, func(rt *rapid.T) {
		var object []byte
		want := int64(0)
		for range rapid.IntRange(0, 6).Draw(rt, "payloads") {
			messages := rapid.SliceOfN(rapid.String(), 0, 20).Draw(rt, "messages")
			want += int64(len(messages))
			p := payload(messages...)
			switch rapid.IntRange(0, 3).Draw(rt, "wrapping") {
			case 0:
				p = zip(p)
			case 1:
				p = zip(zip(p))
			case 2:
				p = append(p, '\n')
			}
			object = append(object, p...)
		}
		first := transformBytes(t, l, tr, object)
		if a := first.Entry.Accounts; a.Events != want || a.Rows != want || a.Quarantined != 0 {
			rt.Fatalf("%d events: %+v", want, a)
		}
		if again := transformBytes(t, l, tr, object); !again.Skipped {
			rt.Fatal("not skipped the second time")
		}
	})
}

// FuzzLanding: whatever the bytes, the accounts balance and nothing fails.
func FuzzLanding(f *testing.F) {
	f.Add(zip(payload("a", "b")))
	f.Add(cat(payload("a"), zip(payload("b")), "junk", controlPayload))
	f.Add(zip(zip(payload("x"))))
	f.Add([]byte(`{"timestamp":1656575735341,"message":"m"}`))
	l, tr := newTransformer(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		res := transformBytes(t, l, tr, b)
		if !res.Entry.Accounts.Balanced() {
			t.Fatalf("%+v", res.Entry.Accounts)
		}
	})
}

// FuzzMessage: whatever the message, it becomes one row whose JSON is JSON.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{`{"message":"m","a":{"b":[1]}}`, "key=[value]", `{"status":"1","path":"/"}`, "REPORT RequestId: 1\tDuration: 1 ms", "x\n\tat y"} {
		f.Add(s)
	}
	l, tr := newTransformer(f)
	f.Fuzz(func(t *testing.T, message string) {
		res := transformBytes(t, l, tr, payload(message))
		if a := res.Entry.Accounts; a.Rows != 1 || a.Quarantined != 0 {
			t.Fatalf("%+v", a)
		}
		for _, f := range res.Entry.Files {
			check := func(data string) {
				if data != "" && !json.Valid([]byte(data)) {
					t.Fatalf("not JSON: %q", data)
				}
			}
			if strings.HasPrefix(f.Key, "lake/logs/") {
				if err := l.ReadLogs(f, func(rows []seamark.Log) error { check(rows[0].EventData); return nil }); err != nil {
					t.Fatal(err)
				}
			} else if err := l.ReadAccessLogs(f, func(rows []seamark.AccessLog) error { check(rows[0].Extra); return nil }); err != nil {
				t.Fatal(err)
			}
		}
	})
}
