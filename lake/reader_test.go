package lake_test

import (
	"testing"

	seamark "github.com/seamark-hq/seamark"
)

// BenchmarkReadSmallFile reads what one small payload became, as compaction reads thousands of such files.
func BenchmarkReadSmallFile(b *testing.B) {
	l := filled(b, 1)
	files := l.Files(seamark.TableLogs, seamark.Span{})
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range files {
			if err := readSeen(l, f, map[string]int{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// TestReadSmallFile: what a small file costs follows from its rows and columns, not from how many
// rows a reader holds at a time.
func TestReadSmallFile(t *testing.T) {
	l := filled(t, 1)
	f := l.Files(seamark.TableLogs, seamark.Span{})[0]
	got := testing.AllocsPerRun(5, func() {
		if err := readSeen(l, f, map[string]int{}); err != nil {
			t.Error(err)
		}
	})
	if got > 3_000 {
		t.Errorf("%.0f allocations for a file of %d rows, at most 3000 wanted", got, f.Rows)
	}
}
