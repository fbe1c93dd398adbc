package changes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// digestsOf are rows as they are read.
func digestsOf(logs []seamark.Log, access []seamark.AccessLog) (out []*digest) {
	for i := range logs {
		out = append(out, logDigest(&lake.File{Partition: lake.Partition{Table: seamark.TableLogs, Product: "booking"}}, &logs[i]))
	}
	for i := range access {
		out = append(out, accessDigest(&lake.File{Partition: lake.Partition{Table: seamark.TableAccessLogs, Product: "booking"}}, &access[i]))
	}
	return out
}

func between(before, after []*digest) *Report {
	r := new(Rows)
	for _, d := range before {
		if d == nil {
			r.skipped++
		} else {
			r.digests = append(r.digests, *d)
		}
	}
	r.order()
	out := &Report{NotCompared: r.skipped, Columns: map[string]Column{}}
	for _, d := range after {
		if d != nil {
			r.compare(out, d)
		}
	}
	return out
}

func TestCompare(t *testing.T) {
	before := digestsOf([]seamark.Log{
		{EventID: "1", Message: "ERROR a"}, {EventID: "2", Level: "INFO", Message: "b"}, {EventID: "3", Level: "WARN", ErrorType: "X"}, {EventID: "4", Message: "same"},
		{EventID: "5", Message: "GET /"}, {EventID: "gone"}, {Message: "without an id"}, {EventID: "twice", Message: "t"}, {EventID: "twice", Message: "t"},
	}, nil)
	status := int32(200)
	after := digestsOf([]seamark.Log{
		{EventID: "1", Message: "ERROR a", Level: "ERROR", Fingerprint: "3:1"}, {EventID: "2", Level: "INFO", Message: "c"}, {EventID: "3", Level: "ERROR"}, {EventID: "4", Message: "same"},
		{EventID: "new"}, {Message: "without an id"}, {EventID: "twice", Message: "t"}, {EventID: "twice", Message: "t"},
	}, []seamark.AccessLog{{EventID: "5", Status: &status}})
	got := new(Report)
	got.Add(between(before, after))
	want := &Report{
		Compared: 7, NotCompared: 1, Changed: 4,
		Levels: []LevelChange{{"", "ERROR", 1}, {"WARN", "ERROR", 1}},
		Columns: map[string]Column{
			"fingerprint": {Filled: 1}, "message": {Changed: 1, Emptied: 1}, "error_type": {Emptied: 1}, "table": {Changed: 1}, "status": {Filled: 1},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got.Add(between(before, after))
	if got.Compared != 14 || got.Levels[0].Rows != 2 || got.Columns["message"].Rows() != 4 {
		t.Errorf("added twice: %+v", got)
	}
	if names := strings.Join(got.Names(), " "); names != "message error_type fingerprint status table" {
		t.Errorf("names %s", names)
	}
}

// TestTooManyRows: an object that is too large is said to be, and not read.
func TestTooManyRows(t *testing.T) {
	rows, err := Of(nil, &lake.Entry{Accounts: seamark.Accounts{Rows: MaxRows + 1}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := rows.Against(nil, nil)
	if err != nil || got.NotCompared != MaxRows+1 || got.Compared != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
