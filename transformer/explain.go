package transformer

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Examined is what reading a landing object came to, without anything being stored.
type Examined struct {
	Accounts   seamark.Accounts
	Quarantine []seamark.Quarantined // Kept and SHA256 are empty: nothing is kept
	Events     []Explained           // those that were asked for, in the order in which they lie
}

// Explained is the way of one event through the transformer.
type Explained struct {
	Number    int64         `json:"number"`     // of the object's events, from 1
	Member    int           `json:"member"`     // gzip member, from 1; 0: not compressed
	MemberAt  int64         `json:"member_at"`  // byte of the object where it begins
	PayloadAt int64         `json:"payload_at"` // byte of the inflated member, or of the object, where the payload begins
	EventAt   int64         `json:"event_at"`   // byte of the payload where the event begins
	Message   string        `json:"message"`    // as it stands in the payload, unescaped
	Envelope  *Envelope     `json:"envelope"`   // nil: a bare message
	Owner     string        `json:"owner"`      // what decided whose the event is, in words
	Parser    string        `json:"parser"`     // "record", "access log", "lambda platform", "text"
	Why       string        `json:"why"`        // which rule chose it
	Fields    []FieldUse    `json:"fields,omitempty"`
	Table     seamark.Table `json:"table"`
	Partition string        `json:"partition"` // folder of the lake file

	EventID   string          `json:"event_id"`
	AccountID string          `json:"account_id"`
	Source    string          `json:"source"`
	Timestamp int64           `json:"timestamp"` // Unix milliseconds
	Row       json.RawMessage `json:"row"`       // the columns, by name

	Place lake.Partition `json:"-"`
}

// Envelope is what CloudWatch Logs says of the event's payload.
type Envelope struct {
	Owner     string   `json:"owner"`
	LogGroup  string   `json:"log_group"`
	LogStream string   `json:"log_stream"`
	Filters   []string `json:"subscription_filters"`
}

// FieldUse is where a key of a structured message belongs.
type FieldUse struct {
	Key    string `json:"key"`
	Column string `json:"column"` // "event_data" or "extra" when it has none of its own
}

// Examine reads a landing object as Transform does and stores nothing. want chooses the
// events to explain, by their number and their id; nil explains none.
func (t *Transformer) Examine(ctx context.Context, src *Source, want func(number int64, eventID string) bool) (Examined, error) {
	o := t.object(ctx, src) // not returned to the pool: its callbacks are changed
	x := &examiner{o: o, want: want, pending: map[string][]Explained{}}
	o.rows.out = x
	if want != nil {
		o.payloads.begin, o.payloads.event = x.begin, x.event
	}
	if err := o.read(); err != nil {
		return Examined{}, err
	}
	out := Examined{Accounts: o.accounts, Events: x.done}
	out.Accounts.Objects = 1
	for _, p := range o.quarantine {
		out.Quarantine = append(out.Quarantine, p.Quarantined)
	}
	return out, nil
}

// examiner stands in for the lake and follows the events that are wanted.
type examiner struct {
	o       *object
	want    func(int64, string) bool
	inside  int64                  // events of the current payload so far
	pending map[string][]Explained // of the current payload, by event id, until their rows are handed over
	done    []Explained
}

// begin starts a payload, perhaps anew with more of its bytes.
func (x *examiner) begin(env *envelope) {
	x.inside = 0
	clear(x.pending)
	x.o.rows.begin(env)
}

func (x *examiner) event(e *event, at int) {
	r := x.o.rows
	logs := len(r.logs)
	message := x.message(e, at)
	r.add(e, at)
	x.inside++
	id, isAccess := "", len(r.logs) == logs
	if isAccess {
		id = r.access[len(r.access)-1].EventID
	} else {
		id = r.logs[len(r.logs)-1].EventID
	}
	number := x.o.accounts.Events + x.inside
	if !x.want(number, id) {
		return
	}
	w := x.explain(number, message, isAccess)
	w.EventAt = int64(at)
	w.Envelope = &Envelope{Owner: strings.Clone(r.env.owner), LogGroup: strings.Clone(r.env.logGroup), LogStream: strings.Clone(r.env.logStream), Filters: []string{}}
	for _, f := range r.env.filters[:r.env.filterCount] {
		w.Envelope.Filters = append(w.Envelope.Filters, strings.Clone(f))
	}
	id = strings.Clone(id)
	x.pending[id] = append(x.pending[id], w)
}

// explain says all that is known of an event before its row is final.
func (x *examiner) explain(number int64, message string, isAccess bool) Explained {
	o := x.o
	w := Explained{Number: number, Member: o.member, MemberAt: o.memberAt, Message: message, Owner: o.rows.whose()}
	w.Parser, w.Why, w.Fields = o.rows.why(message, isAccess)
	if win := x.window(); win != nil {
		w.PayloadAt = win.offset()
		if win == o.windows[0] {
			w.Member, w.MemberAt = 0, 0
		}
	}
	return w
}

// window is the one being read: the innermost that still holds bytes. The payload at hand
// begins where it does.
func (x *examiner) window() *window {
	for depth := maxNesting; depth >= 0; depth-- {
		if w := x.o.windows[depth]; w != nil && w.start < w.end {
			return w
		}
	}
	return nil
}

// message is the event's text. Of an object in it the parser takes the fields from the
// payload itself; then the text is read from there once more.
func (x *examiner) message(e *event, at int) string {
	if e.fields == nil {
		return string(e.message)
	}
	var v struct{ Message string }
	if w := x.window(); w != nil && at < len(w.bytes()) {
		_ = json.NewDecoder(bytes.NewReader(w.bytes()[at:])).Decode(&v) // it was parsed already
	}
	return v.Message
}

// WriteLogs implements sink.
func (x *examiner) WriteLogs(p lake.Partition, rows []seamark.Log, _ int64) error {
	for i := range rows {
		r := &rows[i]
		x.row(p, r.EventID, r.AccountID, r.Source, r.Timestamp, r.Message, r)
	}
	return nil
}

// WriteAccessLogs implements sink.
func (x *examiner) WriteAccessLogs(p lake.Partition, rows []seamark.AccessLog, _ int64) error {
	for i := range rows {
		r := &rows[i]
		x.row(p, r.EventID, r.AccountID, r.Source, r.Timestamp, r.Extra, r)
	}
	return nil
}

// row takes a row that is final.
func (x *examiner) row(p lake.Partition, id, account, source string, ms int64, text string, row any) {
	if x.want == nil {
		return
	}
	var w Explained
	switch waiting := x.pending[id]; {
	case len(waiting) > 0:
		w = waiting[0]
		x.pending[id] = waiting[1:]
	case x.o.rows.env.owner == "" && x.o.rows.env.logGroup == "" && x.want(x.o.accounts.Events+1, id): // without an envelope
		w = x.explain(x.o.accounts.Events+1, strings.Clone(text), p.Table == seamark.TableAccessLogs)
		w.Why = "no envelope: " + w.Why
	default:
		return
	}
	w.Row, _ = json.Marshal(row) // of plain texts and numbers: cannot fail
	w.Place, w.Table, w.Partition = p, p.Table, p.Folder()
	w.EventID, w.AccountID, w.Source, w.Timestamp = strings.Clone(id), strings.Clone(account), strings.Clone(source), ms
	x.done = append(x.done, w)
}

// whose says in words what decided product and environment of the current payload.
func (r *rows) whose() string {
	filters := slices.Clone(r.env.filters[:r.env.filterCount])
	for _, name := range filters {
		w, ok := r.filters.parse(name)
		if !ok {
			continue
		}
		if w.Product == seamark.Unassigned && w.Environment == seamark.Unassigned { // it claims nothing
			break
		}
		if !r.owners.allows(w.Product, r.account()) {
			return "the filter " + name + " claims " + w.Product + ", but account " + strings.Clone(r.account()) + " may not speak for it: unassigned"
		}
		return "the subscription filter's name: " + strings.Clone(name)
	}
	if _, ok := r.owners.bySource(r.env.logGroup); ok {
		return "workloads in the configuration, by the log group " + strings.Clone(r.env.logGroup)
	}
	return "no filter of ours, no workloads pattern: the record's own product and environment, else unassigned"
}
