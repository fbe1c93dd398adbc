package landing

import "strings"

// A payload of more than largePayload bytes (CloudWatch sends 6 MB at most) is read twice:
// to see what it is, and then for its rows, which go to the lake in portions, so that
// memory grows with its text only.
const (
	largePayload = 4 << 20
	portion      = 8192 // rows
)

// readPayload reads the payload that b begins with. More tells that more of it can be had:
// a payload that ends too early then has no rows yet. It fails when rows cannot be stored.
func (o *Object) readPayload(b []byte, more bool) (out outcome, err error) {
	p := o.payloads
	if len(b) <= largePayload {
		return p.read(b), nil
	}
	begin, add := p.begin, p.event
	defer func() { p.begin, p.event = begin, add }()
	p.begin = (*Envelope).own
	p.event = func(*Event, int) { p.arena.Reset() }
	if out = p.read(b); out.events == 0 || out.status == WrongShape || out.status == Control || out.status == Incomplete && more {
		return out, nil
	}
	p.begin = func(e *Envelope) {
		e.own()
		begin(e)
	}
	p.event = func(e *Event, at int) {
		if err != nil {
			return
		}
		if add(e, at); o.rows.Pending() >= portion {
			err = o.rows.Flush()
		}
	}
	return p.read(b), err
}

// own copies the envelope's texts, so that they outlive the arena.
func (e *Envelope) own() {
	for _, s := range []*string{&e.messageType, &e.Owner, &e.LogGroup, &e.LogStream} {
		*s = strings.Clone(*s)
	}
	for i := range e.Filters[:e.FilterCount] {
		e.Filters[i] = strings.Clone(e.Filters[i])
	}
}
