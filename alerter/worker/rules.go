package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/rules"
)

// rulesFolder holds what the rules remember from one evaluation to the next, as numbered
// objects, each made only if its number is free.
const rulesFolder = Folder + "/rules"

// Evaluated is what Rules did.
type Evaluated struct {
	Until  time.Time `json:"until"`  // end of the data that was looked at
	Firing int       `json:"firing"` // alarms of rules that fire now
}

// Rules evaluates Seamark's own rules once, with what is remembered in the bucket. Two
// evaluations at once tell the same alarms, which count once, and one of them is remembered.
func (w *Worker) Rules(ctx context.Context, o rules.Options) (r Evaluated, err error) {
	objects := w.Objects(ctx)
	number, kept, err := recall(objects)
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
	return r, errors.Join(failed, remember(objects, number+1, m))
}

func rulesKey(number int) string { return fmt.Sprintf("%s/%010d.json", rulesFolder, number) }

func ruleNumbers(objects incident.Objects) (all []int, err error) {
	err = objects.Walk(rulesFolder, func(key string, _ fs.DirEntry) error {
		if n, err := strconv.Atoi(strings.TrimSuffix(key[len(rulesFolder)+1:], ".json")); err == nil && key == rulesKey(n) {
			all = append(all, n)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return all, err
}

// recall reads the newest memory; number 0: there is none.
func recall(objects incident.Objects) (number int, m rules.Memory, err error) {
	all, err := ruleNumbers(objects)
	if err != nil || len(all) == 0 {
		return 0, m, err
	}
	number = all[len(all)-1]
	b, err := objects.ReadFile(rulesKey(number))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return number, m, &seamark.Fault{Class: seamark.Temporary, Where: rulesKey(number), What: "what the rules remember cannot be read", Err: err,
			Remedy: "if it stays so, delete the object: the rules begin anew"}
	}
	return number, m, nil
}

// remember makes the next memory. Whoever was faster has looked at the same data.
func remember(objects incident.Objects, number int, m rules.Memory) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	err = objects.Create(rulesKey(number), func(out io.Writer) error { _, err := out.Write(b); return err })
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := ruleNumbers(objects)
	if err != nil {
		return err
	}
	for _, n := range all {
		if n <= number-4 {
			_ = objects.Remove(rulesKey(n)) // the next one does it
		}
	}
	return nil
}
