package indexer_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

var update = flag.Bool("update", false, "write what is got as what is wanted")

// eventMs is 2026-11-22T10:00:00Z.
const eventMs = 1795341600000

var partition = lake.Partition{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Hour: eventMs / 3_600_000}

var landingID = lake.ID(strings.Repeat("a1", 32))

// source builds one document and returns its source.
func source(t testing.TB, row seamark.Log, fields indexer.Promoted) (map[string]any, string) {
	t.Helper()
	b, err := indexer.NewBuilder("", map[string]indexer.Promoted{"booking": fields})
	if err != nil {
		t.Fatal(err)
	}
	b.File(partition, landingID)
	doc, _ := b.AppendLog(nil, &row)
	lines := bytes.Split(doc, []byte("\n"))
	if len(lines) != 3 || len(lines[2]) != 0 {
		t.Fatalf("not two lines: %q", doc)
	}
	var action struct{ Create map[string]string }
	if err := json.Unmarshal(lines[0], &action); err != nil || action.Create["_index"] != "app-logs-2026.11.22" || len(action.Create["_id"]) != 22 {
		t.Fatalf("action %s: %v", lines[0], err)
	}
	var src map[string]any
	d := json.NewDecoder(bytes.NewReader(lines[1]))
	d.UseNumber()
	if err := d.Decode(&src); err != nil {
		t.Fatalf("%v in %.500s", err, lines[1])
	}
	return src, string(lines[1])
}

func TestEventData(t *testing.T) {
	long := strings.Repeat("x", 40_000)
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, c := range map[string]struct{ in, want, note string }{
		"copied":            {`{"a":1,"b":[true,null,"x"]}`, `{"a":1,"b":[true,null,"x"]}`, ""},
		"exact numbers":     {`{"a":12345678901234567890123,"b":1.50,"c":-0.0}`, `{"a":12345678901234567890123,"b":1.50,"c":-0.0}`, ""},
		"white space goes":  {" {\n\t\"a\" : [ 1 , 2 ] , \"b\":{ } }\r\n", `{"a":[1,2],"b":{}}`, ""},
		"escapes stay":      {`{"\u0061":"\ud83d\ude00\n"}`, `{"\u0061":"\ud83d\ude00\n"}`, ""},
		"infinite number":   {`{"a":1e999999}`, `{"a":"1e999999"}`, ""},
		"endless number":    {`{"a":` + strings.Repeat("9", 100) + `}`, `{"a":"` + strings.Repeat("9", 100) + `"}`, ""},
		"array":             {`[1,{"a":2}]`, `{"value":[1,{"a":2}]}`, "event data that is no object was wrapped"},
		"word":              {`"x"`, `{"value":"x"}`, "event data that is no object was wrapped"},
		"doubled keys":      {`{"a":1,"a":2,"\u0061":3}`, `{"a":1,"a~1":2,"a~2":3}`, "long or repeated keys were renamed"},
		"doubled below":     {`{"o":{"a":1,"a":2},"a":3}`, `{"o":{"a":1,"a~1":2},"a":3}`, "long or repeated keys were renamed"},
		"renamed is taken":  {`{"a~1":0,"a":1,"a":2}`, `{"a~1":0,"a":1,"a~2":2}`, "long or repeated keys were renamed"},
		"odd keys":          {`{"":1,".":2,"a.":3,"a":{"b":4},"a.b":5}`, `{"":1,".":2,"a.":3,"a":{"b":4},"a.b":5}`, ""},
		"long key":          {`{"` + strings.Repeat("é", 300) + `":1}`, `{"` + strings.Repeat("é", 128) + `":1}`, "long or repeated keys were renamed"},
		"long leaf":         {`{"a":"` + long + `"}`, `{"a":"` + long[:32_700-len("event_data.a=")] + `"}`, "long values were cut"},
		"cut between runes": {`{"ab":"` + strings.Repeat("é", 20_000) + `"}`, `{"ab":"` + strings.Repeat("é", (32_700-14)/2) + `"}`, "long values were cut"},
		"deepest":           {nested(32), nested(32), ""},
		"too deep":          {nested(33), nested(32)[:32*5] + `"{\"a\":1}"` + strings.Repeat("}", 32), "deep values were kept as text"},
		"not JSON":          {`{"a":1`, `{"text":"{\"a\":1"}`, "event data that is not JSON was kept as text"},
		"more than JSON":    {`{"a":1} x`, `{"text":"{\"a\":1} x"}`, "event data that is not JSON was kept as text"},
		"not UTF-8":         {"{\"a\":\"\xff\"}", `{"a":"` + "\ufffd" + `"}`, ""},
		"raw control":       {"{\"a\":\"\x01\"}", `{"text":"{\"a\":\"\u0001\"}"}`, "event data that is not JSON was kept as text"},
		"bad escape":        {`{"a":"\x"}`, `{"text":"{\"a\":\"\\x\"}"}`, "event data that is not JSON was kept as text"},
	} {
		t.Run(name, func(t *testing.T) {
			src, text := source(t, seamark.Log{Timestamp: eventMs, EventID: "1", EventData: c.in}, indexer.Promoted{})
			_, got, _ := strings.Cut(text, `"event_data":`)
			got, _, _ = strings.Cut(got, `,"ingested_at"`)
			if got != c.want {
				t.Errorf("got  %.300s\nwant %.300s", got, c.want)
			}
			if note, _ := src["ingest_note"].(string); note != c.note {
				t.Errorf("note: got %q, want %q", note, c.note)
			}
		})
	}
}

func TestTooMuchEventDataIsStoredRaw(t *testing.T) {
	var in strings.Builder
	in.WriteString(`{"` + strings.Repeat("k", 250) + `":[0`)
	for range 60_000 {
		in.WriteString(",1")
	}
	in.WriteString("]}")
	b, err := indexer.NewBuilder("", nil)
	if err != nil {
		t.Fatal(err)
	}
	b.File(partition, landingID)
	doc, reduced := b.AppendLog(nil, &seamark.Log{Timestamp: eventMs, EventID: "1", EventData: in.String()})
	var src map[string]any
	if err := json.Unmarshal(bytes.Split(doc, []byte("\n"))[1], &src); err != nil {
		t.Fatal(err)
	}
	if !reduced || src["raw"] != in.String() || src["event_data"] != nil {
		t.Errorf("reduced %v, raw is equal %v, event_data %v", reduced, src["raw"] == in.String(), src["event_data"])
	}
}

func TestPromoted(t *testing.T) {
	fields := indexer.Promoted{Num: []string{"teu", "cart.total", "odd", "big"}, Kw: []string{"port", "ok", "teu"}}
	row := seamark.Log{Timestamp: eventMs, EventID: "1",
		EventData: `{"teu":"12","cart":{"total":1.5e2},"odd":"x","big":1e999,"port":"a\"b","ok":true,"teu2":1}`}
	src, _ := source(t, row, fields)
	want := map[string]any{
		"num": map[string]any{"teu": json.Number("12"), "cart_total": json.Number("150")},
		"kw":  map[string]any{"port": `a"b`, "ok": "true", "teu": "12"},
	}
	if diff := cmp.Diff(want, map[string]any{"num": src["num"], "kw": src["kw"]}); diff != "" {
		t.Error(diff)
	}
}

func TestPromotedFieldsAreBounded(t *testing.T) {
	many := make([]string, indexer.MaxPromotedPerProduct+1)
	for i := range many {
		many[i] = "k" + strings.Repeat("x", i)
	}
	for name, fields := range map[string]indexer.Promoted{
		"too many": {Num: many}, "twice": {Kw: []string{"a.b", "a_b"}}, "empty": {Num: []string{""}},
	} {
		if _, err := indexer.NewBuilder("", map[string]indexer.Promoted{"p": fields}); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%s: got %v, want a rejection", name, err)
		}
	}
}

// TestEveryColumn holds the builder to schemas: each indexed column of a full row is in
// its document under its own name, and nothing else is.
func TestEveryColumn(t *testing.T) {
	b, err := indexer.NewBuilder("", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range schemas.Tables() {
		p := partition
		p.Table = seamark.Table(table.Name)
		b.File(p, landingID)
		var doc []byte
		if p.Table == seamark.TableAccessLogs {
			var row seamark.AccessLog
			fill(reflect.ValueOf(&row).Elem())
			doc, _ = b.AppendAccessLog(nil, &row)
		} else {
			var row seamark.Log
			fill(reflect.ValueOf(&row).Elem())
			doc, _ = b.AppendLog(nil, &row)
		}
		var src map[string]any
		if err := json.Unmarshal(bytes.Split(doc, []byte("\n"))[1], &src); err != nil {
			t.Fatal(err)
		}
		for _, c := range append(append([]schemas.Column{}, schemas.Partitions...), table.Columns...) {
			if _, ok := src[c.Name]; ok != (c.Index != "") {
				t.Errorf("%s.%s: in the document %v, in the mapping %q", table.Name, c.Name, ok, c.Index)
			}
			delete(src, c.Name)
		}
		if src[schemas.EventText] == nil {
			t.Errorf("%s: the text of its JSON column is not in the document", table.Name)
		}
		delete(src, schemas.EventText)
		if len(src) > 0 {
			t.Errorf("%s: unknown fields %v", table.Name, src)
		}
	}
}

func fill(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(`{"a":1}`)
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		default:
			f.SetInt(eventMs)
		}
	}
}

func TestDocumentID(t *testing.T) {
	seen := map[string][]string{}
	for _, parts := range [][]string{
		{"1", "g", "e"}, {"1g", "", "e"}, {"", "1g", "e"}, {"1", "ge", ""}, {"1", "", "ge"}, {"2", "g", "e"}, {"1", "g", "e\x00"},
	} {
		id := indexer.DocumentID(parts[0], parts[1], parts[2])
		if was := seen[id]; was != nil {
			t.Errorf("%q and %q are both %s", was, parts, id)
		}
		seen[id] = parts
	}
}

func TestRowsWithoutEventID(t *testing.T) {
	b, err := indexer.NewBuilder("", nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := func() (out []string) {
		b.File(partition, landingID)
		for range 2 {
			doc, _ := b.AppendLog(nil, &seamark.Log{Timestamp: eventMs, Message: "same"})
			out = append(out, string(bytes.Split(doc, []byte("\n"))[0]))
		}
		return out
	}
	first, second := ids(), ids()
	if first[0] == first[1] || !cmp.Equal(first, second) {
		t.Errorf("two rows need two ids, and the same each time: %q, %q", first, second)
	}
}

func TestImpossibleTimes(t *testing.T) {
	for _, ms := range []int64{-1 << 63, 1<<63 - 1, 253_402_300_800_000} {
		src, _ := source(t, seamark.Log{Timestamp: ms, EventID: "1"}, indexer.Promoted{})
		if src["timestamp"] != json.Number("1795341600000") || src["ingest_note"] == nil {
			t.Errorf("%d: %v %v", ms, src["timestamp"], src["ingest_note"])
		}
	}
}

// vector is a conformance vector with the row that it must become.
type vector struct {
	Want *struct {
		Table       seamark.Table      `json:"table"`
		Product     string             `json:"product"`
		Environment string             `json:"environment"`
		Log         *seamark.Log       `json:"log"`
		Access      *seamark.AccessLog `json:"access"`
	} `json:"want"`
}

// TestVectorsGolden shows every conformance vector as a document.
func TestVectorsGolden(t *testing.T) {
	files, err := filepath.Glob("../schemas/vectors/*/*.json")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	b, err := indexer.NewBuilder("", nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if v.Want == nil {
			continue
		}
		p := lake.Partition{Table: v.Want.Table, Product: v.Want.Product, Environment: v.Want.Environment}
		start := len(out)
		switch {
		case v.Want.Access != nil:
			p.Hour = lake.HourOf(v.Want.Access.Timestamp)
			b.File(p, landingID)
			out, _ = b.AppendAccessLog(out, v.Want.Access)
		case v.Want.Log != nil:
			p.Hour = lake.HourOf(v.Want.Log.Timestamp)
			b.File(p, landingID)
			out, _ = b.AppendLog(out, v.Want.Log)
		}
		if len(out)-start > 4000 { // the 1 MB message
			out = append(out[:start+2000], "…\n"...)
		}
	}
	const golden = "testdata/vectors.golden.ndjson"
	if *update {
		if err := os.WriteFile(golden, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(out), "\n")); diff != "" {
		t.Errorf("want -, got +; -update writes it:\n%s", diff)
	}
}
