// Package duckdb answers questions over a lake with an embedded DuckDB: free SQL for
// analysts, and the searches of the page, the command line and the rules.
//
// It reads the files that the ledger names, and no others: half a write is never seen.
// One damaged file does not fail a query over the rest: it is left out and reported.
// It needs cgo, so no Lambda links it.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// maxQueries is how many questions are answered at a time.
const maxQueries = 4

// Options bound what a DB may use.
type Options struct {
	MemoryMB int          // 0: DuckDB's default, 80% of the machine's
	Threads  int          // 0: one for each core
	Logger   *slog.Logger // hears of files left out; nil: silent
	Cache    Cache        // for a lake that lies elsewhere; nil: its files are this machine's
}

// DB is a DuckDB over one lake. It is safe for concurrent use.
type DB struct {
	lake   *lake.Lake
	db     *sql.DB
	logger *slog.Logger
	cache  Cache  // may be nil
	root   string // of the paths that DuckDB sees

	mu      sync.Mutex
	broken  map[string]broken // files left out, by key
	damaged map[string]bool   // keys of the ledger that were named as damaged

	closed chan struct{}
	close  func() // closes closed, once
}

// Open starts a DuckDB in memory.
func Open(l *lake.Lake, o Options) (*DB, error) {
	settings := []string{"SET TimeZone = 'UTC'", "SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false",
		// It keeps some kB for each distinct file that was ever read, and fills the memory limit with
		// what the page cache of the system holds anyway (duckdb issue 22730).
		"SET enable_external_file_cache = false"}
	if o.MemoryMB > 0 {
		settings = append(settings, fmt.Sprintf("SET memory_limit = '%dMB'", o.MemoryMB), "SET allocator_flush_threshold = '4MB'")
	}
	if o.Threads > 0 {
		settings = append(settings, fmt.Sprintf("SET threads = %d", o.Threads))
	}
	connector, err := duckdb.NewConnector("", func(c driver.ExecerContext) error {
		for _, s := range settings {
			if _, err := c.ExecContext(context.Background(), s, nil); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("start DuckDB: %w", err)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(maxQueries) // each holds buffers of its own; more only wait for the cores
	db.SetMaxIdleConns(1)
	if err := registerFunctions(db); err != nil {
		db.Close()
		return nil, fmt.Errorf("start DuckDB: %w", err)
	}
	d := &DB{lake: l, db: db, logger: o.Logger, cache: o.Cache, root: l.Root(), broken: map[string]broken{}, damaged: map[string]bool{}}
	if d.cache != nil {
		d.root = d.cache.Root()
	}
	d.closed = make(chan struct{})
	d.close = sync.OnceFunc(func() { close(d.closed) })
	go d.keepSmall()
	return d, nil
}

// giveBackEvery is how often memory that was freed goes back to the system.
const giveBackEvery = time.Minute

// keepSmall gives memory back until Close.
func (d *DB) keepSmall() {
	t := time.NewTicker(giveBackEvery)
	defer t.Stop()
	for {
		select {
		case <-d.closed:
			return
		case <-t.C:
			giveBack()
		}
	}
}

// Close stops DuckDB.
func (d *DB) Close() error {
	d.close()
	return d.db.Close()
}

// broken is why a file is left out, and since when.
type broken struct {
	reason string
	at     time.Time
}

// lookAgain is how long a file stays left out: it may have been mended.
const lookAgain = time.Minute

// Broken lists the lake files that could not be read and are left out, with the reason.
func (d *DB) Broken() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]string, len(d.broken))
	for k, b := range d.broken {
		if time.Since(b.at) > lookAgain {
			delete(d.broken, k)
			continue
		}
		out[k] = b.reason
	}
	return out
}

func (d *DB) leaveOut(key, reason string) {
	d.mu.Lock()
	_, known := d.broken[key]
	d.broken[key] = broken{reason, time.Now()}
	d.mu.Unlock()
	if !known {
		d.logger.Warn("lake file left out of queries", "key", key, "reason", reason, "remedy", "run `"+d.lake.Command("verify")+"`")
	}
}

func tableOf(t seamark.Table) schemas.Table {
	if t == seamark.TableAccessLogs {
		return schemas.AccessLogs
	}
	return schemas.Logs
}

func typeOf(c schemas.Column) string {
	switch c.Type {
	case schemas.Timestamp:
		return "TIMESTAMPTZ"
	case schemas.Int32:
		return "INTEGER"
	case schemas.Int64:
		return "BIGINT"
	case schemas.Float64:
		return "DOUBLE"
	default:
		return "VARCHAR"
	}
}

// quote writes a SQL string literal. A zero byte, which would end the statement, is written as what
// makes it.
func quote(s string) string {
	s = "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.ContainsRune(s, 0) {
		return "(" + strings.ReplaceAll(s, "\x00", "' || chr(0) || '") + ")"
	}
	return s
}

// retries is how many damaged files one question may meet before it fails.
const retries = 20

// run asks the question that build writes, again without each file that cannot be read.
func (d *DB) run(ctx context.Context, build func(*asking) string, read func(*sql.Rows) error) error {
	for range retries {
		again, err := d.runOnce(ctx, build, read)
		if !again {
			return err
		}
	}
	return &seamark.Fault{What: "too many damaged lake files", Where: d.lake.Root(), Remedy: "run `" + d.lake.Command("verify") + "`"}
}

// runOnce reports whether to ask again, without a file that cannot be read.
func (d *DB) runOnce(ctx context.Context, build func(*asking) string, read func(*sql.Rows) error) (again bool, err error) {
	ask := d.ask(ctx)
	defer ask.end()
	statement := build(ask)
	if ask.err != nil {
		return false, ask.err
	}
	rows, err := d.db.QueryContext(ctx, statement)
	if err == nil {
		if err = read(rows); err == nil {
			err = rows.Err()
		}
		rows.Close()
	}
	if err != nil && ctx.Err() != nil {
		return false, ctx.Err() // in whatever words DuckDB or the driver says that it was stopped
	}
	if f := boundFault(err); f != nil {
		return false, f
	}
	return err != nil && d.blame(ctx, err), err
}

// blame finds the lake file that an error is about and leaves it out.
func (d *DB) blame(ctx context.Context, err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	text := err.Error()
	i := strings.Index(text, d.root+string(os.PathSeparator)+lake.LakeFolder)
	if i < 0 {
		return false
	}
	rest := text[i+len(d.root)+1:]
	end := strings.Index(rest, ".parquet")
	if end < 0 {
		return false
	}
	key := rest[:end+len(".parquet")]
	if _, _, err := lake.ParseFileKey(key); err != nil {
		return false
	}
	if _, known := d.Broken()[key]; known {
		return false
	}
	if d.cache != nil && d.cache.Suspect(key) {
		return true
	}
	if gone, err := d.lake.Gone(ctx, key); err == nil && gone {
		return true // compacted or done anew while DuckDB read
	}
	d.leaveOut(key, firstLine(text))
	return true
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
