package lake

import (
	"fmt"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Origin is where a landing object was read from.
type Origin struct {
	URL      string    `json:"url"` // file URL, key in the lake ("landing/…"), or "-" for standard input
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// FileRef is one Parquet file that an entry vouches for.
type FileRef struct {
	Key    string `json:"key"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	MinMs  int64  `json:"min_ms"` // oldest timestamp, Unix milliseconds
	MaxMs  int64  `json:"max_ms"` // newest
	// Severe counts ERROR and FATAL rows, or 5xx answers.
	Severe int64 `json:"severe"`
}

// Entry is the ledger's account of one landing object. It is written last and makes
// the object done. The same object gives the same bytes.
type Entry struct {
	Version    int                   `json:"version"` // of this format: 1
	ID         ID                    `json:"id"`
	Origin     Origin                `json:"origin"`
	Arrival    time.Time             `json:"arrival"`
	Parser     string                `json:"parser"` // version of the parser that made the rows
	Accounts   seamark.Accounts      `json:"accounts"`
	Files      []FileRef             `json:"files"`
	Quarantine []seamark.Quarantined `json:"quarantine,omitempty"`
	Notes      map[string]int64      `json:"notes,omitempty"`      // counts of what is odd but kept: "implausible_time", "contradicted_claim", …
	Also       []Origin              `json:"also,omitempty"`       // further landing objects with the same content
	Supersedes []ID                  `json:"supersedes,omitempty"` // damaged predecessors at the same URL, whose rows no longer count
	Schema     int                   `json:"schema,omitempty"`     // schemas.ColumnsVersion of the files; 0 is that of release 1

	// Brief stands for Files in an entry from memory whose rows all lie in compacted files;
	// then Files is nil, and Lake.Whole reads it.
	Brief *Brief `json:"-"`
}

// covers reports whether the entry accounts for the object at o.
func (e *Entry) covers(o Origin) bool {
	for _, k := range append([]Origin{e.Origin}, e.Also...) {
		if k.URL == o.URL && k.Size == o.Size && k.Modified.Equal(o.Modified) {
			return true
		}
	}
	return false
}

// damaged reports whether a repaired object at the same URL shall take this one's place.
func (e *Entry) damaged() bool { return e.Accounts.Quarantined > 0 && e.Origin.URL != "-" }

// Key is the entry's own key.
func (e *Entry) Key() string { return LedgerKey(e.Arrival, e.ID) }

// Encode returns the entry as a file's content.
func (e *Entry) Encode() ([]byte, error) {
	if e.Brief != nil {
		return nil, fmt.Errorf("entry %s is known in brief only", e.ID)
	}
	return seal("entry", e)
}

// DecodeEntry reads what Encode wrote, and trusts nothing else: not a damaged byte,
// not a file key that leaves its place.
func DecodeEntry(b []byte) (*Entry, error) {
	e := new(Entry)
	if err := unseal("entry", b, e); err != nil {
		return nil, err
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Entry) check() error {
	if e.Version != 1 {
		return fmt.Errorf("entry of version %d: a newer seamark wrote it", e.Version)
	}
	if !e.ID.Valid() {
		return fmt.Errorf("%q is not a landing id", e.ID)
	}
	generation := e.Generation()
	for _, f := range e.Files {
		if _, id, g, err := parseFileKey(f.Key); err != nil {
			return err
		} else if id != e.ID || g != generation || IsCompacted(f.Key) {
			return fmt.Errorf("file %s belongs to another object", f.Key)
		}
	}
	for _, q := range e.Quarantine {
		m := quarantineKeyPattern.FindStringSubmatch(q.Kept)
		if m == nil || ID(m[1]) != e.ID {
			return fmt.Errorf("%q is not a quarantine key of this object", q.Kept)
		}
	}
	for _, id := range e.Supersedes {
		if !id.Valid() || id == e.ID {
			return fmt.Errorf("supersedes %q", id)
		}
	}
	return nil
}
