package transformer_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

var update = flag.Bool("update", false, "write what is got as what is wanted")

// vector is one file below schemas/vectors.
type vector struct {
	About         string          `json:"about"`
	Message       string          `json:"message,omitempty"`
	MessageBase64 string          `json:"message_base64,omitempty"`
	Repeat        int             `json:"repeat,omitempty"`           // the message so many times over
	Timestamp     int64           `json:"timestamp,omitempty"`        // of the envelope, when not the usual one
	Format        string          `json:"format,omitempty"`           // access-log format that the filter names by hash
	FormatUnknown bool            `json:"format_unknown,omitempty"`   // and that lies not in the lake
	Extracted     json.RawMessage `json:"extracted_fields,omitempty"` // of the event: system fields, or what a pattern extracts
	Want          json.RawMessage `json:"want,omitempty"`
}

// The envelope around every vector.
var (
	vectorTime    = int64(1656575735341)
	vectorArrival = time.Date(2022, 6, 30, 8, 0, 0, 0, time.UTC)
	vectorOwner   = seamark.Workload{Product: "sampleapp", Environment: "prod", Team: "web-mobile", Region: "eu-central-1", Component: "booking-confirmation"}
	vectorFilter  = vectorOwner.FilterName()
)

func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../schemas/vectors/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 120 {
		t.Fatalf("only %d vectors", len(files))
	}
	for _, name := range files {
		short := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(name), "../schemas/vectors/"), ".json")
		t.Run(short, func(t *testing.T) {
			t.Parallel()
			checkVector(t, name)
		})
	}
}

func checkVector(t *testing.T, name string) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	hit := transformOne(t, v)
	got, err := json.Marshal(hit)
	if err != nil {
		t.Fatal(err)
	}
	if v.Repeat > 1 { // too long to write down
		got = bytes.ReplaceAll(got, []byte(strings.Repeat(v.Message, v.Repeat)), []byte(fmt.Sprintf("<%s times %d>", v.Message, v.Repeat)))
	}
	if *update {
		v.Want = got
		writeVector(t, name, v)
		return
	}
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(v.Want, &w); err != nil {
		t.Fatalf("want: %v", err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("%s (-want +got):\n%s", v.About, diff)
	}
}

func writeVector(t *testing.T, name string, v vector) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// transformOne sends one message through the whole transformer and reads its row back.
func transformOne(t *testing.T, v vector) seamark.Hit {
	t.Helper()
	message := v.Message
	if v.Repeat > 1 {
		message = strings.Repeat(message, v.Repeat)
	}
	quoted, _ := json.Marshal(message)
	if v.MessageBase64 != "" {
		raw, err := base64.StdEncoding.DecodeString(v.MessageBase64)
		if err != nil {
			t.Fatal(err)
		}
		quoted = append(append([]byte{'"'}, raw...), '"') // bytes that JSON could not say otherwise
	}
	if v.Timestamp == 0 {
		v.Timestamp = vectorTime
	}
	extracted := ""
	if v.Extracted != nil {
		extracted = `,"extractedFields":` + string(v.Extracted)
	}
	filter, formats := vectorOwner, []string{}
	if v.Format != "" {
		filter.Format = lake.FormatHash(v.Format)
		if !v.FormatUnknown {
			formats = append(formats, v.Format)
		}
	}
	payload := fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/booking-confirmation","logStream":"2022/06/30/[$LATEST]7","subscriptionFilters":[%q],"logEvents":[{"id":"36944168217","timestamp":%d,"message":%s%s}]}`,
		filter.FilterName(), v.Timestamp, quoted, extracted)
	hits, entry := transform(t, []byte(payload), formats...)
	if entry.Accounts.Rows != 1 || entry.Accounts.Quarantined != 0 || len(hits) != 1 {
		t.Fatalf("accounts %+v, %d rows", entry.Accounts, len(hits))
	}
	h := hits[0]
	var id *string
	if h.Log != nil {
		id = &h.Log.LandingID
	} else {
		id = &h.Access.LandingID
	}
	if *id != string(entry.ID) {
		t.Fatalf("landing_id is %q, want %q", *id, entry.ID)
	}
	*id = "" // it would change with every letter of a vector
	return h
}

// transform makes one object of b done, in a lake with those access-log formats, and
// returns its rows.
func transform(t *testing.T, b []byte, formats ...string) ([]seamark.Hit, *lake.Entry) {
	t.Helper()
	l, err := lake.Open(context.Background(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range formats {
		key, err := lake.FormatKey(lake.FormatHash(f))
		if err != nil {
			t.Fatal(err)
		}
		if err := l.PutBytes(key, []byte(f)); err != nil {
			t.Fatal(err)
		}
	}
	src, err := transformer.Spool(bytes.NewReader(b), vectorArrival)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	res, err := transformer.New(l, nil).Transform(context.Background(), src, false)
	if err != nil {
		t.Fatal(err)
	}
	return readAll(t, l), res.Entry
}

// readAll reads every row of a lake.
func readAll(t *testing.T, l *lake.Lake) []seamark.Hit {
	t.Helper()
	var hits []seamark.Hit
	for _, table := range seamark.Tables() {
		for _, f := range l.Files(table, seamark.Span{}) {
			var err error
			if table == seamark.TableLogs {
				err = l.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
					for _, r := range rows {
						hits = append(hits, seamark.Hit{Table: table, Product: f.Product, Environment: f.Environment, Log: &r})
					}
					return nil
				})
			} else {
				err = l.ReadAccessLogs(f.FileRef, func(rows []seamark.AccessLog) error {
					for _, r := range rows {
						hits = append(hits, seamark.Hit{Table: table, Product: f.Product, Environment: f.Environment, Access: &r})
					}
					return nil
				})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return hits
}
