package lake

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// hoursFolder holds the snapshots, by the hour of the events.
const hoursFolder = LedgerFolder + "/hours"

// Snapshot says which compacted files hold the rows of which landing objects, in one hour.
// Of an hour's snapshots the one with the highest number counts alone. It never changes.
type Snapshot struct {
	Version  int            `json:"version"` // of this format: 1
	Hour     string         `json:"hour"`    // of the events: "2026-11-22T17"
	Seq      int            `json:"seq"`     // from 1
	Attempt  string         `json:"attempt"` // 8 hex digits that tell compactors apart
	Included []Included     `json:"included"`
	Files    []SnapshotFile `json:"files"`
}

// Included is a landing object whose rows of the hour are in the snapshot's files, as one
// outcome had them.
type Included struct {
	ID      ID      `json:"id"`
	Outcome Outcome `json:"outcome"`
	Rows    int64   `json:"rows"`              // of this hour
	Dropped int64   `json:"dropped,omitempty"` // of them, for another row agrees with them
}

// SnapshotFile is a compacted file.
type SnapshotFile struct {
	FileRef
	Schema int    `json:"schema"` // schemas.ColumnsVersion
	Run    string `json:"run"`    // the attempt that wrote it: files of one run are one sorted sequence
}

var (
	hourLayout      = "2006-01-02T15"
	outcomePattern  = regexp.MustCompile(`^[0-9a-f]{16}$`)
	attemptPattern  = regexp.MustCompile(`^[0-9a-f]{8}$`)
	snapshotPattern = regexp.MustCompile(`^ledger/hours/(\d{4}/\d{2}/\d{2}/\d{2})/(\d{6})\.json$`)
	todoPattern     = regexp.MustCompile(`^ledger/hours/(\d{4}/\d{2}/\d{2}/\d{2})/(\d{6})-([0-9a-f]{8})\.todo$`)
)

func hourStart(hour int64) time.Time { return time.Unix(hour*3600, 0).UTC() }

func hourName(hour int64) string { return hourStart(hour).Format(hourLayout) }

func hourFolder(hour int64) string {
	return hoursFolder + "/" + hourStart(hour).Format("2006/01/02/15")
}

func snapshotKey(hour int64, seq int) string {
	return fmt.Sprintf("%s/%06d.json", hourFolder(hour), seq)
}

// parseHourKey takes apart the key of a snapshot, or of a todo, whose attempt is then not "".
func parseHourKey(key string) (hour int64, seq int, attempt string, ok bool) {
	m := snapshotPattern.FindStringSubmatch(key)
	if m == nil {
		if m = todoPattern.FindStringSubmatch(key); m == nil {
			return 0, 0, "", false
		}
		attempt = m[3]
	}
	t, err := time.Parse("2006/01/02/15", m[1])
	if err != nil {
		return 0, 0, "", false
	}
	seq, err = strconv.Atoi(m[2])
	return t.Unix() / 3600, seq, attempt, err == nil && seq > 0
}

func (s *Snapshot) encode() ([]byte, error) { return seal("snapshot", s) }

// decodeSnapshot reads the snapshot that lies at key, and trusts nothing else.
func decodeSnapshot(key string, b []byte) (*Snapshot, error) {
	s := new(Snapshot)
	if err := unseal("snapshot", b, s); err != nil {
		return nil, err
	}
	if err := s.check(key); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Snapshot) check(key string) error {
	hour, seq, attempt, ok := parseHourKey(key)
	switch {
	case s.Version != 1:
		return fmt.Errorf("snapshot of version %d: a newer seamark wrote it", s.Version)
	case !ok || attempt != "" || s.Seq != seq || s.Hour != hourName(hour):
		return errors.New("the snapshot belongs elsewhere")
	case !attemptPattern.MatchString(s.Attempt):
		return fmt.Errorf("attempt %q", s.Attempt)
	}
	for i, o := range s.Included {
		if !o.ID.Valid() || !outcomePattern.MatchString(string(o.Outcome)) || o.Rows < 0 || o.Dropped < 0 || o.Dropped > o.Rows {
			return fmt.Errorf("includes %q at %q with %d rows, %d dropped", o.ID, o.Outcome, o.Rows, o.Dropped)
		}
		if i > 0 && s.Included[i-1].ID >= o.ID {
			return errors.New("the included objects are not in order")
		}
	}
	for _, f := range s.Files {
		p, _, err := ParseFileKey(f.Key)
		if err != nil {
			return err
		}
		if p.Hour != hour || !IsCompacted(f.Key) || !attemptPattern.MatchString(f.Run) || f.Schema < 1 {
			return fmt.Errorf("%s is not a file of this hour", f.Key)
		}
	}
	return s.balance()
}

// balance holds the accounts of the hour together: rows of the included objects = rows of
// the files + rows dropped.
func (s *Snapshot) balance() error {
	var rows, dropped, files int64
	for _, o := range s.Included {
		rows, dropped = rows+o.Rows, dropped+o.Dropped
	}
	for _, f := range s.Files {
		files += f.Rows
	}
	if rows != files+dropped {
		return fmt.Errorf("%d rows of objects, but %d in files and %d dropped", rows, files, dropped)
	}
	return nil
}

// sort gives the snapshot its one order.
func (s *Snapshot) sort() {
	slices.SortFunc(s.Included, func(a, b Included) int { return strings.Compare(string(a.ID), string(b.ID)) })
	slices.SortFunc(s.Files, func(a, b SnapshotFile) int { return strings.Compare(a.Key, b.Key) })
}

// Snapshot reads the newest snapshot of an hour, in hours since 1970; fs.ErrNotExist: there is none.
func (l *Lake) Snapshot(hour int64) (*Snapshot, error) {
	for {
		seq := l.seqOf(hour)
		key := snapshotKey(hour, seq)
		b, err := l.ReadFile(key)
		if errors.Is(err, fs.ErrNotExist) && seq > 0 {
			if err := l.refreshHour(hour); err != nil {
				return nil, err
			}
			if l.seqOf(hour) > seq {
				continue // a newer one has taken its place
			}
		}
		if err != nil {
			return nil, err
		}
		s, err := decodeSnapshot(key, b)
		if err != nil {
			return nil, &seamark.Fault{What: "damaged snapshot of an hour", Where: key, Err: err, Remedy: "run `" + l.rebuild(hour) + "`"}
		}
		return s, nil
	}
}

// publish creates a snapshot and takes it into the picture. It fails with fs.ErrExist when
// somebody else has its number.
func (l *Lake) publish(hour int64, s *Snapshot) error {
	s.sort()
	key := snapshotKey(hour, s.Seq)
	if err := s.check(key); err != nil { // the accounts above all: nothing wrong is ever published
		return fmt.Errorf("%s: %w", key, err)
	}
	b, err := s.encode()
	if err != nil {
		return err
	}
	if err := l.Create(key, func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
		return err
	}
	l.mu.Lock()
	again := l.setSnapshot(hour, s.Seq, s)
	l.mu.Unlock()
	for _, id := range again {
		l.reread(id)
	}
	return nil
}

func newAttempt() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
