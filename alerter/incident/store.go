package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Entry is an incident with what the receivers have been shown of it. It is what
// survives a restart: a card already posted is then updated, not posted anew.
type Entry struct {
	Format      int                  `json:"format"`            // of the file: 2; absent in the first
	HeardAt     time.Time            `json:"heard_at,omitzero"` // when it was opened here: its first card is due from then on
	Incident    seamark.Incident     `json:"incident"`
	Version     int64                `json:"version"`                // grows with each change that a card would show
	Deliveries  map[string]*Delivery `json:"deliveries"`             // by receiver; its keys are who is told
	EnrichFault string               `json:"enrich_fault,omitempty"` // why patterns or chart are missing
	Enriched    int64                `json:"enriched"`               // the Version that was looked up
	Turns       []time.Time          `json:"turns,omitempty"`        // when it opened, ended, opened again; the last ten
}

// Copy returns an entry that shares nothing that changes with e.
func (e *Entry) Copy() Entry {
	c := *e
	c.Incident.Alarms = slices.Clone(e.Incident.Alarms)
	c.Incident.Timeline = slices.Clone(e.Incident.Timeline)
	c.Turns = slices.Clone(e.Turns)
	c.Deliveries = make(map[string]*Delivery, len(e.Deliveries))
	for name, d := range e.Deliveries {
		copied := *d
		c.Deliveries[name] = &copied
	}
	return c
}

// format is what this package writes. It reads format 1 too.
const format = 2

// Delivery is what one receiver has been shown.
type Delivery struct {
	Ref      card.Ref   `json:"ref"`                // of the posted message; empty when it cannot be edited
	Begun    bool       `json:"begun"`              // a post was begun whose outcome has not been noted
	Version  int64      `json:"version"`            // last shown; 0: nothing yet
	Turn     string     `json:"turn"`               // status and severity last shown
	Firing   string     `json:"firing"`             // alarms last shown as firing, as a hash
	Series   int        `json:"series,omitempty"`   // time series of a foreign alarm last shown besides the first, fine ones included
	RungAt   time.Time  `json:"rung_at,omitzero"`   // when a new card was last posted, which rings
	Past     []card.Ref `json:"past,omitempty"`     // of cards that a reminder replaced; they still get the end
	At       time.Time  `json:"at"`                 // of the last success
	Attempts int        `json:"attempts"`           // failures since then
	Next     time.Time  `json:"next"`               // not before
	Fault    string     `json:"fault,omitempty"`    // of the last failure
	Dead     bool       `json:"dead"`               // given up until the incident turns or the process restarts
	Letter   bool       `json:"letter,omitempty"`   // given up, and no card has arrived since: a dead letter lies there
	Again    time.Time  `json:"again,omitzero"`     // when a person had it sent once more
	Withheld bool       `json:"withheld,omitempty"` // nobody was told of the start: a silence, an interval or another alarm
}

// Store keeps entries durably. Save returns once the entry is on disk; it replaces the
// entry with the same incident id. Load returns all of them in any order. Entries of several
// incidents are saved at a time, those of one in turn.
type Store interface {
	Save(ctx context.Context, e Entry) error
	Load(ctx context.Context) ([]Entry, error)
	// SaveEarly replaces the OKs whose alarms are still to come, by alarm; LoadEarly
	// returns them.
	SaveEarly(ctx context.Context, oks map[string]time.Time) error
	LoadEarly(ctx context.Context) (map[string]time.Time, error)
}

// Files is the part of a durable folder that a FileStore needs; *lake.Dir is one.
type Files interface {
	PutBytes(key string, b []byte) error
	ReadFile(key string) ([]byte, error)
	Walk(prefix string, fn func(key string, e fs.DirEntry) error) error
}

// FileStore keeps each entry as one JSON file below a prefix: "incidents/<id>.json".
type FileStore struct {
	files  Files
	prefix string
}

// NewFileStore keeps entries in files below prefix, such as "incidents".
func NewFileStore(files Files, prefix string) *FileStore {
	return &FileStore{files: files, prefix: strings.Trim(prefix, "/")}
}

// Save writes one entry.
func (s *FileStore) Save(_ context.Context, e Entry) error {
	if err := checkID(e.Incident.ID); err != nil {
		return err
	}
	e.Format = format
	b, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return fmt.Errorf("encode incident: %w", err)
	}
	return s.files.PutBytes(s.prefix+"/"+e.Incident.ID+".json", b)
}

// earlyName is the file of the early OKs beside the incidents.
const earlyName = "early-oks.json"

type earlyFile struct {
	Version int                  `json:"format"`
	OKs     map[string]time.Time `json:"oks"` // since when each alarm is fine
}

// SaveEarly implements Store.
func (s *FileStore) SaveEarly(_ context.Context, oks map[string]time.Time) error {
	b, err := json.Marshal(earlyFile{1, oks})
	if err != nil {
		return fmt.Errorf("encode early OKs: %w", err)
	}
	return s.files.PutBytes(s.prefix+"/"+earlyName, b)
}

// LoadEarly implements Store. A file that cannot be read is as good as none, and reported.
func (s *FileStore) LoadEarly(context.Context) (map[string]time.Time, error) {
	b, err := s.files.ReadFile(s.prefix + "/" + earlyName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var f earlyFile
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", s.prefix, earlyName, err)
	}
	return f.OKs, nil
}

// Load reads all entries. One that cannot be read is reported in the error; the others
// are returned all the same.
func (s *FileStore) Load(ctx context.Context) ([]Entry, error) {
	var entries []Entry
	var faults []error
	err := s.files.Walk(s.prefix, func(key string, _ fs.DirEntry) error {
		if !strings.HasSuffix(key, ".json") || strings.HasSuffix(key, "/"+earlyName) {
			return nil
		}
		b, err := s.files.ReadFile(key)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", key, err))
			return ctx.Err()
		}
		var e Entry
		if err := json.Unmarshal(b, &e); err != nil || !validID(e.Incident.ID) {
			faults = append(faults, &seamark.Fault{
				Class: seamark.Permanent, What: "not an incident", Where: key, Err: err,
				Remedy: "delete the file; an alarm that still fires opens the incident again",
			})
			return ctx.Err()
		}
		if e.Format > format {
			faults = append(faults, &seamark.Fault{
				Class: seamark.Permanent, What: fmt.Sprintf("an incident of format %d, and this version reads up to %d", e.Format, format), Where: key,
				Remedy: "run the newer version of seamark again",
			})
			return ctx.Err()
		}
		entries = append(entries, e)
		return ctx.Err()
	})
	return entries, errors.Join(append(faults, err)...)
}

// checkID refuses what cannot name a file.
func checkID(id string) error {
	if validID(id) {
		return nil
	}
	return &seamark.Fault{Class: seamark.Permanent, What: fmt.Sprintf("%q is not an incident id", words.Clip(id, 100))}
}

// validID reports whether id can name a file: letters, digits and ._- as newID makes them.
func validID(id string) bool {
	return id != "" && len(id) <= 200 && id[0] != '.' && !strings.ContainsFunc(id, func(r rune) bool {
		return r > 0x7f || !nameable(r)
	})
}

func nameable(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_'
}
