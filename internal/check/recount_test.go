package check_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// TestDamage: the transformer and the checker read landing objects by two ways, and must
// come to the same accounts, whatever the damage.
func TestDamage(t *testing.T) {
	var object bytes.Buffer
	if _, err := (fleet.Bulk{Seed: 9, Events: 60, Products: 1}).Write(&object); err != nil {
		t.Fatal(err)
	}
	hostile := fleet.HostilePayloads(3, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	above, n := scratch(t), 0
	rapid.Check(t, func(r *rapid.T) {
		var b []byte
		for range rapid.IntRange(1, 4).Draw(r, "parts") {
			b = append(b, part(r, object.Bytes(), hostile)...)
		}
		for range rapid.IntRange(0, 3).Draw(r, "flips") {
			if len(b) > 0 {
				b[rapid.IntRange(0, len(b)-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
			}
		}
		b = b[:len(b)-min(len(b), rapid.SampledFrom([]int{0, 0, 1, 9, 200}).Draw(r, "cut"))]
		folder := filepath.Join(above, fmt.Sprint(n))
		n++
		put(t, folder, "landing/2026/11/22/08/x.gz", b)
		transformAll(t, folder)
		defer os.RemoveAll(folder)
		for _, f := range check.Lake(folder, nil) {
			r.Errorf("%s\n%.3000q", f, b)
		}
	})
}

func part(r *rapid.T, object []byte, hostile []fleet.Hostile) []byte {
	name := fmt.Sprintf("e%d", rapid.Uint32().Draw(r, "name"))
	plain := payload(name, rapid.IntRange(0, 5).Draw(r, "events"))
	switch rapid.IntRange(0, 7).Draw(r, "kind") {
	case 0:
		return plain
	case 1:
		return append(plain, '\n')
	case 2:
		return gzipped(gzipped(plain))
	case 3:
		return object
	case 4:
		return hostile[rapid.IntRange(0, len(hostile)-1).Draw(r, "hostile")].Data
	case 5:
		return gzipped(append(plain, payload(name+"b", 2)...))
	case 6:
		return rapid.SliceOfN(rapid.Byte(), 1, 30).Draw(r, "junk")
	default:
		return gzipped(plain)
	}
}

// TestWrongShapes: well-formed JSON that is no payload is counted exactly.
func TestWrongShapes(t *testing.T) {
	good := string(payload("g", 2))
	for _, shape := range []string{
		`{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":"oops"}`,
		`{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":{"a":[{"b":1}]}}`,
		`{"messageType":"DATA_MESSAGE","owner":1,"logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[]}`,
		`{"messageType":"DATA_MESSAGE","owner":"1","owner":"2","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[]}`,
		`{"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"1"}]}`,
		`{"messageType":"X","owner":"1"}`,
		`{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["a",3],"logEvents":[]}`,
		`{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":null,"logEvents":[]}`,
		`{"OWNER":"x","messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"a","timestamp":1795334400000,"message":"m"},7,{},{"message":1}]}`,
		`{"logEvents":[{"id":"a","timestamp":1795334400000,"message":"m"}],"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s"}`,
		`{"messageType":"CONTROL_MESSAGE"}`,
	} {
		folder := scratch(t)
		put(t, folder, "landing/2026/11/22/08/x.gz", gzipped([]byte(shape+good)))
		put(t, folder, "landing/2026/11/22/08/y.gz", []byte(good+shape+"\n"))
		transformAll(t, folder)
		for _, f := range check.Check(folder, check.Options{}) {
			t.Errorf("%s\n%s", shape, f)
		}
	}
}

// TestOrder: any order of work gives the same rows. (The same content in two hours keeps the
// arrival of whichever was done first, in ingested_at only.)
func TestOrder(t *testing.T) {
	want := ""
	objects := map[string][]byte{}
	for i := range 8 {
		var b bytes.Buffer
		if _, err := (fleet.Bulk{Seed: uint64(i), Events: 120, Products: 2}).Write(&b); err != nil {
			t.Fatal(err)
		}
		object := b.Bytes()
		if i%3 == 0 {
			object = object[:len(object)*2/3]
		}
		objects[fmt.Sprintf("landing/2026/11/22/08/%d.gz", i)] = object
	}
	objects["landing/2026/11/22/08/copy.gz"] = objects["landing/2026/11/22/08/1.gz"]
	for range 20 { // Go's maps come in a different order each time
		folder := scratch(t)
		for key, b := range objects {
			put(t, folder, key, b)
		}
		l, err := lake.Open(context.Background(), folder, false)
		if err != nil {
			t.Fatal(err)
		}
		tr := transformer.New(l, nil)
		for key := range objects {
			src, err := transformer.OpenFile(l, folder+"/"+key)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Transform(context.Background(), src, false); err != nil {
				t.Fatal(err)
			}
			src.Close()
		}
		hash, rows, err := check.RowHash(folder)
		if err != nil || rows == 0 {
			t.Fatal(rows, err)
		}
		if want == "" {
			want = hash
		}
		if hash != want {
			t.Fatal("another order gives other rows")
		}
	}
}
