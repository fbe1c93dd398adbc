package lake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// verification is one call of Verify.
type verification struct {
	lake     *Lake
	ctx      context.Context
	r        Report
	marks    watermarks
	named    map[string]bool        // files that something names
	rows     map[int64]map[ID]int64 // of the objects that snapshots include, as their entries have them
	total    int
	progress func(done, total int)
}

// countFiles is how many files readers may read.
func (l *Lake) countFiles() int {
	n := 0
	for _, t := range seamark.Tables() {
		n += len(l.Files(t, seamark.Span{}))
	}
	return n
}

// compactedHours lists the hours that have a snapshot.
func (l *Lake) compactedHours() []int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(l.hours)), func(n int64) bool { return l.hours[n].seq == 0 || n < l.expired.lake.hour })
}

// file checks one file, and counts it.
func (v *verification) file(f FileRef, remedy func() string) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	v.named[f.Key] = true
	v.r.Files++
	v.r.Bytes += f.Bytes
	if what := v.lake.checkRows(f); what != "" {
		if v.lake.absent(f.Key) {
			if gone, err := v.lake.Gone(v.ctx, f.Key); err != nil {
				return err
			} else if gone { // compacted or done anew meanwhile
				return errMoved
			}
		}
		v.r.blame(f.Key, what, remedy())
	}
	if v.progress != nil {
		v.progress(v.r.Files, max(v.total, v.r.Files))
	}
	return nil
}

// entry checks an entry and the files that are its own.
func (v *verification) entry(known *Entry) error {
	l := v.lake
	e, err := l.Entry(known.Key()) // memory may hold what was sound once
	if errors.Is(err, fs.ErrNotExist) {
		if _, still := l.Known(known.ID); still {
			v.r.blame(known.Key(), "the ledger entry is missing", l.redo(known))
		}
		return nil
	}
	if err != nil {
		if _, named := l.Damaged()[known.Key()]; !named {
			v.r.blame(known.Key(), err.Error(), l.redo(known))
		}
		return nil
	}
	v.r.Accounts.Add(e.Accounts)
	redo := func() string { return l.redo(e) }
	outcome, rows := e.Outcome(), int64(0)
	for _, f := range e.Files {
		rows += f.Rows
		p, _, err := ParseFileKey(f.Key)
		if err != nil || v.marks.lake.gone(p.Hour, e.Arrival) {
			continue
		}
		if included, damaged := l.standing(p.Hour, e.ID, outcome); included {
			v.expect(p.Hour, e.ID, f.Rows)
			continue
		} else if damaged && l.absent(f.Key) {
			continue // the snapshot is named
		}
		if err := v.file(f, redo); err != nil {
			return err
		}
	}
	if !e.Accounts.Balanced() || rows != e.Accounts.Rows || int64(len(e.Quarantine)) != e.Accounts.Quarantined {
		v.r.blame(e.Key(), fmt.Sprintf("events %d + undecodable %d, but rows %d in files and quarantined %d",
			e.Accounts.Events, e.Accounts.Undecodable, rows, len(e.Quarantine)), l.redo(e))
	}
	for _, q := range e.Quarantine {
		if v.marks.hasPiece(q.Kept) {
			continue
		}
		if what := l.checkKept(q); what != "" {
			v.r.blame(q.Kept, what, l.redo(e))
		}
	}
	return nil
}

// standing says what an hour's snapshot is to an object.
func (l *Lake) standing(n int64, id ID, o Outcome) (included, damaged bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	h := l.hours[n]
	return h.includes(id, o), h != nil && h.damaged
}

func (l *Lake) absent(key string) bool {
	_, err := l.Stat(key)
	return errors.Is(err, fs.ErrNotExist)
}

func (v *verification) expect(n int64, id ID, rows int64) {
	if v.rows[n] == nil {
		v.rows[n] = map[ID]int64{}
	}
	v.rows[n][id] += rows
}

// hour checks an hour's snapshot and its files. That rows = rows in files + rows dropped
// is checked whenever a snapshot is read.
func (v *verification) hour(n int64) error {
	l := v.lake
	s, err := l.Snapshot(n)
	if err != nil {
		if key := l.SnapshotOf(n); l.Damaged()[key] == nil {
			v.r.blame(key, err.Error(), "run `"+l.rebuild(n)+"`")
		}
		return nil
	}
	for _, f := range s.Files {
		if err := v.file(f.FileRef, func() string { return "run `" + l.rebuild(n) + "`" }); err != nil {
			return err
		}
	}
	for _, o := range s.Included {
		if want, present := v.rows[n][o.ID]; present && want != o.Rows {
			v.r.blame(snapshotKey(n, s.Seq), fmt.Sprintf("includes %d rows of object %s, its entry says %d", o.Rows, o.ID, want), "run `"+l.rebuild(n)+"`")
		}
	}
	return nil
}

// todos names those that are damaged, and notes the files of those that are not: they go
// with the next compaction.
func (v *verification) todos(r *Report) error {
	v.lake.mu.RLock()
	keys := slices.Sorted(maps.Keys(v.lake.todos))
	v.lake.mu.RUnlock()
	for _, key := range keys {
		b, err := v.lake.ReadFile(key)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fault("cannot read", key, err)
		}
		t, err := decodeTodo(key, b)
		if err != nil {
			r.blame(key, "damaged list of what a compaction left to delete: "+err.Error(), "run `"+v.lake.Command("compact")+"`")
			continue
		}
		for _, k := range t.Keys {
			v.named[k] = true
		}
	}
	return nil
}

// hasPiece reports whether a quarantined piece has expired.
func (w watermarks) hasPiece(kept string) bool {
	m := quarantineDay.FindStringSubmatch(kept)
	if m == nil {
		return false
	}
	t, err := time.Parse("2006/01/02", m[1])
	return err == nil && t.Unix()/3600 < w.quarantine.hour
}
