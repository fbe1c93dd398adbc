package check_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/check"
)

// broken is a lake to be sabotaged.
type broken struct {
	t      *testing.T
	folder string
	acked  []check.Acked
}

// keys lists the files whose path contains part, sorted.
func (b *broken) keys(part string) []string {
	var keys []string
	err := filepath.WalkDir(b.folder, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(b.folder, name)
		if key := filepath.ToSlash(rel); strings.Contains(key, part) {
			keys = append(keys, key)
		}
		return err
	})
	if err != nil || len(keys) == 0 {
		b.t.Fatalf("nothing like %q in the lake: %v", part, err)
	}
	slices.Sort(keys)
	return keys
}

func (b *broken) first(part string) string { return b.keys(part)[0] }

func (b *broken) path(key string) string { return filepath.Join(b.folder, key) }

func (b *broken) read(key string) []byte {
	data, err := os.ReadFile(b.path(key))
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

func (b *broken) remove(key string) {
	if err := os.Remove(b.path(key)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *broken) flip(key string, at int) {
	data := b.read(key)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 4
	put(b.t, b.folder, key, data)
}

// entries lists the ledger entries.
func (b *broken) entries() []string {
	return slices.DeleteFunc(b.keys("ledger/"), func(k string) bool { return !strings.HasSuffix(k, ".json") })
}

// edit changes a ledger entry and signs it anew, as a bug in our own code would.
func (b *broken) edit(key string, change func(map[string]any)) {
	var f struct {
		Entry  json.RawMessage `json:"entry"`
		SHA256 string          `json:"sha256"`
	}
	var e map[string]any
	if err := json.Unmarshal(b.read(key), &f); err != nil {
		b.t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(f.Entry))
	d.UseNumber()
	if err := d.Decode(&e); err != nil {
		b.t.Fatal(err)
	}
	change(e)
	f.Entry, _ = json.Marshal(e)
	sum := sha256.Sum256(f.Entry)
	f.SHA256 = hex.EncodeToString(sum[:])
	out, _ := json.Marshal(f)
	put(b.t, b.folder, key, out)
}

// damaged is the entry of an object with something in quarantine.
func (b *broken) damaged() string {
	mark := b.first("ledger/damaged/")
	return strings.TrimSpace(string(b.read(mark)))
}

// add adds n to a figure of the accounts.
func add(figure string, n int) func(map[string]any) {
	return func(e map[string]any) {
		accounts := e["accounts"].(map[string]any)
		was, _ := accounts[figure].(json.Number).Int64()
		accounts[figure] = was + int64(n)
	}
}

func sabotages() []struct {
	name, invariant string
	do              func(*broken)
} {
	return []struct {
		name, invariant string
		do              func(*broken)
	}{
		{"a row file is missing", "Files", func(b *broken) { b.remove(b.first("lake/logs/")) }},
		{"a bit of Parquet flips", "Files", func(b *broken) { b.flip(b.first("lake/access_logs/"), 100) }},
		{"Parquet is cut short", "Files", func(b *broken) {
			key := b.first("lake/logs/")
			put(b.t, b.folder, key, b.read(key)[:50])
		}},
		{"a bit of the ledger flips", "Files", func(b *broken) { b.flip(b.entries()[0], 200) }},
		{"the ledger's checksum flips", "Files", func(b *broken) { b.flip(b.entries()[0], -10) }},
		{"a bit of a landing object flips", "Accounts", func(b *broken) { b.flip(b.first("landing/2026/11/22/08/half.json"), 20) }},
		{"a landing object is gone", "Accounts", func(b *broken) { b.remove(b.first("landing/2026/11/22/08/half.json")) }},
		{"a ledger entry is dropped", "Accounts", func(b *broken) { b.remove(b.damaged()) }},
		{"a landing object nobody transformed", "Accounts", func(b *broken) { put(b.t, b.folder, "landing/2026/11/22/10/new.gz", payload("new", 1)) }},
		{"a row file twice", "Files", func(b *broken) {
			key := b.first("lake/logs/")
			put(b.t, b.folder, strings.Replace(key, ".l.parquet", ".c.parquet", 1), b.read(key))
		}},
		{"a row file in another hour", "Keys", func(b *broken) {
			key := b.first("lake/logs/")
			i := strings.Index(key, "hour=") + len("hour=")
			moved := key[:i] + "23" + key[i+2:]
			put(b.t, b.folder, moved, b.read(key))
			b.remove(key)
			entry := b.entryOf(key)
			b.edit(entry, func(e map[string]any) {
				for _, f := range e["files"].([]any) {
					if f := f.(map[string]any); f["key"] == key {
						f["key"] = moved
					}
				}
			})
		}},
		{"a file named twice", "Files", func(b *broken) {
			b.edit(b.entryOf(b.first("lake/logs/")), func(e map[string]any) {
				files := e["files"].([]any)
				e["files"] = append(files, files[0])
			})
		}},
		{"events counted wrongly", "Accounts", func(b *broken) { b.edit(b.entries()[0], add("events", 1)) }},
		{"an event and a row too many", "Accounts", func(b *broken) {
			b.edit(b.entries()[0], add("events", 1))
			b.edit(b.entries()[0], add("rows", 1))
		}},
		{"a control message not counted", "Accounts", func(b *broken) {
			for _, key := range b.entries() {
				if !bytes.Contains(b.read(key), []byte(`"control_messages":0`)) {
					b.edit(key, add("control_messages", -1))
				}
			}
		}},
		{"a fault swept under the carpet", "Accounts", func(b *broken) {
			b.edit(b.damaged(), func(e map[string]any) {
				add("undecodable", -1)(e)
				add("quarantined", -1)(e)
				for _, q := range e["quarantine"].([]any) {
					os.Remove(b.path(q.(map[string]any)["kept"].(string)))
				}
				delete(e, "quarantine")
			})
		}},
		{"quarantined bytes are missing", "Files", func(b *broken) { b.remove(b.first("quarantine/")) }},
		{"quarantined bytes flip", "Files", func(b *broken) { b.flip(b.first("quarantine/"), 3) }},
		{"a mark is missing", "Files", func(b *broken) { b.remove(b.first("ledger/damaged/")) }},
		{"a stray row file", "Files", func(b *broken) {
			key := b.first("lake/logs/")
			put(b.t, b.folder, filepath.Dir(key)+"/"+strings.Repeat("0", 64)+".l.parquet", b.read(key))
		}},
		{"a stray temporary file", "Files", func(b *broken) { put(b.t, b.folder, "tmp/"+strings.Repeat("0", 24)+".tmp", nil) }},
		{"a segment left in the spool", "Files", func(b *broken) {
			put(b.t, b.folder, "spool/seamark-1-2026-11-22-08-10-00-11111111-1111-4111-8111-111111111111.gz", nil)
		}},
		{"a path out of grammar", "Keys", func(b *broken) { put(b.t, b.folder, "lake/logs/product=Booking/x.parquet", nil) }},
		{"a file that climbs", "Keys", func(b *broken) {
			b.edit(b.entries()[0], func(e map[string]any) {
				e["files"] = []any{map[string]any{"key": "lake/logs/../../../x", "rows": 1}}
			})
		}},
		{"an acknowledged request is lost", "Acked", func(b *broken) {
			b.acked = append(b.acked, check.Acknowledged("f0f0", [][]byte{[]byte("x")}))
		}},
		{"other bytes were acknowledged", "Acked", func(b *broken) {
			b.acked[2] = check.Acknowledged(b.acked[2].ID, [][]byte{payload("other", 2)})
		}},
		{"a request stored twice", "Acked", func(b *broken) {
			key := b.first("landing/2026") // made by the front door
			for _, k := range b.keys("/seamark-1-") {
				if bytes.Contains(b.read(k), []byte("seamark-request ")) {
					key = k
				}
			}
			put(b.t, b.folder, "landing/2026/11/22/10/twin.gz", append(b.read(key), gzipped(payload("t", 1))...))
			transformAll(b.t, b.folder)
		}},
		{"rows of one object in the place of another's", "Ids", func(b *broken) {
			from, to := b.keys("lake/logs/")[0], ""
			for _, k := range b.keys("lake/logs/") {
				if filepath.Dir(k) == filepath.Dir(from) && k != from {
					to = k
				}
			}
			if to == "" {
				b.t.Skip("no partition with two files")
			}
			data := b.read(from)
			put(b.t, b.folder, to, data)
			ref := b.ref(from)
			b.edit(b.entryOf(to), func(e map[string]any) {
				for _, f := range e["files"].([]any) {
					if f := f.(map[string]any); f["key"] == to {
						for _, k := range []string{"rows", "bytes", "sha256", "min_ms", "max_ms", "severe"} {
							f[k] = ref[k]
						}
					}
				}
			})
		}},
	}
}

// entryOf is the ledger entry that names a file.
func (b *broken) entryOf(file string) string {
	for _, key := range b.entries() {
		if bytes.Contains(b.read(key), []byte(file)) {
			return key
		}
	}
	b.t.Fatalf("no entry names %s", file)
	return ""
}

// ref is what the ledger says of a file.
func (b *broken) ref(file string) map[string]any {
	var found map[string]any
	b.edit(b.entryOf(file), func(e map[string]any) {
		for _, f := range e["files"].([]any) {
			if f := f.(map[string]any); f["key"] == file {
				found = f
			}
		}
	})
	return found
}

// TestSabotage: a checker counts once sabotage makes it fail.
func TestSabotage(t *testing.T) {
	sound, acked := company(t)
	for _, s := range sabotages() {
		t.Run(s.name, func(t *testing.T) {
			b := &broken{t: t, folder: filepath.Join(scratch(t), "lake"), acked: slices.Clone(acked)}
			if err := os.CopyFS(b.folder, os.DirFS(sound)); err != nil {
				t.Fatal(err)
			}
			s.do(b)
			findings := check.Lake(b.folder, b.acked)
			if !slices.ContainsFunc(findings, func(f check.Finding) bool { return f.Invariant == s.invariant }) {
				t.Errorf("no finding of %s: %v", s.invariant, findings)
			}
		})
	}
}
