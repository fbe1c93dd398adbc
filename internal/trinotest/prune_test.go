package trinotest_test

import (
	"fmt"
	"testing"
	"time"
)

// TestPruning: a question about one hour reads that hour's files, and one about one
// request few bytes of them. It prints what that saves.
func TestPruning(t *testing.T) {
	w := prepare(t, 400_000)
	const read = "SELECT count(*), sum(length(message)), max(request_id), max(event_data) FROM logs_all"
	ask := func(name, where string, session ...string) answer {
		t.Helper()
		begin := time.Now()
		a := w.must(t, read+where, session...)
		t.Logf("%-34s %10d bytes, %7d rows read, %5d ms of CPU, %5.2f s", name, a.stats.PhysicalInputBytes, a.stats.ProcessedRows, a.stats.CPUTimeMillis, time.Since(begin).Seconds())
		return a
	}
	ask("warm up", "")
	all := ask("everything", "")
	hour := ask("one hour of a product", " WHERE product = 'booking' AND environment = 'prod' AND \"date\" = '2026-11-20' AND \"hour\" = '10'")
	if hour.stats.PhysicalInputBytes == 0 || hour.stats.PhysicalInputBytes*10 > all.stats.PhysicalInputBytes {
		t.Errorf("one hour reads %d bytes, everything %d", hour.stats.PhysicalInputBytes, all.stats.PhysicalInputBytes)
	}
	t.Logf("one hour reads %.2f%% of everything", 100*float64(hour.stats.PhysicalInputBytes)/float64(all.stats.PhysicalInputBytes))
	for _, column := range []string{"request_id", "fingerprint"} {
		// In the large file, rare: that is what somebody looks for.
		value := w.sql(t, fmt.Sprintf("SELECT %s FROM logs WHERE %[1]s IS NOT NULL AND date = '%s' GROUP BY 1 ORDER BY count(*), 1 LIMIT 1", column, day(2).Format(time.DateOnly)))
		where := fmt.Sprintf(" WHERE %s = '%s'", column, value)
		with := ask(column+" that is there", where)
		noBloom := ask("  without Bloom filters", where, "hive.parquet_use_bloom_filter=false")
		noIndex := ask("  without the column index", where, "hive.parquet_use_column_index=false")
		plain := ask("  without either", where, "hive.parquet_use_bloom_filter=false", "hive.parquet_use_column_index=false")
		where = fmt.Sprintf(" WHERE %s = '%s'", column, value[:len(value)-1]+"x")
		nowhere := ask(column+" that is nowhere", where)
		ask("  without Bloom filters", where, "hive.parquet_use_bloom_filter=false")
		if with.String() != noBloom.String() || with.String() != noIndex.String() || with.String() != plain.String() {
			t.Errorf("%s: the answers differ: %s, %s, %s, %s", column, with, noBloom, noIndex, plain)
		}
		if nowhere.stats.PhysicalInputBytes*10 > plain.stats.PhysicalInputBytes {
			t.Errorf("%s: one that is nowhere reads %d bytes, one that is there %d", column, nowhere.stats.PhysicalInputBytes, plain.stats.PhysicalInputBytes)
		}
		// Of a request there is one page; an error of the fleet is on every page.
		if column == "request_id" && with.stats.PhysicalInputBytes*3 > all.stats.PhysicalInputBytes {
			t.Errorf("%s: one value reads %d bytes, everything %d", column, with.stats.PhysicalInputBytes, all.stats.PhysicalInputBytes)
		}
	}
}
