package transformer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/landing"
	"github.com/seamark-hq/seamark/transformer/lines"
)

// Examined is what reading a landing object came to, without anything being stored.
type Examined struct {
	Accounts   seamark.Accounts
	Quarantine []seamark.Quarantined // Kept and SHA256 are empty: nothing is kept
	Events     []Explained           // those that were asked for, in the order in which they lie
}

// Explained is the way of one event through the transformer.
type Explained struct {
	Number    int64            `json:"number"`     // of the object's events, from 1
	Member    int              `json:"member"`     // gzip member, from 1; 0: not compressed
	MemberAt  int64            `json:"member_at"`  // byte of the object where it begins
	PayloadAt int64            `json:"payload_at"` // byte of the inflated member, or of the object, where the payload begins
	EventAt   int64            `json:"event_at"`   // byte of the payload where the event begins
	Message   string           `json:"message"`    // as it stands in the payload, unescaped
	Envelope  *Envelope        `json:"envelope"`   // nil: a bare message
	Owner     string           `json:"owner"`      // what decided whose the event is, in words
	Parser    string           `json:"parser"`     // "record", "access log", "lambda platform", "text"
	Why       string           `json:"why"`        // which rule chose it
	Fields    []lines.FieldUse `json:"fields,omitempty"`
	Table     seamark.Table    `json:"table"`
	Partition string           `json:"partition"` // folder of the lake file

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

// Examine reads a landing object as Transform does and stores nothing. want chooses the
// events to explain, by their number and their id; nil explains none.
func (t *Transformer) Examine(ctx context.Context, src *Source, want func(number int64, eventID string) bool) (Examined, error) {
	x := &examiner{want: want, waiting: map[string][]Explained{}}
	o := t.worker(ctx, src, x)
	defer t.pool.Put(o)
	x.o, x.rows = o, o.rows
	if want != nil {
		o.Reset(ctx, &src.Input, x)
	}
	if err := o.Read(); err != nil {
		return Examined{}, err
	}
	out := Examined{Accounts: o.Accounts, Events: x.done}
	out.Accounts.Objects = 1
	for _, p := range o.Quarantine {
		out.Quarantine = append(out.Quarantine, p.Quarantined)
	}
	return out, nil
}

// examiner stands in for the lake and follows the events that are wanted.
type examiner struct {
	*rows
	o       *worker
	want    func(int64, string) bool
	inside  int64                  // events of the current payload so far
	waiting map[string][]Explained // of the current payload, by event id, until their rows are handed over
	done    []Explained
}

// Begin starts a payload, perhaps anew with more of its bytes.
func (x *examiner) Begin(env *landing.Envelope) {
	x.inside = 0
	clear(x.waiting)
	x.rows.Begin(env)
}

func (x *examiner) Add(e *landing.Event, at int) {
	r := x.o.rows
	logs := len(r.logs)
	message := x.o.MessageAt(e, at)
	r.Add(e, at)
	x.inside++
	id, isAccess := "", len(r.logs) == logs
	if isAccess {
		id = r.Access[len(r.Access)-1].EventID
	} else {
		id = r.logs[len(r.logs)-1].EventID
	}
	number := x.o.Accounts.Events + x.inside
	if !x.want(number, id) {
		return
	}
	w := x.explain(number, message, isAccess)
	w.EventAt = int64(at)
	w.Envelope = &Envelope{Owner: strings.Clone(r.env.Owner), LogGroup: strings.Clone(r.env.LogGroup), LogStream: strings.Clone(r.env.LogStream), Filters: []string{}}
	for _, f := range r.env.Filters[:r.env.FilterCount] {
		w.Envelope.Filters = append(w.Envelope.Filters, strings.Clone(f))
	}
	id = strings.Clone(id)
	x.waiting[id] = append(x.waiting[id], w)
}

// explain says all that is known of an event before its row is final.
func (x *examiner) explain(number int64, message string, isAccess bool) Explained {
	o := x.o
	w := Explained{Number: number, Message: message, Owner: o.rows.whose()}
	w.Member, w.MemberAt, w.PayloadAt = o.Place()
	w.Parser, w.Why, w.Fields = o.rows.Why(message, isAccess, o.rows.lastEventName())
	return w
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
	switch waiting := x.waiting[id]; {
	case len(waiting) > 0:
		w = waiting[0]
		x.waiting[id] = waiting[1:]
	case x.o.rows.env.Owner == "" && x.o.rows.env.LogGroup == "" && x.want(x.o.Accounts.Events+1, id): // without an envelope
		w = x.explain(x.o.Accounts.Events+1, strings.Clone(text), p.Table == seamark.TableAccessLogs)
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
	filters := slices.Clone(r.env.Filters[:r.env.FilterCount])
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
	if _, ok := r.owners.bySource(r.env.LogGroup); ok {
		return "workloads in the configuration, by the log group " + strings.Clone(r.env.LogGroup)
	}
	return "no filter of ours, no workloads pattern: the record's own product and environment, else unassigned"
}

// lastEventName is that of the row parsed last.
func (r *rows) lastEventName() string {
	if n := len(r.logs); n > 0 {
		return r.logs[n-1].EventName
	}
	return ""
}
