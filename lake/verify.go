package lake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
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
	for try := 1; ; try++ {
		r, err := l.verify(ctx, now, progress)
		if !errors.Is(err, errMoved) || try == attempts {
			return r, err
		}
	}
}

func (l *Lake) verify(ctx context.Context, now time.Time, progress func(done, total int)) (Report, error) {
	if err := l.Refresh(ctx); err != nil {
		return Report{}, err
	}
	v := &verification{lake: l, ctx: ctx, marks: l.watermarks(), named: map[string]bool{}, rows: map[int64]map[ID]int64{}, progress: progress}
	v.r.Culprits = []Culprit{}
	entries := l.Entries()
	hours := l.compactedHours()
	v.total = l.countFiles()
	for _, e := range entries {
		if err := v.entry(e); err != nil {
			return v.r, err
		}
	}
	for _, n := range hours {
		if err := v.hour(n); err != nil {
			return v.r, err
		}
	}
	r := v.r
	for key, err := range l.Damaged() {
		remedy := l.again()
		if hour, _, _, ok := parseHourKey(key); ok {
			remedy = "run `" + l.rebuild(hour) + "`"
		}
		what := err.Error()
		if f, ok := errors.AsType[*seamark.Fault](err); ok { // key and remedy are said once
			what = (&seamark.Fault{What: f.What, Err: f.Err}).Error()
		}
		r.blame(key, what, remedy)
	}
	for _, a := range l.Ahead() {
		f := a.Fault(l.Root())
		r.blame(a.Key, f.What, f.Remedy)
	}
	if err := v.todos(&r); err != nil {
		return r, err
	}
	if err := errors.Join(v.packs(&r), v.filters(&r)); err != nil {
		return r, err
	}
	if len(entries)+len(hours)+len(l.Damaged()) > 0 {
		if err := l.strays(&r, v.named); err != nil {
			return r, err
		}
	} else if err := l.ledgerless(&r); err != nil {
		return r, err
	}
	if err := l.forgotten(&r, now); err != nil {
		return r, err
	}
	if err := l.rotten(ctx, &r, entries); err != nil {
		return r, err
	}
	slices.SortFunc(r.Culprits, func(a, b Culprit) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.What, b.What)) })
	r.Balanced = len(r.Culprits) == 0
	return r, nil
}

func (r *Report) blame(key, what, remedy string) {
	r.Culprits = append(r.Culprits, Culprit{key, what, remedy})
}

// Command is a command line of seamark about this lake, to be copied into a shell.
func (l *Lake) Command(verb string, args ...string) string {
	line := "seamark " + verb + " --lake " + seamark.ShellArg(l.Root())
	for _, a := range args {
		line += " " + seamark.ShellArg(a)
	}
	return line
}

// again makes the rows of whatever the ledger does not have, or of which it has a damaged entry.
func (l *Lake) again() string {
	return "run `" + l.Command("replay --missing --yes") + "`; a landing object that lies elsewhere: transform it again"
}

// redo is the command that makes the rows of an entry anew.
func (l *Lake) redo(e *Entry) string {
	url := strings.TrimPrefix(e.Origin.URL, "file://")
	switch {
	case url == "-":
		return "feed the object to `" + l.Command("transform --force", "-") + "` again"
	case strings.HasPrefix(url, LandingFolder+"/"):
		url = l.place(url)
	}
	return "run `" + l.Command("transform --force", url) + "`"
}

// place is where an object lies, for a command line.
func (l *Lake) place(key string) string {
	p, err := l.Path(key)
	if err != nil {
		return key
	}
	return p
}

// checkRows compares a file's bytes with its checksum, and its rows with their number.
func (l *Lake) checkRows(f FileRef) string {
	if err := l.CheckFile(f); errors.Is(err, fs.ErrNotExist) {
		return "the file is missing"
	} else if err != nil {
		return err.Error()
	}
	file, err := l.Open(f.Key)
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
		if p, _, err := ParseFileKey(key); err == nil && l.watermarks().lake.gone(p.Hour, info.ModTime()) {
			return nil // the next Expire deletes it
		}
		if l.dead(key) && !IsCompacted(key) {
			r.blame(key, "its rows lie in other files; no query reads it", "delete it")
			return nil
		}
		r.blame(key, "no ledger entry names this file; no query reads it", "delete it, or transform its landing object again")
		return nil
	})
}

// ledgerless reports lake files where there is no ledger at all, as after half a copy: however
// young they are, no write that is under way will name them all.
func (l *Lake) ledgerless(r *Report) error {
	files, landing := 0, 0
	counting := func(n *int) func(string, fs.DirEntry) error {
		return func(string, fs.DirEntry) error { *n++; return nil }
	}
	if err := errors.Join(l.Walk(LakeFolder, counting(&files)), l.Walk(LandingFolder, counting(&landing))); err != nil || files == 0 {
		return err
	}
	remedy := "restore the folder ledger/ from where the files came from"
	if landing > 0 {
		remedy += ", or move lake/ away and make the rows anew from landing/: `" + l.Command("replay --missing --yes") + "`"
	}
	r.blame(LakeFolder, fmt.Sprintf("%s without a ledger: no query reads them", count(files, "lake file")), remedy)
	return nil
}

func (l *Lake) forgotten(r *Report, now time.Time) error {
	pending, err := l.Pending()
	if err != nil {
		return err
	}
	r.Waiting = len(pending)
	for _, p := range pending {
		if changed, err := l.changed(p.Key); err == nil && changed {
			f := l.ChangedFault(p.Key)
			r.blame(p.Key, f.What, f.Remedy)
			continue
		}
		if id, err := l.identify(p.Key); err == nil { // before any grace: a copy of the lake has other times, but the same objects
			if _, known := l.Known(id); known {
				r.Waiting--
				continue
			}
		}
		if now.Sub(p.Arrival) <= grace {
			continue
		}
		r.blame(p.Key, "landing object not transformed", "run `"+l.Command("transform", l.place(p.Key))+"`, or `seamark up`")
	}
	return nil
}

// changed reports whether a landing object has other bytes than what was transformed.
func (l *Lake) changed(key string) (bool, error) {
	if _, known := l.Replaced(key, ""); !known {
		return false, nil
	}
	id, err := l.identify(key)
	if err != nil {
		return false, err
	}
	if _, done := l.Known(id); done {
		return false, nil
	}
	_, replaced := l.Replaced(key, id)
	return replaced, nil
}

// checkKept compares quarantined bytes with their checksum.
func (l *Lake) checkKept(q seamark.Quarantined) string {
	sum, err := l.hash(q.Kept)
	if errors.Is(err, fs.ErrNotExist) {
		return "quarantined bytes are missing"
	}
	if err != nil {
		return err.Error()
	}
	if q.SHA256 != "" && sum != q.SHA256 { // entries of earlier parsers have none
		return "quarantined bytes have changed: the checksum does not match the ledger's"
	}
	return ""
}

// rotten reports landing objects that are no longer what was transformed although nobody
// has written to them: their rows are sound, but no replay could make them again.
func (l *Lake) rotten(ctx context.Context, r *Report, entries []*Entry) error {
	for _, e := range entries {
		for _, o := range append([]Origin{e.Origin}, e.Also...) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !strings.HasPrefix(o.URL, LandingFolder+"/") {
				continue
			}
			info, err := l.Stat(o.URL)
			if err != nil || info.Size() != o.Size || !info.ModTime().Equal(o.Modified) {
				continue // expired, or new and so waiting
			}
			if id, err := l.identify(o.URL); err != nil {
				r.blame(o.URL, "cannot read the landing object: "+err.Error(), "restore it from a copy; its rows are in the lake")
			} else if id != e.ID {
				r.blame(o.URL, "the landing object's bytes have changed since it was transformed", "restore it from a copy; its rows are in the lake")
			}
		}
	}
	return nil
}

// hash is the SHA-256 of an object, in hex.
func (l *Lake) hash(key string) (string, error) {
	f, err := l.Open(key)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}
