package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// A listing is made in two steps, so that one that looks through rows of 1 MB holds only those
// that it shows: which rows those are is found without their texts, then the texts are read.

// place is where a row of the listing lies.
type place struct {
	path     string
	row      int64
	position seamark.Position // by what is known of it; its time always is
}

// ties are what rows of one millisecond are ordered by.
var ties = []string{"coalesce(event_id, '')", "coalesce(account_id, '')", "coalesce(source, '')"}

// batchRows is how many rows are read at once when their texts come whole; when that is too
// much memory, half as many are tried.
const batchRows = 64

// Search returns the rows that q asks for, newest first unless it says otherwise.
func (d *DB) Search(ctx context.Context, q seamark.Query) (seamark.Result, error) {
	understood, err := understand(q)
	if err != nil {
		return seamark.Result{}, err
	}
	for range retries {
		result, again, err := d.searchOnce(ctx, understood)
		if !again {
			return result, err
		}
	}
	return seamark.Result{}, d.tooManyDamaged()
}

func (d *DB) searchOnce(ctx context.Context, q question) (result seamark.Result, again bool, err error) {
	ask := d.ask(ctx)
	defer ask.end()
	files, places, err := ask.newestFirst(q)
	if err == nil {
		if result.More = len(places) > q.Limit; result.More {
			places = places[:q.Limit]
		}
		result.Hits, err = d.hits(ctx, q, files, places)
	}
	switch {
	case err == nil:
		return result, false, nil
	case ask.err != nil:
		return seamark.Result{}, false, ask.err
	case ctx.Err() != nil:
		return seamark.Result{}, false, ctx.Err() // in whatever words DuckDB says that it was stopped
	case errors.Is(err, errMoved):
		return seamark.Result{}, true, err
	}
	if f := boundFault(err); f != nil {
		return seamark.Result{}, false, f
	}
	return seamark.Result{}, d.blame(ctx, err), err
}

// errMoved says that files were compacted or done anew since they were listed.
var errMoved = errors.New("the lake has changed meanwhile")

// newestFirst finds where the rows lie that q asks for, and one more, in their order, and the files
// that it has looked into. The newest files are asked first (the oldest, where those come first), then
// twice as long a time, until what is left cannot hold rows that come before those that were found: a
// first page costs the same whatever the span.
func (a *asking) newestFirst(q question) (seen []located, found []place, err error) {
	files, needs := a.candidates(q), q.needs()
	if a.err != nil {
		return nil, nil, a.err
	}
	slices.SortStableFunc(files, func(a, b lake.File) int {
		if q.Ascending {
			return cmp.Compare(a.MinMs, b.MinMs)
		}
		return cmp.Compare(b.MaxMs, a.MaxMs)
	})
	for hours := int64(1); len(files) > 0 && !settled(q, found, files[0]); hours *= 2 {
		n := wave(files, hours, q.Ascending)
		here, moved := a.whole(a.holding(files[:n], needs))
		if moved {
			return nil, nil, errMoved
		}
		if a.err != nil {
			return nil, nil, a.err
		}
		files, seen = files[n:], append(seen, here...)
		if len(here) == 0 {
			continue
		}
		places, err := a.places(a.ctx, q, here)
		if err != nil {
			return nil, nil, err
		}
		if len(found) > 0 {
			places = append(found, places...)
			slices.SortFunc(places, func(a, b place) int {
				if q.Ascending {
					return a.position.Compare(b.position)
				}
				return b.position.Compare(a.position)
			})
		}
		found = places[:min(len(places), q.Limit+1)]
	}
	return seen, found, nil
}

// settled reports whether enough rows are found that the next file can hold none before them.
func settled(q question, found []place, next lake.File) bool {
	if len(found) <= q.Limit {
		return false
	}
	last := found[q.Limit].position.Timestamp
	if q.Ascending {
		return last < next.MinMs
	}
	return last > next.MaxMs
}

// wave is how many of the files, which are sorted, lie within so many hours of the clock from the
// first on.
func wave(files []lake.File, hours int64, ascending bool) int {
	first := lake.HourOf(files[0].MaxMs)
	if ascending {
		first = lake.HourOf(files[0].MinMs)
	}
	i := slices.IndexFunc(files, func(f lake.File) bool {
		if ascending {
			return lake.HourOf(f.MinMs) >= first+hours
		}
		return lake.HourOf(f.MaxMs) <= first-hours
	})
	if i < 0 {
		return len(files)
	}
	return i
}

// places finds where the rows lie in files that q asks for, and one more, in their order.
func (d *DB) places(ctx context.Context, q question, files []located) ([]place, error) {
	direction, than := "DESC", "<"
	if q.Ascending {
		direction, than = "ASC", ">"
	}
	where := conditions(q)
	if p := q.Before; p != nil { // the timestamp by itself, too, which row groups are passed by
		where += fmt.Sprintf(" AND timestamp %s= %s AND (timestamp, %s) %s (%s, %s, %s, %s)", than, instant(p.Timestamp), strings.Join(ties, ", "),
			than, instant(p.Timestamp), quote(p.EventID), quote(p.AccountID), quote(p.Source))
	}
	rows, err := d.db.QueryContext(ctx, fmt.Sprintf("SELECT filename, file_row_number, epoch_ms(timestamp), %s FROM %s WHERE %s ORDER BY timestamp %s, %s %s LIMIT %d",
		strings.Join(ties, ", "), relation(q.Table, files, true), where, direction, strings.Join(ties, " "+direction+", "), direction, q.Limit+1))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []place
	for rows.Next() {
		var p place
		at := &p.position
		if err := rows.Scan(&p.path, &p.row, &at.Timestamp, &at.EventID, &at.AccountID, &at.Source); err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	return places, rows.Err()
}

// hits reads the rows at places, a few at a time.
func (d *DB) hits(ctx context.Context, q question, files []located, places []place) ([]seamark.Hit, error) {
	hits := make([]seamark.Hit, len(places))
	size := len(places)
	if q.Cut == 0 {
		size = min(size, batchRows)
	}
	for from := 0; from < len(places); {
		n := min(size, len(places)-from)
		err := d.batch(ctx, q, files, places[from:from+n], hits[from:from+n])
		switch {
		case err == nil:
			from += n
		case outOfMemory(err.Error()) && n > 1:
			size = n / 2
		default:
			return nil, err
		}
	}
	return hits, nil
}

// batch reads the rows at places into hits.
func (d *DB) batch(ctx context.Context, q question, files []located, places []place, hits []seamark.Hit) error {
	at := map[string]map[int64]int{}
	oldest, newest := places[0].position.Timestamp, places[0].position.Timestamp
	for i, p := range places {
		if at[p.path] == nil {
			at[p.path] = map[int64]int{}
		}
		at[p.path][p.row] = i
		oldest, newest = min(oldest, p.position.Timestamp), max(newest, p.position.Timestamp)
	}
	var here []located
	var conditions []string
	for _, f := range files {
		if at[f.path] == nil {
			continue
		}
		here = append(here, f)
		var numbers []string
		for n := range at[f.path] {
			numbers = append(numbers, fmt.Sprint(n))
		}
		slices.SortFunc(numbers, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
		conditions = append(conditions, fmt.Sprintf("(filename = %s AND file_row_number IN (%s))", quote(f.path), strings.Join(numbers, ",")))
	}
	rows, err := d.db.QueryContext(ctx, fmt.Sprintf("SELECT filename, file_row_number, %s, %s FROM %s WHERE timestamp >= epoch_ms(%d::BIGINT)::TIMESTAMPTZ AND timestamp < epoch_ms(%d::BIGINT)::TIMESTAMPTZ AND (%s)",
		lengths(q.Table, q.Cut), columnsOf(q.Table, q.Cut), relation(q.Table, here, true), oldest, newest+1, strings.Join(conditions, " OR ")))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		h, into := hit(q.Table)
		var path string
		var row int64
		whole := make([]int, len(longTexts(q.Table)))
		head := []any{&path, &row}
		for i := range whole {
			head = append(head, &whole[i])
		}
		if err := rows.Scan(append(head, into...)...); err != nil {
			return err
		}
		i, wanted := at[path][row]
		if !wanted {
			return errors.New("DuckDB gave a row that was not asked for")
		}
		if q.Cut > 0 {
			cutTexts(h, q.Cut, whole)
		}
		hits[i] = *h
	}
	return rows.Err()
}

// lengths are the whole lengths of the long texts, in bytes; NULL when nothing is cut.
func lengths(t seamark.Table, cut int) string {
	var out []string
	for _, name := range longTexts(t) {
		if cut == 0 {
			out = append(out, "0")
			continue
		}
		out = append(out, fmt.Sprintf("coalesce(strlen(%s), 0)", name))
	}
	return strings.Join(out, ", ")
}

// longTexts are the columns of t that may be long.
func longTexts(t seamark.Table) []string {
	if t == seamark.TableAccessLogs {
		return []string{"path", "route", "user_agent", "error_message", "extra"}
	}
	return []string{"event_name", "event_data", "message", "error_type", "error_message", "error_stack"}
}

func isLong(column string) bool {
	return slices.Contains(longTexts(seamark.TableLogs), column) || slices.Contains(longTexts(seamark.TableAccessLogs), column)
}

// cutTexts cuts what DuckDB has cut to as many characters to that many bytes, and notes the
// whole lengths.
func cutTexts(h *seamark.Hit, limit int, whole []int) {
	var texts []*string
	if a := h.Access; a != nil {
		texts = []*string{&a.Path, &a.Route, &a.UserAgent, &a.ErrorMessage, &a.Extra}
	} else {
		l := h.Log
		texts = []*string{&l.EventName, &l.EventData, &l.Message, &l.ErrorType, &l.ErrorMessage, &l.ErrorStack}
	}
	for i, text := range texts {
		if whole[i] <= limit {
			continue
		}
		end := min(limit, len(*text))
		for end > 0 && end < len(*text) && !utf8.RuneStart((*text)[end]) {
			end--
		}
		*text = strings.Clone((*text)[:end])
		if h.Cut == nil {
			h.Cut = map[string]int{}
		}
		h.Cut[longTexts(h.Table)[i]] = whole[i]
	}
}

func (d *DB) tooManyDamaged() error {
	return &seamark.Fault{What: "too many damaged lake files", Where: d.lake.Root(), Remedy: "run `" + d.lake.Command("verify") + "`"}
}
