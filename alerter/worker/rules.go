package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/lake/revision"
)

// What the rules remember from one evaluation to the next, as revisions: Seamark's own three, and those
// that people wrote, with the fingerprints that they know.
const (
	rulesFolder = Folder + "/rules"
	ownFolder   = Folder + "/own-rules"
	knownFolder = Folder + "/own-rules-known"
)

// Evaluated is what Rules did.
type Evaluated struct {
	Until  time.Time `json:"until"`  // end of the data that was looked at
	Firing int       `json:"firing"` // alarms of rules that fire now
}

// EvaluatedOwn is what Own did.
type EvaluatedOwn struct {
	Until   time.Time         `json:"until"`              // the last instant that was looked at
	LeftOut map[string]string `json:"left_out,omitempty"` // rules that could not be evaluated, and why
}

// Own evaluates rules that people wrote, each instant once. Of two evaluations at once one is
// remembered; the other ends without having told anybody.
func (w *Worker) Own(ctx context.Context, o rulebook.Options) (r EvaluatedOwn, err error) {
	objects := w.Objects(ctx)
	o.Sink, o.Log, o.Now = w, w.Log, w.Options.Now
	o.Store = &remembered{ctx: ctx, memory: revision.Document{Store: objects, Folder: ownFolder}, known: revision.Document{Store: objects, Folder: knownFolder}}
	e := rulebook.New(o)
	if err = e.Evaluate(ctx); errors.Is(err, fs.ErrExist) {
		err = nil
	}
	r.Until, _, r.LeftOut = e.Status()
	return r, err
}

// remembered is a rulebook.Store of revisions.
type remembered struct {
	ctx            context.Context
	memory, known  revision.Document
	number, knowns int
}

// Load implements rulebook.Store.
func (s *remembered) Load() (m rulebook.Memory, known rulebook.Known, err error) {
	if s.number, err = recall(s.ctx, s.memory, &m); err != nil {
		return m, nil, err
	}
	s.knowns, err = recall(s.ctx, s.known, &known)
	return m, known, err
}

// Save implements rulebook.Store.
func (s *remembered) Save(m rulebook.Memory) error { return s.next(s.memory, &s.number, m) }

// SaveKnown implements rulebook.Store.
func (s *remembered) SaveKnown(known rulebook.Known) error { return s.next(s.known, &s.knowns, known) }

func (s *remembered) next(d revision.Document, number *int, v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		err = d.Make(*number+1, b)
	}
	if err == nil {
		*number++
	}
	return err
}

// Rules evaluates Seamark's own rules once, with what is remembered in the bucket. Two
// evaluations at once tell the same alarms, which count once, and one of them is remembered.
func (w *Worker) Rules(ctx context.Context, o rules.Options) (r Evaluated, err error) {
	document := revision.Document{Store: w.Objects(ctx), Folder: rulesFolder}
	var kept rules.Memory
	number, err := recall(ctx, document, &kept)
	if err != nil {
		return r, err
	}
	o.Sink, o.Log, o.Now = w, w.Log, w.Options.Now
	e := rules.New(o)
	if number > 0 {
		e.Recall(kept)
	}
	failed := e.Evaluate(ctx)
	m := e.Memory()
	r.Until = m.Until
	for _, a := range m.Alarms {
		if a.Alarm.State == seamark.AlarmFiring {
			r.Firing++
		}
	}
	return r, errors.Join(failed, remember(document, number+1, m))
}

// recall reads the newest memory; number 0: there is none.
func recall(ctx context.Context, d revision.Document, into any) (number int, err error) {
	b, number, _, err := d.Latest(ctx)
	if number == 0 {
		return 0, err
	}
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		return number, &seamark.Fault{Class: seamark.Temporary, Where: d.Key(number), What: "what the rules remember cannot be read", Err: err,
			Remedy: "if it stays so, delete the object: the rules begin anew"}
	}
	return number, nil
}

// remember makes the next memory. Whoever was faster has looked at the same data.
func remember(d revision.Document, number int, m rules.Memory) error {
	b, err := json.Marshal(m)
	if err == nil {
		err = d.Make(number, b)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
