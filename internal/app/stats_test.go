package app_test

import (
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/stats"
)

func readLake(t *testing.T, folder string) *lake.Lake {
	t.Helper()
	l, err := lakes.Read(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestStatsWarnOfSmallFiles: many small files in a partition are marked until they are merged.
func TestStatsWarnOfSmallFiles(t *testing.T) {
	folder := landingOf(t, 40, 40)
	if _, _, err := replayAll(t, t.Context(), replaying{Lake: folder, Config: config.Default()}); err != nil {
		t.Fatal(err)
	}
	var now func() time.Time
	small := func() (marked int, total stats.Line) {
		s, err := stats.Count(t.Context(), readLake(t, folder), stats.Options{By: stats.ByHour, Footers: true, Compact: lake.CompactOptions{Now: now}}, func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		var rows, bytes int64
		for _, l := range s.Lines {
			rows, bytes = rows+l.Rows, bytes+l.Bytes
			if l.Small {
				marked++
			}
		}
		if rows != s.Total.Rows || bytes != s.Total.Bytes || s.Total.Uncompressed < s.Total.Bytes {
			t.Errorf("lines of %d rows, %d bytes, total %+v", rows, bytes, s.Total)
		}
		return marked, s.Total
	}
	marked, before := small()
	if marked == 0 || before.Rows != 1600 || before.Compacted != 0 {
		t.Errorf("%d lines marked of %+v", marked, before)
	}
	// Where compact would do nothing, for the hour has just begun, nobody is told to run it.
	now = func() time.Time { return before.Oldest.Add(time.Second) }
	if r, err := compact(t, folder, lake.CompactOptions{Grace: -1, Now: now}); err != nil || len(r.Hours) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if marked, _ := small(); marked > 0 {
		t.Errorf("%d lines marked that compact does not merge", marked)
	}
	now = nil
	if _, err := compact(t, folder, lake.CompactOptions{Grace: -1}); err != nil {
		t.Fatal(err)
	}
	if marked, after := small(); marked != 0 || after.Rows != before.Rows || after.Files != after.Compacted || after.Files != after.Partitions || after.Bytes >= before.Bytes {
		t.Errorf("%d lines marked of %+v, before %+v", marked, after, before)
	}
}
