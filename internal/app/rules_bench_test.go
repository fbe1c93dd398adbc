package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// The load: so many rules over a lake of so many rows of three hours, ten rules of each product.
const (
	benchRules    = 500
	benchProducts = 50
	benchRows     = 1_000_000
	benchInstants = 20
)

var benchStart = time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)

// BenchmarkRules compares an instant of the rules with plain SQL for the same counts over the same
// files: `go test ./internal/app -run '^$' -bench Rules -benchtime 1x`. The figures are CPU
// seconds of the process; every 15 s an instant, so 15 of them are a whole core.
func BenchmarkRules(b *testing.B) {
	l := benchLake(b)
	db, err := duckdb.Open(l, duckdb.Options{MemoryMB: 128})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var text strings.Builder
	var counts []string // the same in SQL
	text.WriteString("rules:\n")
	for i := range benchRules {
		product, component := i%benchProducts, i/benchProducts
		fmt.Fprintf(&text, "  - {name: r%d, kind: count, product: p%02d, environment: prod, filter: 'component:c%d level:>=WARN', window: 5m, threshold: 100000}\n", i, product, component)
		counts = append(counts, fmt.Sprintf("count(*) FILTER (WHERE product = 'p%02d' AND environment = 'prod' AND component = 'c%d' AND level IN ('WARN', 'ERROR', 'FATAL'))", product, component))
	}
	rules, faults := rulebook.Parse("bench.yml", []byte(text.String()), rulebook.Limits{})
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	b.Run("seamark", func(b *testing.B) {
		now := benchStart.Add(2*time.Hour + 30*time.Minute)
		e := rulebook.New(rulebook.Options{
			Book: rulebook.Book{Rules: rules}, Every: 15 * time.Second, Counter: db, Sink: nobody{}, Store: rulebook.NewFileStore(openDir(b), "rules"), Now: func() time.Time { return now },
			Products: func(t seamark.Table) []string { p, _ := db.Names(t); return p },
		})
		perInstant(b, func() error {
			now = now.Add(15 * time.Second)
			return e.Evaluate(b.Context())
		})
		if _, fault, wrong := e.Status(); fault != "" || len(wrong) > 0 {
			b.Fatal(fault, wrong)
		}
	})
	plain, err := sql.Open("duckdb", "?threads=2&memory_limit=128MB")
	if err != nil {
		b.Fatal(err)
	}
	defer plain.Close()
	files := "read_parquet('" + filepath.Join(l.Root(), "lake/logs/*/*/*/hour=17/*.parquet") + "', hive_partitioning = true)"
	for _, whole := range []bool{true, false} {
		name := map[bool]string{true: "plain, one statement", false: "plain, a statement each"}[whole]
		b.Run(name, func(b *testing.B) {
			at := benchStart.Add(2*time.Hour + 30*time.Minute)
			perInstant(b, func() error {
				at = at.Add(15 * time.Second)
				window := fmt.Sprintf("timestamp >= epoch_ms(%d::BIGINT)::TIMESTAMPTZ AND timestamp < epoch_ms(%d::BIGINT)::TIMESTAMPTZ", at.Add(-5*time.Minute).UnixMilli(), at.UnixMilli())
				if whole {
					return drain(b.Context(), plain, "SELECT product, environment, "+strings.Join(counts, ", ")+" FROM "+files+" WHERE "+window+" GROUP BY product, environment")
				}
				for _, c := range counts[:benchRules/50] { // a fiftieth; the figure is multiplied
					if err := drain(b.Context(), plain, "SELECT "+c+" FROM "+files+" WHERE "+window); err != nil {
						return err
					}
				}
				return nil
			})
			if !whole {
				b.ReportMetric(50*b.Elapsed().Seconds()/float64(b.N)/benchInstants, "est-s/instant")
			}
		})
	}
}

func perInstant(b *testing.B, once func() error) {
	if err := once(); err != nil { // what is cold
		b.Fatal(err)
	}
	before := cpu(b)
	for b.Loop() {
		for range benchInstants {
			if err := once(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N)/benchInstants, "cpu-s/instant")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func drain(ctx context.Context, db *sql.DB, statement string) error {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	into := make([]any, len(columns))
	for i := range into {
		into[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}

type nobody struct{}

func (nobody) Observe(context.Context, ...seamark.Alarm) error { return nil }

func openDir(b *testing.B) *lake.Dir {
	d, err := lake.OpenDir(b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// benchLake is a lake as compaction leaves it: one file for each product and hour.
func benchLake(b *testing.B) *lake.Lake {
	l, err := lake.Open(b.Context(), b.TempDir(), false)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for hour := range 3 {
		begin := benchStart.Add(time.Duration(hour) * time.Hour)
		e := &lake.Entry{ID: lake.ID(strings.Repeat(fmt.Sprintf("%02x", hour+1), 32)), Origin: lake.Origin{URL: "-"}, Arrival: begin, Parser: "1"}
		w := l.NewWriter(e.ID)
		for p := range benchProducts {
			var logs []seamark.Log
			n := benchRows / 3 / benchProducts
			for i := range n {
				level := []string{"INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"}[r.IntN(7)]
				logs = append(logs, seamark.Log{
					Timestamp: begin.Add(time.Hour * time.Duration(i) / time.Duration(n)).UnixMilli(), EventID: fmt.Sprintf("%d-%d-%d", hour, p, i), AccountID: "222222222222", Region: "eu-central-1", Source: "/aws/lambda/f",
					Component: fmt.Sprintf("c%d", r.IntN(10)), Level: level, Message: fmt.Sprintf("request %d took %d ms", r.IntN(1e9), r.IntN(1000)),
				})
			}
			if err := w.WriteLogs(lake.Partition{Table: seamark.TableLogs, Product: fmt.Sprintf("p%02d", p), Environment: "prod", Hour: lake.HourOf(begin.UnixMilli())}, logs, 100); err != nil {
				b.Fatal(err)
			}
			e.Accounts.Events, e.Accounts.Rows = e.Accounts.Events+int64(n), e.Accounts.Rows+int64(n)
		}
		if e.Files, err = w.Finish(); err != nil {
			b.Fatal(err)
		}
		if err := l.Commit(e); err != nil {
			b.Fatal(err)
		}
	}
	return l
}
