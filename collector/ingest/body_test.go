package ingest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/ingest"
)

func TestReadDelivery(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		id         string
		records    []string
		bad        string // part of the error
	}{
		{name: "plain", body: `{"requestId":"r","timestamp":1578090901599,"records":[{"data":"aGVsbG8="},{"data":""}]}`, id: "r", records: []string{"hello", ""}},
		{name: "no records", body: `{"requestId":"r","timestamp":1,"records":[]}`, id: "r"},
		{name: "other order", body: ` { "records" : [ { "x" : [1,{"a":null}] , "data" : "aGk=" } ] , "timestamp" : 1 , "requestId" : "r" } ` + "\r\n\t", id: "r", records: []string{"hi"}},
		{name: "unknown keys", body: `{"a":{"records":[{"data":"!"}]},"b":[true,false,null,-1.5e+7],"requestId":"r","records":[{"data":"aGk=","data2":"!"}],"c":"\ud83d\ude00\ud800x\\"}`, id: "r", records: []string{"hi"}},
		{name: "escaped keys and data", body: `{"request\u0049d":"\u0072\/","records":[{"d\u0061ta":"\u0061G\u006b\u003d\n"}]}`, id: "r/", records: []string{"hi"}},
		{name: "escaped slash in data", body: `{"requestId":"r","records":[{"data":"\/\/\/\/"}]}`, id: "r", records: []string{"\xff\xff\xff"}},
		{name: "keys are exact", body: `{"RequestID":"x","requestId":"r","RECORDS":1,"records":[{"Data":1,"data":"aGk="}]}`, id: "r", records: []string{"hi"}},
		{name: "no time", body: `{"requestId":"r","records":[]}`, id: "r"},

		{name: "empty", body: ``, bad: "ends early"},
		{name: "array", body: `[]`, bad: "expected '{'"},
		{name: "empty object", body: `{}`, bad: "requestId is missing"},
		{name: "no id", body: `{"records":[]}`, bad: "requestId is missing"},
		{name: "no record list", body: `{"requestId":"r"}`, bad: "records is missing"},
		{name: "null records", body: `{"requestId":"r","records":null}`, bad: "expected '['"},
		{name: "null id", body: `{"requestId":null,"records":[]}`, bad: `expected '"'`},
		{name: "long id", body: `{"requestId":"` + strings.Repeat("x", 257) + `","records":[]}`, bad: "too long"},
		{name: "time as text", body: `{"requestId":"r","timestamp":"1","records":[]}`, bad: "expected a JSON value"},
		{name: "record is a string", body: `{"requestId":"r","records":["aGk="]}`, bad: "expected '{'"},
		{name: "record without data", body: `{"requestId":"r","records":[{}]}`, bad: "record without data"},
		{name: "data is null", body: `{"requestId":"r","records":[{"data":null}]}`, bad: `expected '"'`},
		{name: "data is not base64", body: `{"requestId":"r","records":[{"data":"a-_b"}]}`, bad: "not base64"},
		{name: "data ends early", body: `{"requestId":"r","records":[{"data":"aGk"}]}`, bad: "not base64"},
		{name: "data goes on after padding", body: `{"requestId":"r","records":[{"data":"aGk=aGk="}]}`, bad: "not base64"},
		{name: "raw line end in data", body: "{\"requestId\":\"r\",\"records\":[{\"data\":\"aG\nk=\"}]}", bad: "control character"},
		{name: "doubled records", body: `{"requestId":"r","records":[],"records":[]}`, bad: "twice"},
		{name: "doubled data", body: `{"requestId":"r","records":[{"data":"","data":""}]}`, bad: "twice"},
		{name: "trailing comma", body: `{"requestId":"r","records":[],}`, bad: `expected '"'`},
		{name: "cut", body: `{"requestId":"r","records":[{"data":"aGk="}`, bad: "ends early"},
		{name: "more after it", body: `{"requestId":"r","records":[]}{}`, bad: "follows"},
		{name: "leading zero", body: `{"requestId":"r","records":[],"x":01}`, bad: "expected '}'"},
		{name: "bad escape", body: `{"requestId":"r","records":[],"x":"\q"}`, bad: "escape"},
		{name: "too deep", body: `{"requestId":"r","records":[],"x":` + strings.Repeat("[", 11_000), bad: "too deep"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(tc.body), iotest.OneByteReader(strings.NewReader(tc.body))} {
				id, _, records, err := ingest.ReadDelivery(in)
				if tc.bad != "" {
					if err == nil || !strings.Contains(err.Error(), tc.bad) || !ingest.IsBadBody(err) {
						t.Fatalf("got error %v, want %q", err, tc.bad)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, r := range records {
					got = append(got, string(r))
				}
				if diff := cmp.Diff(got, tc.records); diff != "" || id != tc.id {
					t.Errorf("id %q, want %q; records (-got +want):\n%s", id, tc.id, diff)
				}
			}
		})
	}
}

func TestReadDeliveryPassesOnReadErrors(t *testing.T) {
	broken := errors.New("connection reset")
	in := io.MultiReader(strings.NewReader(`{"requestId":"r","records":[{"data":"aG`), iotest.ErrReader(broken))
	if _, _, _, err := ingest.ReadDelivery(in); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// TestReadDeliveryAnySize: records of any size, read in pieces of any size, come out as they went in.
func TestReadDeliveryAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 0, 5).Draw(t, "records")
		if rapid.Bool().Draw(t, "large") {
			want = append(want, bytes.Repeat([]byte("0123456789"), rapid.IntRange(1, 30_000).Draw(t, "size")))
		}
		body := deliveryBody("id", want...)
		in := &pieces{b: body, size: rapid.IntRange(1, 70_000).Draw(t, "piece")}
		_, _, got, err := ingest.ReadDelivery(in)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("got %d records, want %d", len(got), len(want))
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("record %d differs", i)
			}
		}
	})
}

// pieces reads b in pieces of one size.
type pieces struct {
	b    []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.b)
	p.b = p.b[n:]
	return n, nil
}

// FuzzReadDelivery compares the streaming reader with encoding/json: what that refuses we
// refuse, and what has the right shape comes out the same.
func FuzzReadDelivery(f *testing.F) {
	for _, s := range []string{
		`{"requestId":"r","timestamp":1578090901599,"records":[{"data":"aGVsbG8="},{"data":""}]}`,
		`{"x":{"y":[1.5e-3,true,null,"\u00e9\ud83d\ude00"]},"records":[{"k":0,"data":"aG\/k\n"}],"requestId":"\u0072"}`,
		`{"requestId":"r","records":[{"data":"aGk="}],"records":[]}`, `[]`, `{}`, `{"a":-0.0E+1,"b":01}`, "{\"\xff\":\"\\ud800\\u0041\"}",
	} {
		f.Add([]byte(s), 7)
	}
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		id, stamp, records, err := ingest.ReadDelivery(&pieces{b: body, size: max(size%100, 1)})
		want, valid := reference(body)
		if err != nil {
			if !ingest.IsBadBody(err) {
				t.Fatalf("not the client's fault: %v", err)
			}
			if valid {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if !utf8.ValidString(id) {
			return // encoding/json repairs it, the handler refuses it
		}
		if !json.Valid(body) {
			t.Fatal("accepted what is not JSON")
		}
		if !valid {
			t.Fatalf("accepted what has not the right shape: %q", body)
		}
		if id != want.RequestID || stamp != want.Timestamp || len(records) != len(want.Records) {
			t.Fatalf("got %q %d and %d records, want %+v", id, stamp, len(records), want)
		}
		for i := range records {
			if !bytes.Equal(records[i], want.Records[i]) {
				t.Fatalf("record %d: got %q, want %q", i, records[i], want.Records[i])
			}
		}
	})
}

type referenceDelivery struct {
	RequestID string
	Timestamp int64
	Records   [][]byte
}

// reference decodes a body with the standard library; false when it has not the shape
// that the protocol prescribes.
func reference(body []byte) (want referenceDelivery, ok bool) {
	top, ok := members(body)
	if !ok || top["requestId"] == nil || top["records"] == nil {
		return want, false
	}
	var id, stamp any
	if json.Unmarshal(top["requestId"], &id) != nil {
		return want, false
	}
	if want.RequestID, ok = id.(string); !ok || len(want.RequestID) > 256 {
		return want, false
	}
	if raw := top["timestamp"]; raw != nil {
		if json.Unmarshal(raw, &stamp) != nil {
			return want, false
		}
		if _, ok := stamp.(float64); !ok || json.Unmarshal(raw, &want.Timestamp) != nil {
			return want, false
		}
	}
	var records []json.RawMessage
	if bytes.HasPrefix(top["records"], []byte("n")) || json.Unmarshal(top["records"], &records) != nil {
		return want, false
	}
	for _, raw := range records {
		record, ok := members(raw)
		if !ok {
			return want, false
		}
		var text any
		if record["data"] == nil || json.Unmarshal(record["data"], &text) != nil {
			return want, false
		}
		s, ok := text.(string)
		if !ok {
			return want, false
		}
		data, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return want, false
		}
		want.Records = append(want.Records, data)
	}
	return want, true
}

// members takes an object apart; false when it is none, or one of our keys comes twice.
func members(raw []byte) (map[string]json.RawMessage, bool) {
	if !json.Valid(raw) || !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.Token()
	all := map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		name := key.(string)
		if _, twice := all[name]; twice && (name == "requestId" || name == "timestamp" || name == "records" || name == "data") {
			return nil, false
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, false
		}
		all[name] = value
	}
	return all, true
}

// deliveryBody writes a request body as Firehose does.
func deliveryBody(id string, records ...[]byte) []byte {
	type record struct {
		Data []byte `json:"data"`
	}
	list := []record{}
	for _, r := range records {
		if r == nil {
			r = []byte{}
		}
		list = append(list, record{r})
	}
	body, err := json.Marshal(map[string]any{"requestId": id, "timestamp": 1578090901599, "records": list})
	if err != nil {
		panic(err)
	}
	return body
}
