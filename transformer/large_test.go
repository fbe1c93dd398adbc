package transformer

import (
	"bytes"
	"fmt"
	"testing"

	seamark "github.com/seamark-hq/seamark"
)

// As package landing has them.
const (
	large      = 4 << 20
	inPortions = 8192
)

// TestLargePayload: a payload that is read in portions gives the rows of the same payload
// read at once, wherever it ends, and none when it is none.
func TestLargePayload(t *testing.T) {
	const events = 60_000
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/a\u0062c","logStream":"s\"t","subscriptionFilters":[%q],"logEvents":[`,
		seamark.Workload{Product: "p", Environment: "e"}.FilterName())
	for i := range events {
		fmt.Fprintf(&b, `{"id":"%056d","timestamp":1656575735341,"message":"{\"level\":\"INFO\",\"message\":\"number %d\"}"},`, i, i)
	}
	whole := append(bytes.TrimSuffix(b.Bytes(), []byte(",")), "]}"...)
	if len(whole) < 2*large {
		t.Fatal("not large")
	}
	doubled := append(bytes.TrimSuffix(bytes.Clone(whole), []byte("}")), `,"owner":"1"}`...)
	for _, tt := range []struct {
		name   string
		in     []byte
		events int64
		bad    int64
	}{
		{"whole", whole, events, 0},
		{"cut in the last event", whole[:len(whole)-30], events - 1, 1},
		{"a doubled key behind the events", doubled, 0, 1},
		{"half, then another", append(bytes.Clone(whole[:len(whole)-30]), whole...), 2*events - 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out captured
			o := newObject(New(nil, nil), tt.in, &out)
			if err := o.Read(); err != nil {
				t.Fatal(err)
			}
			a := o.Accounts
			if a.Events != tt.events || int64(len(out.logs)) != tt.events || a.Undecodable != tt.bad || !a.Balanced() {
				t.Fatalf("%d rows, %+v", len(out.logs), a)
			}
			for i, got := range out.logs {
				n := i
				if n >= events-1 && tt.events > events {
					n -= events - 1
				}
				if r := got.row; r.Message != fmt.Sprint("number ", n) || r.EventID != fmt.Sprintf("%056d", n) || r.Source != "/abc" || r.Stream != `s"t` || got.p.Product != "p" {
					t.Fatalf("row %d: %+v", i, r)
				}
			}
			if c := cap(o.rows.logs); c > 4*inPortions {
				t.Errorf("room for %d rows is kept", c)
			}
		})
	}
}
