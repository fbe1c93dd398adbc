package lake

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"golang.org/x/sync/errgroup"
)

// compactor is one call of Compact.
type compactor struct {
	lake   *Lake
	o      CompactOptions
	report CompactReport
	due    []due
}

// attempts is how often an hour is planned anew when somebody else changes it meanwhile.
const attempts = 3

// hour does one hour, and says so if it cannot.
func (c *compactor) hour(ctx context.Context, n int64) CompactedHour {
	report := CompactedHour{Hour: hourStart(n)}
	var err error
	for range attempts {
		var p *hourPlan
		if p, err = c.look(n); err == nil && p == nil {
			return report // somebody else has done it
		}
		if err == nil && c.o.DryRun {
			return p.estimate(c.o.TargetBytes)
		}
		if err == nil {
			report = p.report()
			err = c.do(ctx, p, &report)
		}
		if err == nil || ctx.Err() != nil || !moved(err) {
			break
		}
		if refreshed := c.lake.Refresh(ctx); refreshed != nil {
			err = refreshed
			break
		}
	}
	if err != nil {
		report = CompactedHour{Hour: hourStart(n), Why: report.Why, Skipped: err.Error()}
	}
	return report
}

// moved reports whether err may pass when the hour is looked at again.
func moved(err error) bool {
	return errors.Is(err, errMoved) || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist)
}

func (c *compactor) look(n int64) (*hourPlan, error) {
	was, err := c.lake.present(n)
	if err != nil {
		return nil, err
	}
	return c.plan(n, was)
}

// do merges, publishes, and notes what to delete.
func (c *compactor) do(ctx context.Context, p *hourPlan, report *CompactedHour) error {
	w := &work{c: c, p: p, attempt: newAttempt(), tally: newTally()}
	defer w.discard()
	if err := w.merge(ctx); err != nil {
		c.lookAgain(err, p)
		return err
	}
	s, err := p.snapshot(w.attempt, w.tally, w.files)
	if err != nil {
		return err
	}
	if err := w.publish(s); err != nil {
		return err
	}
	report.Duplicates, report.Masked = w.tally.duplicates, w.tally.masked
	for _, f := range w.files {
		report.FilesAfter++
		report.BytesAfter += f.Bytes
		report.Rows += f.Rows
	}
	return nil
}

// lookAgain reads again what the ledger says of the objects of a plan of which a file is gone.
func (c *compactor) lookAgain(err error, p *hourPlan) {
	if !errors.Is(err, fs.ErrNotExist) {
		return
	}
	for id := range p.outcomes {
		c.lake.reread(id)
	}
}

// work is one attempt at one hour.
type work struct {
	c       *compactor
	p       *hourPlan
	attempt string
	tally   *tally
	merges  []*merge
	files   []SnapshotFile
}

func (w *work) discard() {
	for _, m := range w.merges {
		m.discard() // what was published stays
	}
}

func (w *work) merge(ctx context.Context) error {
	l := w.c.lake
	for _, at := range w.p.partitions() {
		m := &merge{lake: l, p: at, loose: w.p.loose[at], settled: w.p.settled[at], sound: l.sound, run: w.attempt, o: w.c.o, tally: w.tally, filters: w.c.packs()}
		if err := m.do(ctx); err != nil {
			return err
		}
		w.merges = append(w.merges, m)
		w.files = append(w.files, m.files()...)
	}
	return nil
}

// sound reports whether an object can never be superseded: its rows may stand for others'.
func (l *Lake) sound(id ID) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	e := l.entries[id]
	return e != nil && !e.damaged() && !l.superseded[id]
}

// publish switches readers from what went in to what came out. The todo is there first.
func (w *work) publish(s *Snapshot) error {
	l, hour := w.c.lake, w.p.hour
	var ins, outs []string
	for _, f := range w.p.inputs() {
		ins = append(ins, f.Key)
	}
	for _, f := range w.files {
		outs = append(outs, f.Key)
	}
	keys := append(ins, outs...)
	if w.p.was.Seq > 0 {
		keys = append(keys, snapshotKey(hour, w.p.was.Seq))
	}
	b, err := seal("todo", todo{1, keys})
	if err != nil {
		return err
	}
	todo := todoKey(hour, s.Seq, w.attempt)
	if err := l.PutBytes(todo, b); err != nil {
		return err
	}
	if err := w.publishFiles(); err != nil {
		return err // the todo stays: what is there of the outputs goes with it
	}
	if err := w.publishFilters(s); err != nil {
		return err
	}
	err = l.publish(hour, s)
	if errors.Is(err, fs.ErrExist) { // somebody else was first
		if cleaned := errors.Join(l.removeDead(hour, outs), l.removeTodo(todo)); cleaned != nil {
			return cleaned
		}
		return errMoved
	}
	if err != nil {
		return err
	}
	w.c.due = append(w.c.due, due{hour: hour, at: time.Now().Add(max(0, w.c.o.Grace)), keys: keys, todo: todo})
	return nil
}

// publishFilters writes what is known of the words of a snapshot's files, before it counts.
func (w *work) publishFilters(s *Snapshot) error {
	if !w.c.packs() {
		return nil
	}
	fresh := map[ID][]filter{}
	for _, m := range w.merges {
		m.filtersOf(fresh)
	}
	return w.c.lake.putFilters(w.p.hour, fresh, s.Files)
}

func (w *work) publishFiles() error {
	var g errgroup.Group // an fsync waits for the disk: many wait together
	g.SetLimit(16)
	at := 0
	for _, m := range w.merges {
		for _, t := range m.outputs {
			key := w.files[at].Key
			at++
			g.Go(func() error { return t.temp.Publish(key) })
		}
	}
	return g.Wait()
}

// clean deletes what is due. With wait it waits for the rest.
func (c *compactor) clean(ctx context.Context, wait bool) error {
	for len(c.due) > 0 {
		d := c.due[0]
		if left := time.Until(d.at); left > 0 {
			if !wait {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err() // the next Compact finishes the todos
			case <-time.After(left):
			}
		}
		c.due = c.due[1:]
		if err := c.lake.removeDead(d.hour, d.keys); err != nil {
			return err
		}
		if err := c.lake.removeTodo(d.todo); err != nil {
			return err
		}
		n, err := c.lake.removeStrays(d.keys)
		if c.report.Strays += n; err != nil {
			return err
		}
	}
	return ctx.Err()
}
