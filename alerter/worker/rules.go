package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/lake/revision"
)

// rulesFolder holds what the rules remember from one evaluation to the next, as revisions.
const rulesFolder = Folder + "/rules"

// Evaluated is what Rules did.
type Evaluated struct {
	Until  time.Time `json:"until"`  // end of the data that was looked at
	Firing int       `json:"firing"` // alarms of rules that fire now
}

// Rules evaluates Seamark's own rules once, with what is remembered in the bucket. Two
// evaluations at once tell the same alarms, which count once, and one of them is remembered.
func (w *Worker) Rules(ctx context.Context, o rules.Options) (r Evaluated, err error) {
	document := revision.Document{Store: w.Objects(ctx), Folder: rulesFolder}
	number, kept, err := recall(ctx, document)
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
func recall(ctx context.Context, d revision.Document) (number int, m rules.Memory, err error) {
	b, number, _, err := d.Latest(ctx)
	if number == 0 {
		return 0, m, err
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return number, m, &seamark.Fault{Class: seamark.Temporary, Where: d.Key(number), What: "what the rules remember cannot be read", Err: err,
			Remedy: "if it stays so, delete the object: the rules begin anew"}
	}
	return number, m, nil
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
