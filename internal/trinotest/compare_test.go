package trinotest_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/schemas"
)

// dialect writes what the two engines spell differently.
type dialect struct {
	table  func(name string) string
	ms     string // a timestamp as Unix milliseconds
	digest string // the sum of a hash of each text: equal only if every row's text is
}

var (
	trinoDialect = dialect{
		table:  func(name string) string { return name + "_all" },
		ms:     "cast(round(to_unixtime(%s) * 1000) AS bigint)",
		digest: "sum(from_base(substr(to_hex(md5(to_utf8(%s))), 1, 10), 16))",
	}
	duckDialect = dialect{
		table:  func(name string) string { return name },
		ms:     "epoch_ms(%s)",
		digest: "sum(('0x' || substr(md5(%s), 1, 10))::BIGINT)",
	}
)

// A figure is one number or text that a column's content comes to.
type figure struct{ name, expression string }

// figures are those of all columns of a table.
func (d dialect) figures(table schemas.Table) []figure {
	var all []figure
	for _, c := range table.Columns {
		name := `"` + c.Name + `"`
		add := func(what, expression string) {
			all = append(all, figure{what + " of " + c.Name, "cast(" + expression + " AS varchar)"})
		}
		add("rows with a value", "count("+name+")")
		add("distinct values", "count(DISTINCT "+name+")")
		value := name
		switch c.Type {
		case schemas.Timestamp:
			value = fmt.Sprintf(d.ms, name)
			add("sum", "sum("+value+" % 1000003)")
		case schemas.Int32, schemas.Int64:
			add("sum", "sum("+value+")")
		case schemas.Float64:
			value = "cast(" + name + " AS decimal(18,3))"
			add("sum", "sum("+value+")")
		default:
			add("digest", fmt.Sprintf(d.digest, name))
		}
		add("least", "min("+value+")")
		add("greatest", "max("+value+")")
	}
	return all
}

func selectFigures(d dialect, table schemas.Table) string {
	var all []string
	for _, f := range d.figures(table) {
		all = append(all, f.expression)
	}
	return "SELECT " + strings.Join(all, ", ") + " FROM " + d.table(table.Name)
}

// TestAnswersAgree: both engines see the same rows: every column filled as often and with
// the same values, in the same partitions, across files of two releases.
func TestAnswersAgree(t *testing.T) {
	w := prepare(t, 20_000)
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			both := func(what string, statement func(d dialect) string) {
				t.Helper()
				got, want := w.must(t, statement(trinoDialect)).String(), w.sql(t, statement(duckDialect))
				if diff := cmp.Diff(want, got); diff != "" || want == "" {
					t.Errorf("%s (-DuckDB +Trino):\n%s", what, diff)
				}
			}
			from := func(d dialect) string { return " FROM " + d.table(table.Name) }
			both("rows", func(d dialect) string { return "SELECT count(*), count(landing_id)" + from(d) })
			w.compareColumns(t, table)
			both("partitions", func(d dialect) string {
				return `SELECT product, environment, cast("date" AS varchar) AS day, "hour", count(*), count(landing_id)` + from(d) +
					` GROUP BY product, environment, "date", "hour" ORDER BY 1, 2, 3, 4`
			})
			if got := w.must(t, "SELECT count(*) FROM "+table.Name+"_all WHERE landing_id IS NULL").String(); got == "0" {
				t.Error("no row of the previous release is there")
			}
			w.compareInjected(t, table)
			w.compareSearches(t, table)
		})
	}
	t.Run("howto", w.runHowto)
}

// runHowto runs each statement of the analysts' page; all of them find something.
func (w *world) runHowto(t *testing.T) {
	page, err := os.ReadFile("../../docs/howto/athena.md")
	if err != nil {
		t.Fatal(err)
	}
	statements := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(statements) < 5 {
		t.Errorf("%d statements", len(statements))
	}
	for _, m := range statements {
		if a := w.must(t, m[1]); len(a.rows) == 0 {
			t.Errorf("no rows: %s", m[1])
		}
	}
}

// compareColumns compares what the content of each column comes to.
func (w *world) compareColumns(t *testing.T, table schemas.Table) {
	t.Helper()
	got := strings.Split(w.must(t, selectFigures(trinoDialect, table)).String(), apart)
	want := strings.Split(w.sql(t, selectFigures(duckDialect, table)), apart)
	figures := duckDialect.figures(table)
	if len(got) != len(figures) || len(want) != len(figures) {
		t.Fatalf("%d figures of Trino, %d of DuckDB, want %d", len(got), len(want), len(figures))
	}
	for i, f := range figures {
		if got[i] != want[i] {
			t.Errorf("%s of %s: Trino %.200s, DuckDB %.200s", f.name, table.Name, got[i], want[i])
		}
	}
}

// compareInjected: the table of the other kind gives the same, product by product, and
// demands that one is named.
func (w *world) compareInjected(t *testing.T, table schemas.Table) {
	t.Helper()
	for _, product := range strings.Split(w.sql(t, "SELECT DISTINCT product FROM "+table.Name+" ORDER BY 1"), "\n") {
		where := fmt.Sprintf(" WHERE product = '%s'", product)
		got := w.must(t, "SELECT count(*), count(DISTINCT event_id) FROM "+table.Name+where).String()
		if want := w.sql(t, "SELECT count(*), count(DISTINCT event_id) FROM "+table.Name+where); got != want {
			t.Errorf("%s, product %s: Trino %s, DuckDB %s", table.Name, product, got, want)
		}
	}
	if a, err := w.trino.query(t.Context(), "SELECT count(*) FROM "+table.Name); err == nil {
		t.Errorf("%s without a product is answered: %s", table.Name, a)
	}
}

// compareSearches asks for one request and one kind of error.
func (w *world) compareSearches(t *testing.T, table schemas.Table) {
	t.Helper()
	for _, column := range []string{"request_id", "trace_id", "fingerprint", "route"} {
		if !has(table, column) {
			continue
		}
		value := w.sql(t, fmt.Sprintf("SELECT %s FROM %s GROUP BY 1 HAVING %[1]s IS NOT NULL ORDER BY count(*) DESC, 1 LIMIT 1", column, table.Name))
		statement := fmt.Sprintf("SELECT event_id FROM %%s WHERE %s = '%s' ORDER BY event_id", column, value)
		got, want := w.must(t, fmt.Sprintf(statement, table.Name+"_all")).String(), w.sql(t, fmt.Sprintf(statement, table.Name))
		if got != want || want == "" {
			t.Errorf("%s: %s = %s: Trino finds %q, DuckDB %q", table.Name, column, value, got, want)
		}
	}
}

func has(table schemas.Table, column string) bool {
	for _, c := range table.Columns {
		if c.Name == column {
			return true
		}
	}
	return false
}
