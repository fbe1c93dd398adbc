package lake_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query/words"
	"github.com/seamark-hq/seamark/schemas"
)

// TestFilteredColumns: the filters know every column in which a search looks for words.
func TestFilteredColumns(t *testing.T) {
	for table, of := range map[seamark.Table]schemas.Table{seamark.TableLogs: schemas.Logs, seamark.TableAccessLogs: schemas.AccessLogs} {
		for _, c := range append(of.TextColumns(), "event_id", "request_id", "trace_id") {
			if !lake.Filtered(table, c) {
				t.Errorf("%s.%s", table, c)
			}
		}
	}
}

// TestFilterAnswers: a filter misses no word that is there, and takes one in a hundred for there that is not.
func TestFilterAnswers(t *testing.T) {
	n := 100_000
	if torture {
		n = 1_000_000
	}
	rows := make([]seamark.Log, n)
	for i := range rows {
		rows[i].Message = fmt.Sprintf("word%d Größe%d", i, i)
	}
	has := lake.FilterOf(rows)
	wrong := 0
	for i := range rows {
		for _, h := range words.Hashes(nil, rows[i].Message) {
			if !has(i, h) {
				t.Fatalf("row %d is missed", i)
			}
		}
		if has(i, words.Hashes(nil, fmt.Sprint("other", i))[0]) {
			wrong++
		}
	}
	if share := float64(wrong) / float64(n); share > 0.02 {
		t.Errorf("%.3f of the answers are wrong", share)
	}
}

// filteredLake is a lake of two compacted hours of objects, and the filters of the first.
func filteredLake(t *testing.T) (l *lake.Lake, filters string) {
	t.Helper()
	l = open(t, scratch(t))
	for i := range 4 {
		put(t, l, landed(i), gzipped(payload(fmt.Sprint("o", i), 30)))
		must(t, l, landed(i))
	}
	compact(t, l)
	return l, filepath.Join(l.Root(), "ledger/filters/2026/11/22/08.words")
}

// asksFor picks the files of all that may hold a word.
func asksFor(l *lake.Lake, word string) []lake.File {
	return l.MayHold(l.Files(seamark.TableLogs, seamark.Span{}), func(has func(uint64) bool) bool {
		return !slices.ContainsFunc(words.Hashes(nil, word), func(h uint64) bool { return !has(h) })
	})
}

// TestFilters: files are left out that do not hold a word, and only those; what is not compacted never is.
func TestFilters(t *testing.T) {
	l, _ := filteredLake(t)
	for word, want := range map[string]int{"hello": 2, "HELLO 4": 1, "o3": 2, "zanzibar": 0, "hello zanzibar": 0} {
		if got := asksFor(l, word); len(got) != want {
			t.Errorf("%s: %d files, want %d", word, len(got), want)
		}
	}
	put(t, l, landed(5), gzipped(payload("new", 3)))
	must(t, l, landed(5))
	if got := asksFor(l, "zanzibar"); len(got) != 2 || lake.IsCompacted(got[0].Key) {
		t.Errorf("%v", got)
	}
	compact(t, l)
	if got := asksFor(l, "new"); len(got) != 2 {
		t.Errorf("%d files", len(got))
	}
	sound(t, open(t, l.Root()))
}

// TestFilterBits: with any bit of the filters flipped, cut short, or gone, no file is left out that holds a word;
// verify names what is damaged, and its remedy mends it.
func TestFilterBits(t *testing.T) {
	l, name := filteredLake(t)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	damage := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		for i := range 30 {
			if i%2 == 0 {
				if got := asksFor(l, fmt.Sprint("hello ", i)); len(got) == 0 {
					t.Fatalf("%s: no file holds %d", what, i)
				}
			}
		}
		r, err := l.Verify(t.Context(), time.Now(), nil)
		if err != nil || len(r.Culprits) == 0 || r.Culprits[0].Key != "ledger/filters/2026/11/22/08.words" {
			t.Fatalf("%s: %+v, %v", what, r.Culprits, err)
		}
	}
	eachDamage(whole, 11, damage)
	mend := func(what string) {
		t.Helper()
		if r := compact(t, l); r.Filtered != 1 {
			t.Errorf("%s: %d hours filtered", what, r.Filtered)
		}
		if again, err := os.ReadFile(name); err != nil || !slices.Equal(again, whole) {
			t.Errorf("%s: the filters are not what they were: %v", what, err)
		}
		sound(t, l)
	}
	mend("damaged")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if got := asksFor(l, "zanzibar"); len(got) != 1 { // of the hour without filters
		t.Errorf("%d files", len(got))
	}
	mend("gone")
	if r := compact(t, l); r.Filtered != 0 {
		t.Error("filters are made for nothing")
	}
}

// BenchmarkGather is what compaction pays for the words of a row.
func BenchmarkGather(b *testing.B) {
	rows := make([]seamark.Log, 512)
	for i := range rows {
		id := fmt.Sprintf("%08x-7c1e-4c5d-9a3b-0f1e2d3c4b5a", i*7919)
		rows[i] = seamark.Log{Message: "payment of booking 4711 was refused by the provider, tried again " + id, EventName: "PaymentRefused", RequestID: id,
			EventID: fmt.Sprintf("3%055d", i), EventData: `{"bookingId":"B-` + id + `","amount":120.5,"currency":"EUR","attempt":3}`}
	}
	b.ReportAllocs()
	for range b.N {
		lake.FilterOf(rows)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}

// TestFiltersOfDamagedFile: a compacted file that cannot be read keeps no other from its filters, and is searched, and so named.
func TestFiltersOfDamagedFile(t *testing.T) {
	l, name := filteredLake(t)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	files := l.Files(seamark.TableLogs, seamark.Span{})
	if err := os.Truncate(filepath.Join(l.Root(), filepath.FromSlash(files[0].Key)), 100); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r := compact(t, l); r.Filtered != 0 {
			t.Errorf("%+v", r)
		}
		if got := asksFor(l, "zanzibar"); len(got) != 1 || got[0].Key != files[0].Key {
			t.Errorf("%v", got)
		}
	}
}
