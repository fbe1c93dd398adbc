package indexer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
)

// maxTerm is Lucene's limit for one term, in bytes.
const maxTerm = 32_766

// FuzzDocument holds the builder to what the server demands of any row at all.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{
		`{"a":1}`, `{"a":{"b":[1,{"c":"\ud800"}]},"a":2}`, `[[[]]]`, `{"a":1e999}`, `{`, "", "null", "\xff", `{"":{"":""}}`, `{"a":"\u0000"}`,
		strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), `{"` + strings.Repeat("k", 400) + `":"` + strings.Repeat("v", 33_000) + `"}`,
	} {
		f.Add(s, "message \x00 \xff \u2028", int64(eventMs), "1")
	}
	f.Fuzz(func(t *testing.T, data, text string, ms int64, id string) {
		b, err := indexer.NewBuilder("", map[string]indexer.Promoted{"booking": {Num: []string{"a", "b.c"}, Kw: []string{"a", "value"}}})
		if err != nil {
			t.Fatal(err)
		}
		b.File(partition, landingID)
		row := seamark.Log{Timestamp: ms, EventID: id, Source: text, Message: text, EventData: data}
		first, _ := b.AppendLog(nil, &row)
		if err := checkDocument(first); err != nil {
			t.Fatalf("%v\n%q", err, first)
		}
		access := seamark.AccessLog{Timestamp: ms, EventID: id, Path: text, Extra: data}
		second, _ := b.AppendAccessLog(nil, &access)
		if err := checkDocument(second); err != nil {
			t.Fatalf("%v\n%q", err, second)
		}
		for _, limit := range []int{16, 1 << 20} {
			short := indexer.Reduce(nil, string(first), text, limit)
			if err := checkDocument(short); err != nil {
				t.Fatalf("reduced: %v\n%q", err, short)
			}
			if bytes.Contains(short, []byte(`,"event_data":`)) {
				t.Fatalf("reduced, but with event data: %q", short)
			}
		}
	})
}

// checkDocument reads the two lines of a document with the standard library and says
// what the server would refuse.
func checkDocument(doc []byte) error {
	lines := bytes.Split(doc, []byte("\n"))
	if len(lines) != 3 || len(lines[2]) > 0 {
		return fmt.Errorf("%d lines", len(lines))
	}
	for _, l := range lines[:2] {
		if !json.Valid(l) || !utf8.Valid(l) {
			return errors.New("not JSON in UTF-8")
		}
	}
	d := json.NewDecoder(bytes.NewReader(lines[1]))
	d.UseNumber()
	if err := checkValue(d, "", 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// checkValue walks a value; path is that below the root.
func checkValue(d *json.Decoder, path string, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	flat := strings.HasPrefix(path, ".event_data") || strings.HasPrefix(path, ".extra")
	if depth > 40 {
		return errors.New("too deep")
	}
	switch v := token.(type) {
	case json.Delim:
		keys := map[string]bool{}
		for d.More() {
			inner := path
			if v == '{' {
				k, err := d.Token()
				if err != nil {
					return err
				}
				key := k.(string)
				if keys[key] && !strings.Contains(key, "\ufffd") { // the decoder folds halves of surrogate pairs
					return fmt.Errorf("key %q twice in %q", key, path)
				}
				keys[key] = true
				inner += "." + key
			}
			if err := checkValue(d, inner, depth+1); err != nil {
				return err
			}
		}
		_, err := d.Token()
		return err
	case string:
		if flat && len(path)+len(v) > maxTerm {
			return fmt.Errorf("term of %d bytes", len(path)+len(v))
		}
	case json.Number:
		if len(v) > 1000 {
			return fmt.Errorf("number of %d bytes", len(v))
		}
	}
	return nil
}
