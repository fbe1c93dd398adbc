package parquetfile_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	seamark "github.com/seamark-hq/seamark"
)

// BenchmarkLookup asks DuckDB for one id in 40 files, of which one has it. Compare the
// bytes it reads of our files, with Bloom filters, and of parquet-go's, without.
func BenchmarkLookup(b *testing.B) {
	c := fleetRows(b, 100_000)
	var all []seamark.AccessLog
	for _, rows := range c.access {
		all = append(all, rows...)
	}
	e := newEncoder(b)
	for name, begin := range map[string]func(io.Writer) file[seamark.AccessLog]{
		"own":        func(w io.Writer) file[seamark.AccessLog] { return e.AccessLogs(w) },
		"parquet-go": generic[seamark.AccessLog],
	} {
		dir := b.TempDir()
		total := 0
		const files = 40
		for i := range files {
			rows := append([]seamark.AccessLog(nil), all...)
			for k := range rows { // as many others, equally long
				id := rows[k].RequestID
				rows[k].RequestID = fmt.Sprintf("%s%04x", id[:max(0, len(id)-4)], i)
			}
			var f bytes.Buffer
			writeAll(b, begin(&f), rows)
			total += f.Len()
			must(b, os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".parquet")), f.Bytes(), 0o600))
		}
		for query, filter := range map[string]string{
			"present": fmt.Sprintf("request_id = '%s%04x'", all[1000].RequestID[:len(all[1000].RequestID)-4], 17),
			"absent":  fmt.Sprintf("request_id = '%s%04x'", all[1000].RequestID[:len(all[1000].RequestID)-4], 99),
		} {
			b.Run(name+"/"+query, func(b *testing.B) { lookUp(b, dir, filter, total) })
		}
	}
}

func lookUp(b *testing.B, dir, filter string, total int) {
	db, err := sql.Open("duckdb", "")
	must(b, err)
	defer db.Close()
	_, err = db.ExecContext(b.Context(), "SET enable_external_file_cache = false")
	must(b, err)
	before, cpu := bytesRead(b), cpuSeconds()
	for b.Loop() {
		rows, err := db.QueryContext(b.Context(), "SELECT timestamp, source, path, status FROM read_parquet(?) WHERE "+filter, filepath.Join(dir, "*.parquet"))
		must(b, err)
		for rows.Next() {
		}
		must(b, rows.Err())
		must(b, rows.Close())
	}
	b.ReportMetric(float64(bytesRead(b)-before)/float64(b.N)/1e6, "MB-read")
	b.ReportMetric(float64(total)/1e6, "MB-stored")
	b.ReportMetric((cpuSeconds()-cpu)*1e3/float64(b.N), "cpu-ms")
}

// bytesRead is how many bytes this process has asked the system for.
func bytesRead(t testing.TB) (n int64) {
	b, err := os.ReadFile("/proc/self/io")
	must(t, err)
	_, err = fmt.Sscanf(string(b), "rchar: %d", &n)
	must(t, err)
	return n
}
