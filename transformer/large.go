package transformer

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
func (o *object) readPayload(b []byte, more bool) (out outcome, err error) {
	p := o.payloads
	if len(b) <= largePayload {
		return p.read(b), nil
	}
	begin, add := p.begin, p.event
	defer func() { p.begin, p.event = begin, add }()
	p.begin = (*envelope).own
	p.event = func(*event, int) { p.arena.reset() }
	if out = p.read(b); out.events == 0 || out.status == wrongShape || out.status == control || out.status == incomplete && more {
		return out, nil
	}
	p.begin = func(e *envelope) {
		e.own()
		begin(e)
	}
	p.event = func(e *event, at int) {
		if err != nil {
			return
		}
		if add(e, at); len(o.rows.logs)+len(o.rows.access) >= portion {
			err = o.rows.flush()
		}
	}
	return p.read(b), err
}

// own copies the envelope's texts, so that they outlive the arena.
func (e *envelope) own() {
	for _, s := range []*string{&e.messageType, &e.owner, &e.logGroup, &e.logStream} {
		*s = strings.Clone(*s)
	}
	for i := range e.filters[:e.filterCount] {
		e.filters[i] = strings.Clone(e.filters[i])
	}
}
