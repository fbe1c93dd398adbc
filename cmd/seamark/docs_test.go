package main_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/origin"
)

var updateDocs = flag.Bool("update-docs", false, "write the generated pages below docs/reference")

const root = "../.."

// fenced returns the fenced blocks of a language in a document.
func fenced(t *testing.T, name, language string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("%s has no block of %s", name, language)
	}
	return blocks
}

// TestDocsQueries runs each statement of the howto over a small lake; all but the one
// about what nobody claimed find something.
func TestDocsQueries(t *testing.T) {
	object := filepath.Join(t.TempDir(), "object.gz")
	f, err := os.Create(object)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.WriteObject(f, 1, 20_000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	_, failed, err := app.Transform(t.Context(), folder, nil, origin.Options{
		Files: []string{object}, Quarantined: func(_ string, q seamark.Quarantined) { t.Error(q.Reason) },
		Failed: func(_ string, err error) { t.Error(err) },
	})
	if err != nil || failed > 0 {
		t.Fatal(failed, err)
	}
	db, closeLake, err := lakes.Open(t.Context(), folder, config.Default(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer closeLake()
	statements := fenced(t, "docs/howto/queries.md", "sql")
	if len(statements) < 10 {
		t.Errorf("%d statements, the page promises ten", len(statements))
	}
	for i, statement := range statements {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			rows := 0
			err := db.Query(t.Context(), statement, func([]duckdb.Column) {}, func([]any) error { rows++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if rows == 0 && !strings.Contains(statement, "'unassigned'") {
				t.Error("no rows")
			}
		})
	}
}

// TestDocsPlainDuckDB: what the howto reads with DuckDB alone has the types and values that
// `seamark query` has.
func TestDocsPlainDuckDB(t *testing.T) {
	statement := fenced(t, "docs/howto/queries.md", "duckdb")[0]
	folder, object := t.TempDir(), filepath.Join(t.TempDir(), "object.gz")
	f, err := os.Create(object)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.WriteObject(f, 1, 2_000); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, failed, err := app.Transform(t.Context(), folder, nil, origin.Options{Files: []string{object}, Quarantined: func(_ string, q seamark.Quarantined) { t.Error(q.Reason) },
		Failed: func(_ string, err error) { t.Error(err) }}); err != nil || failed > 0 {
		t.Fatal(failed, err)
	}
	plain, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	conn, err := plain.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "SET TimeZone = 'America/New_York'"); err != nil { // whatever the machine has
		t.Fatal(err)
	}
	set, read, _ := strings.Cut(strings.ReplaceAll(statement, "LAKE", folder), ";")
	if _, err := conn.ExecContext(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	var got, want []string
	rows, err := conn.QueryContext(t.Context(), "SELECT typeof(date) || typeof(hour) || typeof(product) || typeof(first), concat_ws('|', product, environment, date, hour, rows, first) FROM ("+read+")")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var types, line string
		if err := rows.Scan(&types, &line); err != nil {
			t.Fatal(err)
		}
		if types != "DATEVARCHARVARCHARTIMESTAMP WITH TIME ZONE" {
			t.Errorf("types %s", types)
		}
		got = append(got, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	db, closeLake, err := lakes.Open(t.Context(), folder, config.Default(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer closeLake()
	err = db.Query(t.Context(), "SELECT concat_ws('|', product, environment, date, hour, count(*), min(timestamp)) FROM logs GROUP BY product, environment, date, hour ORDER BY product, environment, date, hour",
		func([]duckdb.Column) {}, func(v []any) error { want = append(want, v[0].(string)); return nil })
	if err != nil || len(want) == 0 || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%v\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFirstConfiguration: what the README begins with starts as it is printed, and so does what
// it says for later, with the files that it names.
func TestFirstConfiguration(t *testing.T) {
	first := fenced(t, "README.md", "yaml")[0]
	t.Chdir(t.TempDir())
	if err := os.WriteFile("seamark.yml", []byte(first), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.LoadToRun("seamark.yml", config.Running{Checks: []config.Check{app.CheckAlerts}}); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load("seamark.yml", app.CheckAlerts)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = "127.0.0.1:0"
	started := make(chan string, 1)
	a, err := app.New(t.Context(), app.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Listening: func(url string) { started <- url }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	<-started
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	_, later, _ := strings.Cut(first, "Once others")
	var lines []string
	for line := range strings.Lines(later) {
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			lines = append(lines, rest)
		}
	}
	whole := strings.Replace(first, "listen: 127.0.0.1:8443\n", "", 1) + strings.Join(lines, "")
	if _, err := config.Parse("later.yml", []byte(whole), app.CheckAlerts); err != nil || len(lines) != 3 {
		t.Errorf("%v in\n%s", err, whole)
	}
}

// TestDocsConfig: each example of seamark.yml has no fault.
func TestDocsConfig(t *testing.T) {
	for _, name := range []string{"README.md", "docs/howto/firehose.md", "docs/howto/lake.md", "docs/howto/onboarding.md"} {
		for _, block := range fenced(t, name, "yaml") {
			file := filepath.Join(t.TempDir(), "seamark.yml")
			if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(file, app.CheckAlerts); err != nil {
				t.Errorf("%s: %v\n%s", name, err, block)
			}
		}
	}
}

// TestDocsLinks: each relative link of a document leads to a file, and pictures stay small.
func TestDocsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	check := func(name string) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			info, err := os.Stat(filepath.Join(filepath.Dir(name), m[1]))
			switch {
			case err != nil:
				t.Errorf("%s: %s leads nowhere", name, m[1])
			case filepath.Ext(m[1]) == ".png" && info.Size() > 250_000:
				t.Errorf("%s: %s has %d bytes, more than 250 kB", name, m[1], info.Size())
			}
		}
	}
	check(filepath.Join(root, "README.md"))
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(name string, e fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(name) == ".md" {
			check(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDocsImportTable: docs/architecture.md shows the table that internal/arch holds.
func TestDocsImportTable(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, "internal/arch/arch_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile(`"([^"]+)"`)
	list := func(s, mark string) string {
		var words []string
		for _, m := range quoted.FindAllStringSubmatch(s, -1) {
			words = append(words, mark+m[1]+mark)
		}
		return strings.Join(words, ", ")
	}
	rows := regexp.MustCompile(`(?m)^\t\{"([^"]+)", (nil|rooms\([^)]*\)), (nil|\[\]string\{[^}]*\})\},$`).FindAllStringSubmatch(string(source), -1)
	if len(rows) < 20 {
		t.Fatalf("only %d rows found in arch_test.go", len(rows))
	}
	for _, m := range rows {
		own := list(m[2], "`")
		if own == "`...`" {
			own = "all"
		}
		row := fmt.Sprintf("| `%s` | %s | %s |", m[1], own, list(m[3], ""))
		row = strings.ReplaceAll(row, "|  |", "| |")
		row = strings.ReplaceAll(row, "|  |", "| |")
		if !strings.Contains(string(page), row+"\n") {
			t.Errorf("docs/architecture.md lacks the row\n%s", row)
		}
	}
}

// TestDocsColumns holds docs/reference/columns.md to the columns; -update-docs writes it.
func TestDocsColumns(t *testing.T) {
	page := filepath.Join(root, "docs/reference/columns.md")
	want := columnsPage()
	if *updateDocs {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/reference/columns.md is not current (%v): go test ./cmd/seamark -run TestDocsColumns -update-docs", err)
	}
}

func columnsPage() string {
	var b strings.Builder
	b.WriteString(`# Columns

<!-- Generated from schemas: go test ./cmd/seamark -run TestDocsColumns -update-docs -->

Two tables. SQL sees the columns and, behind them, the partition columns. The id is the Parquet field id. "Read from" lists the keys
under which a record may fill the column, spelled exactly; how they compete says [formats/record.md](../formats/record.md). "Index" is
the type in OpenSearch.
`)
	for _, table := range schemas.Tables() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| id | column | type | index | meaning | read from |\n|---|---|---|---|---|---|\n", table.Name, table.Doc)
		for _, c := range table.Columns {
			kind := typeNames[c.Type]
			if c.Required {
				kind += ", never NULL"
			}
			fmt.Fprintf(&b, "| %d | `%s` | %s | %s | %s | %s |\n", c.ID, c.Name, kind, c.Index, c.Doc, keys(c))
		}
	}
	b.WriteString("\n## Partition columns of both\n\n| column | type | meaning |\n|---|---|---|\n")
	for _, c := range schemas.Partitions {
		kind := "text"
		if c.Name == "date" {
			kind = "date"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, kind, c.Doc)
	}
	return b.String()
}

var typeNames = map[schemas.Type]string{
	schemas.Text: "text", schemas.JSON: "JSON text", schemas.Timestamp: "timestamp, ms, UTC",
	schemas.Int32: "32-bit integer", schemas.Int64: "64-bit integer", schemas.Float64: "double",
}

// keys lists the keys of a column, each once.
func keys(c schemas.Column) string {
	var out []string
	seen := map[string]bool{}
	for _, k := range c.Keys() {
		if !seen[k] {
			seen[k] = true
			out = append(out, "`"+k+"`")
		}
	}
	return strings.Join(out, " ")
}

// TestDocsNames: every test and file of Go that a document names is there.
func TestDocsNames(t *testing.T) {
	var tests strings.Builder
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git") {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(name, "_test.go") {
			b, err := os.ReadFile(name)
			tests.Write(b)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*|[a-z0-9/]+/[a-z0-9_*]+\\.go)`")
	err = filepath.WalkDir(filepath.Join(root, "docs"), func(page string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(page) != ".md" {
			return err
		}
		b, err := os.ReadFile(page)
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			if strings.HasSuffix(m[1], ".go") {
				if found, _ := filepath.Glob(filepath.Join(root, m[1])); len(found) == 0 {
					t.Errorf("%s: there is no file %s", page, m[1])
				}
			} else if !strings.Contains(tests.String(), "func "+m[1]+"(") {
				t.Errorf("%s: there is no %s", page, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDocsDialects holds docs/reference/dialects.md to the dialects; -update-docs writes it.
func TestDocsDialects(t *testing.T) {
	page := filepath.Join(root, "docs/reference/dialects.md")
	want := dialectsPage()
	if *updateDocs {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/reference/dialects.md is not current (%v): go test ./cmd/seamark -run TestDocsDialects -update-docs", err)
	}
}

func dialectsPage() string {
	var b strings.Builder
	b.WriteString(`# Loggers' own forms

<!-- Generated from schemas/dialects.go: go test ./cmd/seamark -run TestDocsDialects -update-docs -->

A JSON record is read by the [keys of the columns](columns.md). Where a logger puts something elsewhere, or wraps another's record, an
entry here says so; the first that a record matches counts. "Told by" lists the members that it must have (` + "`!key`" + ` must not be there, ` + "`only:`" + `
allows no others); a path ` + "`a.b`" + ` is inside an object, ` + "`a[]`" + ` each element of a list. Members of "part of the record" are read like the record's
own, and what has no column goes to the top of ` + "`event_data`" + `. Ids are looked for in "ids in", which stays as it is.

| logger | version | told by | level | time | message | error | part of the record | ids in | record inside |
|---|---|---|---|---|---|---|---|---|---|
`)
	code := func(s string) string {
		if s == "" {
			return ""
		}
		return "`" + strings.ReplaceAll(s, "|", "\\|") + "`"
	}
	silent := func(level string) string {
		if level == "" {
			return ""
		}
		return " without: " + level
	}
	apart := func(what, paths string) string {
		if paths == "" {
			return ""
		}
		return " " + what + ": " + code(paths)
	}
	for _, d := range schemas.Dialects {
		var when []string
		for _, w := range d.When {
			when = append(when, code(w))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", d.Name, d.From, strings.Join(when, "<br>"), code(d.Level)+silent(d.Silent), code(d.Time), code(d.Message), code(d.Error)+apart("type", d.Class)+apart("text", d.Reason)+apart("stack", d.Stack), code(d.Lift), code(d.IDs), code(d.Inner))
	}
	fmt.Fprintf(&b, "\nIn a record of no dialect, ids are looked for in %s.\n", code(strings.Join(schemas.Containers, "` `")))
	return b.String()
}

// TestDocsRules runs the howto's rules through the howto's tests of them, and reads those of its
// configuration.
func TestDocsRules(t *testing.T) {
	blocks := fenced(t, "docs/howto/rules.md", "yaml")
	if len(blocks) != 4 {
		t.Fatalf("%d blocks", len(blocks))
	}
	if c, err := config.Parse("seamark.yml", []byte(blocks[2])); err != nil || len(c.Rules.Own) != 2 || !c.Rules.Own[1].Tags {
		t.Errorf("the rules for tags: %v", err)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"booking.yml": blocks[1], "booking_test.yml": blocks[3]} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ran, failures, err := rulebook.RunTrial(t.Context(), filepath.Join(folder, "booking_test.yml"))
	if err != nil || ran != 2 || len(failures) > 0 {
		t.Errorf("%d expectations, %+v, %v", ran, failures, err)
	}
}
