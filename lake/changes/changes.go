// Package changes says what transforming landing objects again has changed: which columns, and
// which levels into which, in how many rows. Rows are compared by their event's id.
//
// A row is remembered by 32 bits a column, so that the rows that an object had fit into memory
// however long their texts were; those that it has now are read past them. An object of more
// than MaxRows rows is not compared.
package changes

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// MaxRows bounds the rows of an object that is compared: 13 MB of memory.
const MaxRows = 100_000

// Report counts what changed; its JSON keys are part of the command line.
type Report struct {
	Compared    int64             `json:"rows_compared"`     // that were there before and are there now
	NotCompared int64             `json:"rows_not_compared"` // of objects with more than MaxRows rows, or without an event id
	Changed     int64             `json:"rows_changed"`      // of those compared
	Levels      []LevelChange     `json:"levels"`            // the most first
	Columns     map[string]Column `json:"columns"`           // by name; "table", "product" and "environment" are where the row lies
}

// LevelChange is one level that became another; "" is NULL.
type LevelChange struct {
	From string `json:"from"`
	To   string `json:"to"`
	Rows int64  `json:"rows"`
}

// Column counts the rows of which a column changed.
type Column struct {
	Filled  int64 `json:"filled"`  // it was NULL
	Emptied int64 `json:"emptied"` // it is NULL now
	Changed int64 `json:"changed"` // from one value to another
}

// Rows is the number of rows.
func (c Column) Rows() int64 { return c.Filled + c.Emptied + c.Changed }

// Add adds what another object came to.
func (r *Report) Add(o *Report) {
	r.Compared += o.Compared
	r.NotCompared += o.NotCompared
	r.Changed += o.Changed
	for _, l := range o.Levels {
		r.level(l.From, l.To, l.Rows)
	}
	if r.Columns == nil {
		r.Columns = map[string]Column{}
	}
	for name, c := range o.Columns {
		sum := r.Columns[name]
		r.Columns[name] = Column{sum.Filled + c.Filled, sum.Emptied + c.Emptied, sum.Changed + c.Changed}
	}
	slices.SortFunc(r.Levels, func(a, b LevelChange) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}

func (r *Report) level(from, to string, rows int64) {
	for i := range r.Levels {
		if r.Levels[i].From == from && r.Levels[i].To == to {
			r.Levels[i].Rows += rows
			return
		}
	}
	r.Levels = append(r.Levels, LevelChange{from, to, rows})
}

// Names lists the columns that changed, those of the most rows first.
func (r *Report) Names() []string {
	return slices.SortedFunc(maps.Keys(r.Columns), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Columns[b].Rows(), r.Columns[a].Rows()), cmp.Compare(a, b))
	})
}

// The columns that are compared, beside the level, by their places in a digest.
var names = [...]string{
	"timestamp", "table", "product", "environment", "region", "component", "team", "event_name", "event_data", "message", "request_id", "trace_id", "span_id", "error_type", "error_message", "error_stack", "fingerprint",
	"method", "path", "route", "status", "latency_ms", "integration_latency_ms", "response_bytes", "ip", "user_agent", "protocol", "extra",
}

// digest is a row: 0 is NULL.
type digest struct {
	event   uint64
	level   uint8
	met     bool // compared already: of events that came twice each has its own
	columns [len(names)]uint32
}

// Rows are the rows that an object had, ordered by their events.
type Rows struct {
	digests []digest
	skipped int64 // rows that cannot be compared
}

// Of reads the rows of an entry. They are gone with the next transformation of its object.
func Of(l *lake.Lake, e *lake.Entry) (*Rows, error) {
	if e.Accounts.Rows > MaxRows {
		return &Rows{skipped: e.Accounts.Rows}, nil
	}
	r := &Rows{digests: make([]digest, 0, e.Accounts.Rows)}
	err := each(l, e, func(d *digest) {
		if d == nil {
			r.skipped++
		} else {
			r.digests = append(r.digests, *d)
		}
	})
	r.order()
	return r, err
}

// each calls do with each row of an entry; nil is one without an event id.
func each(l *lake.Lake, e *lake.Entry, do func(*digest)) error {
	files, err := l.FilesOf(e)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Table == seamark.TableLogs {
			err = l.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
				for i := range rows {
					if rows[i].LandingID == string(e.ID) { // compacted files hold those of others too
						do(logDigest(&f, &rows[i]))
					}
				}
				return nil
			})
		} else {
			err = l.ReadAccessLogs(f.FileRef, func(rows []seamark.AccessLog) error {
				for i := range rows {
					if rows[i].LandingID == string(e.ID) {
						do(accessDigest(&f, &rows[i]))
					}
				}
				return nil
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Rows) order() {
	slices.SortStableFunc(r.digests, func(a, b digest) int { return cmp.Compare(a.event, b.event) })
}

var seed = maphash.MakeSeed()

// sum is a text by 32 bits; 0 is none.
func sum(s string) uint32 {
	if s == "" {
		return 0
	}
	return max(1, uint32(maphash.String(seed, s)))
}

func logDigest(f *lake.File, row *seamark.Log) *digest {
	if row.EventID == "" {
		return nil
	}
	return &digest{event: maphash.String(seed, row.EventID), level: levelNumber(row.Level), columns: [len(names)]uint32{
		max(1, uint32(row.Timestamp)), sum(string(f.Table)), sum(f.Product), sum(f.Environment), sum(row.Region), sum(row.Component), sum(row.Team), sum(row.EventName), sum(row.EventData), sum(row.Message), sum(row.RequestID), sum(row.TraceID),
		sum(row.SpanID), sum(row.ErrorType), sum(row.ErrorMessage), sum(row.ErrorStack), sum(row.Fingerprint),
	}}
}

func accessDigest(f *lake.File, row *seamark.AccessLog) *digest {
	if row.EventID == "" {
		return nil
	}
	return &digest{event: maphash.String(seed, row.EventID), columns: [len(names)]uint32{
		max(1, uint32(row.Timestamp)), sum(string(f.Table)), sum(f.Product), sum(f.Environment), sum(row.Region), sum(row.Component), sum(row.Team), 0, 0, 0, sum(row.RequestID), sum(row.TraceID), 0, 0, sum(row.ErrorMessage), 0, 0,
		sum(row.Method), sum(row.Path), sum(row.Route), whole(row.Status), fraction(row.LatencyMs), fraction(row.IntegrationLatencyMs), whole(row.ResponseBytes), sum(row.IP), sum(row.UserAgent), sum(row.Protocol), sum(row.Extra),
	}}
}

func whole[T int32 | int64](n *T) uint32 {
	if n == nil {
		return 0
	}
	return sum(strconv.FormatInt(int64(*n), 10))
}

func fraction(n *float64) uint32 {
	if n == nil {
		return 0
	}
	return sum(strconv.FormatFloat(*n, 'g', -1, 64))
}

func levelNumber(level string) uint8 { return uint8(slices.Index(seamark.Levels(), level) + 1) }

func levelName(n uint8) string {
	if n == 0 {
		return ""
	}
	return seamark.Levels()[n-1]
}

// Against compares the rows that an object had with those that it has now.
func (r *Rows) Against(l *lake.Lake, now *lake.Entry) (*Report, error) {
	out := &Report{NotCompared: r.skipped, Columns: map[string]Column{}}
	if len(r.digests) == 0 {
		return out, nil
	}
	return out, each(l, now, func(is *digest) {
		if is != nil {
			r.compare(out, is)
		}
	})
}

// Same is what Against says of an object that has the rows it had.
func (r *Rows) Same() *Report {
	return &Report{Compared: int64(len(r.digests)), NotCompared: r.skipped}
}

// compare compares a row with the one that its event had.
func (r *Rows) compare(out *Report, is *digest) {
	i, _ := slices.BinarySearchFunc(r.digests, is.event, func(d digest, event uint64) int { return cmp.Compare(d.event, event) })
	for i < len(r.digests) && r.digests[i].event == is.event && r.digests[i].met {
		i++
	}
	if i == len(r.digests) || r.digests[i].event != is.event {
		return // it had none
	}
	was := &r.digests[i]
	was.met = true
	out.Compared++
	if was.level == is.level && was.columns == is.columns {
		return
	}
	out.Changed++
	if was.level != is.level {
		out.level(levelName(was.level), levelName(is.level), 1)
	}
	for n, name := range names {
		if was.columns[n] != is.columns[n] {
			c := out.Columns[name]
			c.count(was.columns[n], is.columns[n])
			out.Columns[name] = c
		}
	}
}

func (c *Column) count(was, is uint32) {
	switch {
	case was == 0:
		c.Filled++
	case is == 0:
		c.Emptied++
	default:
		c.Changed++
	}
}
