package lake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	seamark "github.com/seamark-hq/seamark"
)

// Culprit is one thing that does not hold, with the remedy.
type Culprit struct {
	Key    string `json:"key"`
	What   string `json:"what"`
	Remedy string `json:"remedy"`
}

// Report is what Verify found.
type Report struct {
	seamark.Accounts
	Files    int       `json:"files"`
	Bytes    int64     `json:"bytes"`           // of the files
	Waiting  int       `json:"objects_waiting"` // landing objects not transformed yet
	Culprits []Culprit `json:"culprits"`
	Balanced bool      `json:"balanced"`
}

// grace is how long a landing object may wait before it counts as forgotten.
const grace = 10 * time.Minute

// Verify proves the accounts of invariant 5 against what lies in the lake: every entry
// balances, every file it names is there, whole and holds as many rows as it says,
// every quarantined piece is kept, and no landing object was forgotten. progress is
// told of each file checked; it may be nil.
func (l *Lake) Verify(ctx context.Context, now time.Time, progress func(done, total int)) (Report, error) {
	if err := l.Refresh(ctx); err != nil {
		return Report{}, err
	}
	r := Report{Culprits: []Culprit{}}
	entries := l.Entries()
	total := 0
	for _, e := range entries {
		total += len(e.Files)
	}
	named := map[string]bool{}
	for _, e := range entries {
		r.Accounts.Add(e.Accounts)
		rows := int64(0)
		for _, f := range e.Files {
			if err := ctx.Err(); err != nil {
				return r, err
			}
			named[f.Key] = true
			rows += f.Rows
			r.Files++
			r.Bytes += f.Bytes
			if what := l.checkRows(f); what != "" {
				r.blame(f.Key, what, redo(e))
			}
			if progress != nil {
				progress(r.Files, total)
			}
		}
		if !e.Accounts.Balanced() || rows != e.Accounts.Rows || int64(len(e.Quarantine)) != e.Accounts.Quarantined {
			r.blame(e.Key(), fmt.Sprintf("events %d + undecodable %d, but rows %d in files and quarantined %d",
				e.Accounts.Events, e.Accounts.Undecodable, rows, len(e.Quarantine)), redo(e))
		}
		for _, q := range e.Quarantine {
			if _, err := l.Stat(q.Kept); err != nil {
				r.blame(q.Kept, "quarantined bytes are missing", redo(e))
			}
		}
	}
	for key, err := range l.Damaged() {
		r.blame(key, err.Error(), "run `seamark transform --force` on its landing object")
	}
	if err := l.strays(&r, named); err != nil {
		return r, err
	}
	if err := l.forgotten(&r, now); err != nil {
		return r, err
	}
	slices.SortFunc(r.Culprits, func(a, b Culprit) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.What, b.What)) })
	r.Balanced = len(r.Culprits) == 0
	return r, nil
}

func (r *Report) blame(key, what, remedy string) {
	r.Culprits = append(r.Culprits, Culprit{key, what, remedy})
}

func redo(e *Entry) string {
	if e.Origin.URL == "-" {
		return "feed the object to `seamark transform --force` again"
	}
	return "run `seamark transform --force " + e.Origin.URL + "`"
}

// checkRows compares a file's bytes with its checksum, and its rows with their number.
func (l *Lake) checkRows(f FileRef) string {
	if err := l.CheckFile(f); errors.Is(err, fs.ErrNotExist) {
		return "the file is missing"
	} else if err != nil {
		return err.Error()
	}
	file, err := l.Dir.Open(f.Key)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	p, err := parquet.OpenFile(file, f.Bytes)
	if err != nil {
		return "not Parquet: " + err.Error()
	}
	if p.NumRows() != f.Rows {
		return fmt.Sprintf("%d rows, the ledger says %d", p.NumRows(), f.Rows)
	}
	return ""
}

// strays reports lake files that no entry names: half of a write that was cut short,
// and invisible. Young ones may be a write under way.
func (l *Lake) strays(r *Report, named map[string]bool) error {
	return l.Walk(LakeFolder, func(key string, e fs.DirEntry) error {
		if named[key] {
			return nil
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < grace {
			return nil
		}
		r.blame(key, "no ledger entry names this file; no query reads it", "delete it, or transform its landing object again")
		return nil
	})
}

func (l *Lake) forgotten(r *Report, now time.Time) error {
	pending, err := l.Pending()
	if err != nil {
		return err
	}
	r.Waiting = len(pending)
	for _, p := range pending {
		if now.Sub(p.Arrival) > grace {
			r.blame(p.Key, "landing object not transformed", "run `seamark transform` on it, or `seamark up`")
		}
	}
	return nil
}
