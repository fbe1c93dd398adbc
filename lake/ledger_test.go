package lake_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

func someEntry() *lake.Entry {
	arrival := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	p := lake.Partition{Table: "logs", Product: "booking", Environment: "prod", Hour: arrival.Unix() / 3600}
	return &lake.Entry{
		Version: 1, ID: someID, Arrival: arrival, Parser: "1",
		Origin:     lake.Origin{URL: "landing/2026/11/22/08/x.gz", Size: 123, Modified: arrival},
		Accounts:   seamark.Accounts{Objects: 1, BytesIn: 999, Events: 5, Undecodable: 1, Rows: 5, Quarantined: 1},
		Files:      []lake.FileRef{{Key: lake.FileKey(p, someID), Rows: 5, Bytes: 4321, SHA256: string(someID), MinMs: 1, MaxMs: 2}},
		Quarantine: []seamark.Quarantined{{At: arrival, Origin: "landing/2026/11/22/08/x.gz", Reason: "half", Kept: lake.QuarantineKey(arrival, someID, 0)}},
		Supersedes: []lake.ID{lake.ID(strings.Repeat("a", 64))},
	}
}

// sign wraps the JSON of an entry as a file, with the right checksum.
func sign(body []byte) []byte { return signAs("entry", body) }

// signAs is sign for another kind of file of the ledger.
func signAs(noun string, body []byte) []byte {
	sum := sha256.Sum256(body)
	return []byte(fmt.Sprintf("{%q:%s,\"sha256\":%q}\n", noun, body, hex.EncodeToString(sum[:])))
}

func TestEntryRoundTrip(t *testing.T) {
	want := someEntry()
	b, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := lake.DecodeEntry(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if again, _ := want.Encode(); !bytes.Equal(again, b) {
		t.Error("the same entry gives other bytes")
	}
}

// TestEntryTrustsNothing: an entry that is signed rightly but says what cannot be is refused.
func TestEntryTrustsNothing(t *testing.T) {
	tests := map[string]func(*lake.Entry){
		"later version":           func(e *lake.Entry) { e.Version = 2 },
		"no id":                   func(e *lake.Entry) { e.ID = "" },
		"id that climbs":          func(e *lake.Entry) { e.ID = "../../x" },
		"file that climbs":        func(e *lake.Entry) { e.Files[0].Key = "../x" },
		"file that climbs inside": func(e *lake.Entry) { e.Files[0].Key = "lake/logs/../../x" },
		"absolute file":           func(e *lake.Entry) { e.Files[0].Key = "/etc/passwd" },
		"file in the landing":     func(e *lake.Entry) { e.Files[0].Key = "landing/2026/11/22/08/x.gz" },
		"file of another object": func(e *lake.Entry) {
			e.Files[0].Key = strings.ReplaceAll(e.Files[0].Key, string(someID), strings.Repeat("b", 64))
		},
		"product that is no slug": func(e *lake.Entry) { e.Files[0].Key = strings.ReplaceAll(e.Files[0].Key, "booking", "..") },
		"quarantine that climbs":  func(e *lake.Entry) { e.Quarantine[0].Kept = "quarantine/../x" },
		"quarantine elsewhere":    func(e *lake.Entry) { e.Quarantine[0].Kept = "lake/x" },
		"quarantine of another object": func(e *lake.Entry) {
			e.Quarantine[0].Kept = lake.QuarantineKey(e.Arrival, lake.ID(strings.Repeat("b", 64)), 0)
		},
		"supersedes a path": func(e *lake.Entry) { e.Supersedes[0] = "../x" },
		"supersedes itself": func(e *lake.Entry) { e.Supersedes[0] = e.ID },
	}
	for name, change := range tests {
		e := someEntry()
		change(e)
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lake.DecodeEntry(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, b := range []string{"", "{}", "null", `{"entry":null,"sha256":""}`, `{"entry":{}}`, string(sign([]byte(`null`))), string(sign([]byte(`{"version":1}`)))} {
		if _, err := lake.DecodeEntry([]byte(b)); err == nil {
			t.Errorf("%q: accepted", b)
		}
	}
	b, _ := someEntry().Encode()
	if _, err := lake.DecodeEntry(append(b, "{}"...)); err == nil {
		t.Error("more behind the entry: accepted")
	}
}

// TestEntryMutations: of an entry's bytes none can be changed without being seen.
func TestEntryMutations(t *testing.T) {
	b, err := someEntry().Encode()
	if err != nil {
		t.Fatal(err)
	}
	want, err := lake.DecodeEntry(b)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		m := bytes.Clone(b)
		switch at := r.IntN(len(m)); r.IntN(3) {
		case 0:
			m[at] ^= 1 << r.IntN(8)
		case 1:
			m = append(m[:at], m[min(len(m), at+1+r.IntN(20)):]...)
		default:
			m = append(m[:at:at], append([]byte("../x"), m[at:]...)...)
		}
		got, err := lake.DecodeEntry(m)
		if err == nil && !cmp.Equal(got, want) { // white space may change
			t.Fatalf("accepted: %s", m)
		}
	}
}

func FuzzDecodeEntry(f *testing.F) {
	b, err := someEntry().Encode()
	if err != nil {
		f.Fatal(err)
	}
	var file struct{ Entry json.RawMessage }
	if err := json.Unmarshal(b, &file); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(file.Entry), true)
	f.Add(b, false)
	f.Add([]byte(strings.ReplaceAll(string(file.Entry), "lake/logs", "lake/../../logs")), true)
	d, err := lake.OpenDir(f.TempDir(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte, signed bool) {
		if signed {
			b = sign(b)
		}
		e, err := lake.DecodeEntry(b)
		if err != nil {
			return
		}
		for _, ref := range e.Files {
			if name, err := d.Path(ref.Key); err != nil || !strings.HasPrefix(name, d.Root()+"/lake/") {
				t.Errorf("file %q: %v", ref.Key, err)
			}
		}
		for _, q := range e.Quarantine {
			if name, err := d.Path(q.Kept); q.Kept != "" && (err != nil || !strings.HasPrefix(name, d.Root()+"/quarantine/")) {
				t.Errorf("quarantine %q: %v", q.Kept, err)
			}
		}
	})
}
