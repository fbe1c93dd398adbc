package replay

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/changes"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/origin"
)

// olderLake is a lake of one landing object, of which an earlier parser has read neither levels
// nor errors, and taken an access log for a text.
func olderLake(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	ctx := context.Background()
	l, err := lake.Open(ctx, root, false)
	if err != nil {
		t.Fatal(err)
	}
	const key = "landing/2026/11/22/08/a.json"
	payload := `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/ecs/shop","logStream":"s","subscriptionFilters":["seamark/1/booking/prod/web-mobile/eu-central-1/shop"],"logEvents":[`
	for i, line := range []string{"ERROR java.io.IOException: no route", "WARN late", "10.0.0.9 - - [22/Nov/2026:08:00:00 +0000] \\\"GET /a HTTP/1.1\\\" 500 12", "booked"} {
		payload += fmt.Sprintf(`%s{"id":"%d","timestamp":%d,"message":"%s"}`, map[bool]string{true: ","}[i > 0], i, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).UnixMilli(), line)
	}
	payload += "]}"
	if err := l.PutBytes(key, []byte(payload)); err != nil {
		t.Fatal(err)
	}
	src, err := transformer.Spool(bytes.NewReader([]byte(payload)), time.Date(2026, 11, 22, 8, 5, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	src.Origin.URL = key
	res, err := transformer.New(l, nil).Transform(ctx, src, false)
	if err != nil {
		t.Fatal(err)
	}
	e := *res.Entry
	out := l.NewWriter(e.ID)
	out.Again(res.Entry)
	files, err := l.FilesOf(res.Entry)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		var old []seamark.Log
		err := l.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
			for _, r := range rows {
				r.Level, r.ErrorType, r.ErrorMessage, r.Fingerprint = "", "", "", ""
				old = append(old, r)
			}
			return nil
		})
		if f.Table == seamark.TableAccessLogs {
			old = nil
			err = l.ReadAccessLogs(f.FileRef, func(rows []seamark.AccessLog) error {
				for _, r := range rows {
					old = append(old, seamark.Log{Timestamp: r.Timestamp, EventID: r.EventID, AccountID: r.AccountID, Region: r.Region, Source: r.Source, Stream: r.Stream, Component: r.Component, Team: r.Team,
						Message: "10.0.0.9 - - …", IngestedAt: r.IngestedAt, LandingID: r.LandingID})
				}
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		p := f.Partition
		p.Table = seamark.TableLogs
		if err := out.WriteLogs(p, old, 1000); err != nil {
			t.Fatal(err)
		}
	}
	if e.Files, err = out.Finish(); err != nil {
		t.Fatal(err)
	}
	e.Parser = "1"
	if err := l.Commit(&e); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestReplaySaysWhatChanged: levels and columns, before and after, in how many rows; and nothing
// the second time.
func TestReplaySaysWhatChanged(t *testing.T) {
	l, err := lake.Open(t.Context(), olderLake(t), true)
	if err != nil {
		t.Fatal(err)
	}
	from := origin.New(l, nil)
	run := func() Done {
		r, err := New(t.Context(), l, from, transformer.New(l, nil), Options{ParserBelow: 99})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Run(t.Context())
		if err != nil || len(got.Failed) > 0 {
			t.Fatal(err, got.Failed)
		}
		return got
	}
	got := run()
	if got.Objects != 1 || got.Changed != 1 || got.Plan.Parsers["1"] != 1 {
		t.Errorf("%+v", got)
	}
	want := changes.Report{
		Compared: 4, Changed: 3,
		Levels: []changes.LevelChange{{From: "", To: "ERROR", Rows: 1}, {From: "", To: "WARN", Rows: 1}},
		Columns: map[string]changes.Column{
			"error_type": {Filled: 1}, "error_message": {Filled: 1}, "fingerprint": {Filled: 2},
			"table": {Changed: 1}, "message": {Emptied: 1}, "method": {Filled: 1}, "path": {Filled: 1}, "status": {Filled: 1}, "response_bytes": {Filled: 1}, "ip": {Filled: 1}, "protocol": {Filled: 1},
		},
	}
	if diff := cmp.Diff(want, got.Changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again := run()
	if diff := cmp.Diff(changes.Report{Compared: 4, Levels: []changes.LevelChange{}, Columns: map[string]changes.Column{}}, again.Changes); again.Changed != 0 || diff != "" {
		t.Errorf("%d objects changed; (-want +got):\n%s", again.Changed, diff)
	}
}
