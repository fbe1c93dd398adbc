package seamark

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Span is the half-open interval [From, To). A zero bound is open.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Within is the part of s that lies in t, too.
func (s Span) Within(t Span) Span {
	if s.From.IsZero() || t.From.After(s.From) {
		s.From = t.From
	}
	if s.To.IsZero() || !t.To.IsZero() && t.To.Before(s.To) {
		s.To = t.To
	}
	return s
}

// Field names a column that can be filtered and counted.
type Field string

// The fields of a filter. Status exists in access logs only, Level and Fingerprint in logs only.
const (
	FieldProduct     Field = "product"
	FieldEnvironment Field = "environment"
	FieldLevel       Field = "level"
	FieldComponent   Field = "component"
	FieldSource      Field = "source"
	FieldStream      Field = "stream"
	FieldAccount     Field = "account_id"
	FieldRegion      Field = "region"
	FieldTeam        Field = "team"
	FieldEventName   Field = "event_name"
	FieldErrorType   Field = "error_type"
	FieldFingerprint Field = "fingerprint"
	FieldRequestID   Field = "request_id"
	FieldTraceID     Field = "trace_id"
	FieldEventID     Field = "event_id"
	FieldStatus      Field = "status"
	FieldMethod      Field = "method"
	FieldRoute       Field = "route"
)

// commonFields can be asked of either table.
var commonFields = []Field{
	FieldProduct, FieldEnvironment, FieldComponent, FieldSource, FieldStream, FieldAccount,
	FieldRegion, FieldTeam, FieldRequestID, FieldTraceID, FieldEventID,
}

// Fields lists what may be filtered in t.
func (t Table) Fields() []Field {
	if t == TableAccessLogs {
		return append([]Field{FieldStatus, FieldMethod, FieldRoute}, commonFields...)
	}
	return append([]Field{FieldLevel, FieldEventName, FieldErrorType, FieldFingerprint}, commonFields...)
}

// Term keeps the rows whose field has one of the values, or, with Not, none of them.
// An absent value counts as "". A status may be a class: "4xx".
type Term struct {
	Field  Field    `json:"field"`
	Values []string `json:"values"`
	Not    bool     `json:"not,omitempty"`
}

// Query is one question to the store: which rows of one table.
type Query struct {
	Table Table  `json:"table"`
	Span  Span   `json:"span"`
	Terms []Term `json:"terms,omitempty"`
	Text  string `json:"text,omitempty"`  // in the search language, see package query; empty: all rows
	Limit int    `json:"limit,omitempty"` // rows at most; 0: 500
	// Before continues a listing: rows strictly older than this; strictly newer in an ascending one.
	Before *Position `json:"before,omitempty"`
	// Ascending lists the oldest rows first.
	Ascending bool `json:"ascending,omitempty"`
	// By is what a histogram's bars are parted by; empty: the level, or the class of the status.
	By Field `json:"by,omitempty"`
	// Cut shortens long texts to so many bytes, between two characters; 0: they come whole.
	// A searcher that cuts says so in Hit.Cut.
	Cut int `json:"cut,omitempty"`
}

// Position is a place in the total order of rows: by timestamp, event id, account and source, of
// which the first two alone are not unique.
type Position struct {
	Timestamp int64  `json:"timestamp"` // Unix milliseconds
	EventID   string `json:"event_id"`
	AccountID string `json:"account_id"`
	Source    string `json:"source"`
}

// Position is where the row stands in the total order.
func (h *Hit) Position() Position {
	switch {
	case h.Log != nil:
		return Position{h.Log.Timestamp, h.Log.EventID, h.Log.AccountID, h.Log.Source}
	case h.Access != nil:
		return Position{h.Access.Timestamp, h.Access.EventID, h.Access.AccountID, h.Access.Source}
	}
	return Position{}
}

// Compare orders positions.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Timestamp, q.Timestamp), strings.Compare(p.EventID, q.EventID), strings.Compare(p.AccountID, q.AccountID), strings.Compare(p.Source, q.Source))
}

// DefaultLimit and MaxLimit bound the rows of one answer.
const (
	DefaultLimit = 500
	MaxLimit     = 10_000
)

// Validate reports what cannot be asked, and sets defaults.
func (q *Query) Validate() error {
	if q.Table == "" {
		q.Table = TableLogs
	}
	if q.Table != TableLogs && q.Table != TableAccessLogs {
		return &Fault{Class: Rejected, What: fmt.Sprintf("no table %q", q.Table), Where: "table", Remedy: "use logs or access_logs"}
	}
	switch {
	case q.Limit == 0:
		q.Limit = DefaultLimit
	case q.Limit < 0 || q.Limit > MaxLimit:
		return &Fault{Class: Rejected, What: fmt.Sprintf("limit %d is out of range", q.Limit), Where: "limit", Remedy: fmt.Sprintf("use 1 to %d", MaxLimit)}
	}
	for _, t := range q.Terms {
		if err := q.Table.CheckField(t.Field); err != nil {
			return err
		}
	}
	if q.By != "" {
		return q.Table.CheckField(q.By)
	}
	return nil
}

// CheckField reports whether t can be filtered and counted by f.
func (t Table) CheckField(f Field) error {
	for _, known := range t.Fields() {
		if f == known {
			return nil
		}
	}
	return &Fault{Class: Rejected, What: fmt.Sprintf("%s has no field %q to filter by", t, f), Where: "filter", Remedy: fmt.Sprintf("use one of %v", t.Fields())}
}

// Hit is one row found. Exactly one of Log and Access is set, as Table says.
type Hit struct {
	Table       Table      `json:"table"`
	Product     string     `json:"product"`
	Environment string     `json:"environment"`
	Log         *Log       `json:"log,omitempty"`
	Access      *AccessLog `json:"access,omitempty"`
	// Cut names the texts that were cut, and their whole length in bytes.
	Cut map[string]int `json:"cut,omitempty"`
}

// Result is the answer to a Query, newest row first unless asked otherwise.
type Result struct {
	Hits  []Hit    `json:"hits"`
	More  bool     `json:"more"`            // further rows match beyond the limit
	Notes []string `json:"notes,omitempty"` // what may be missing, in words
	By    string   `json:"by,omitempty"`    // who answered, in words, where there is a choice
}

// Note adds what is to be said of an answer, once; "" is nothing.
func (r *Result) Note(s string) {
	if s != "" && !slices.Contains(r.Notes, s) {
		r.Notes = append(r.Notes, s)
	}
}

// Bucket is one bar of a histogram.
type Bucket struct {
	Start  time.Time        `json:"start"`
	Counts map[string]int64 `json:"counts"` // by Query.By, else by level or status class ("2xx"); "" where absent
}

// Total is the number of rows in a bucket.
func (b Bucket) Total() (n int64) {
	for _, c := range b.Counts {
		n += c
	}
	return n
}

// Count is how often a value occurs.
type Count struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
	Text  string `json:"text,omitempty"` // of a fingerprint: the text of its pattern
}

// SortCounts brings counts into their order: the most frequent first, then by value.
func SortCounts(counts []Count) {
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
}

// Without is q without the terms that ask for values of field: so its other values are counted,
// too, and one of them can be chosen. Terms that exclude values stay.
func (q Query) Without(field Field) Query {
	terms := make([]Term, 0, len(q.Terms))
	for _, t := range q.Terms {
		if t.Field != field || t.Not {
			terms = append(terms, t)
		}
	}
	q.Terms = terms
	return q
}

// Pattern is a group of severe records with one fingerprint.
type Pattern struct {
	Fingerprint string    `json:"fingerprint"`
	Count       int64     `json:"count"`
	First       time.Time `json:"first"`
	Last        time.Time `json:"last"`
	Sample      Hit       `json:"sample"` // the newest of them
}

// Scope is what a rule is evaluated for.
type Scope struct {
	Product     string `json:"product"`
	Environment string `json:"environment"`
	Component   string `json:"component,omitempty"`
	Team        string `json:"team,omitempty"`
	AccountID   string `json:"account_id,omitempty"`
	Region      string `json:"region,omitempty"`
	Source      string `json:"source,omitempty"` // log group
}

// Ratio says how many of the rows of a scope match.
type Ratio struct {
	Scope
	Matching int64 `json:"matching"`
	Total    int64 `json:"total"`
}

// Value is Matching / Total in 0..1; of nothing it is 0.
func (r Ratio) Value() float64 {
	if r.Total == 0 {
		return 0
	}
	return float64(r.Matching) / float64(r.Total)
}

// Accounts are the two sides of invariant 5: events + undecodable = rows + quarantined.
type Accounts struct {
	Objects         int64 `json:"objects"`
	BytesIn         int64 `json:"bytes_in"` // uncompressed
	Events          int64 `json:"events"`
	Undecodable     int64 `json:"undecodable"` // payloads
	Rows            int64 `json:"rows"`
	Quarantined     int64 `json:"quarantined"`
	ControlMessages int64 `json:"control_messages"`
}

// Add adds b to a.
func (a *Accounts) Add(b Accounts) {
	a.Objects += b.Objects
	a.BytesIn += b.BytesIn
	a.Events += b.Events
	a.Undecodable += b.Undecodable
	a.Rows += b.Rows
	a.Quarantined += b.Quarantined
	a.ControlMessages += b.ControlMessages
}

// Balanced reports whether every event is accounted for.
func (a Accounts) Balanced() bool { return a.Events+a.Undecodable == a.Rows+a.Quarantined }

// Flow is the state of the pipeline as the page and the metrics show it.
type Flow struct {
	At          time.Time     `json:"at"`
	StartedAt   time.Time     `json:"started_at"`
	Accounts    Accounts      `json:"accounts"`       // all that the ledger holds
	EventsPerS  float64       `json:"events_per_s"`   // mean of the last 10 s
	LagMs       int64         `json:"lag_ms"`         // newest row: arrival to visible; 0 when nothing waits
	Backlog     int64         `json:"backlog"`        // landing objects without a ledger entry
	Indexed     *int64        `json:"indexed"`        // documents sent to OpenSearch; nil without one
	IndexFault  string        `json:"index_fault"`    // why the indexer waits, or empty
	Products    []ProductFlow `json:"products"`       // worst first
	Recent      []FlowPoint   `json:"recent"`         // oldest first, one a second, 5 minutes at most
	Quarantine  []Quarantined `json:"quarantine"`     // newest first, 20 at most
	OpenAlarms  int           `json:"open_alarms"`    // firing now
	OpenCards   int           `json:"open_incidents"` // open now
	Unaccounted int64         `json:"unaccounted"`    // objects that do not balance; always 0 unless something is wrong
	Faults      []string      `json:"faults"`         // what else is wrong, in words
	Troubles    []Trouble     `json:"troubles"`       // the same, part by part
	Spooled     int64         `json:"spooled"`        // bytes that are acknowledged and not yet in a landing object
}

// Trouble is something that a component cannot do, with the remedy.
type Trouble struct {
	Component string `json:"component"` // "front_door", "rules", …
	What      string `json:"what"`
	Remedy    string `json:"remedy"` // may be empty
}

// FlowPoint is the flow of one second.
type FlowPoint struct {
	At          time.Time `json:"at"`
	Events      int64     `json:"events"`
	Rows        int64     `json:"rows"`
	Quarantined int64     `json:"quarantined"`
}

// ProductFlow is what one product sent in the last five minutes.
type ProductFlow struct {
	Product     string `json:"product"`
	Environment string `json:"environment"`
	Rows        int64  `json:"rows"`
	Errors      int64  `json:"errors"` // ERROR and FATAL records, and 5xx responses
	Incident    string `json:"incident,omitempty"`
}

// Quarantined is one piece of input that could not be processed.
type Quarantined struct {
	At     time.Time `json:"at"`
	Origin string    `json:"origin"` // URL of the landing object
	Offset int64     `json:"offset"` // of the bad bytes in the object
	Bytes  int64     `json:"bytes"`
	Reason string    `json:"reason"`
	Kept   string    `json:"kept"`             // key of the kept bytes
	SHA256 string    `json:"sha256,omitempty"` // of the kept bytes, in hex
}
