package rulebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Memory is what is remembered from one instant to the next.
type Memory struct {
	Format int               `json:"format"` // 1
	Until  time.Time         `json:"until"`  // the last instant that was evaluated
	Series map[string]*State `json:"series"` // by rule and series
	// Found are fingerprints, by rule, that Known may not hold yet: what an instant finds and what
	// follows from it are saved as one.
	Found map[string][]string `json:"found,omitempty"`
}

// State is a series that is breached, or was lately.
type State struct {
	Rule    string        `json:"rule"`
	Pending time.Time     `json:"pending"` // since when it is breached without a break
	Last    time.Time     `json:"last"`    // when it was breached last
	Alarm   seamark.Alarm `json:"alarm"`   // as it is told, or would be
	Firing  bool          `json:"firing"`  // it is told
}

// Store keeps what must outlive a process. Save returns once it is on disk.
type Store interface {
	Load() (Memory, Known, error)
	Save(Memory) error
	SaveKnown(Known) error
}

// Known are the fingerprints that new_error rules have seen, by rule and series.
type Known map[string]map[string]bool

// Files is the part of a durable folder that a FileStore needs; *lake.Dir is one.
type Files interface {
	PutBytes(key string, b []byte) error
	ReadFile(key string) ([]byte, error)
}

// FileStore keeps two files: "<prefix>.json" and "<prefix>-known.json".
type FileStore struct {
	files  Files
	prefix string
}

// NewFileStore keeps files that begin with prefix, such as "rules".
func NewFileStore(files Files, prefix string) *FileStore { return &FileStore{files, prefix} }

const memoryFormat = 1

type knownFile struct {
	Format int                 `json:"format"` // 1
	Known  map[string][]string `json:"known"`
}

// Load implements Store. What is not there yet is empty.
func (s *FileStore) Load() (Memory, Known, error) {
	m, k := Memory{}, knownFile{}
	if err := s.read(".json", &m, &m.Format); err != nil {
		return Memory{}, nil, err
	}
	if err := s.read("-known.json", &k, &k.Format); err != nil {
		return Memory{}, nil, err
	}
	known := Known{}
	for rule, list := range k.Known {
		known[rule] = map[string]bool{}
		for _, f := range list {
			known[rule][f] = true
		}
	}
	return m, known, nil
}

func (s *FileStore) read(suffix string, into any, format *int) error {
	b, err := s.files.ReadFile(s.prefix + suffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err == nil && *format > memoryFormat {
		err = fmt.Errorf("its format is %d, and this version reads %d", *format, memoryFormat)
	}
	if err != nil {
		return &seamark.Fault{Class: seamark.Permanent, Where: s.prefix + suffix, What: "what the rules remember cannot be read", Err: err, Remedy: "run the newer version again, or move the file away: the rules begin anew"}
	}
	return nil
}

// Save implements Store.
func (s *FileStore) Save(m Memory) error {
	m.Format = memoryFormat
	return s.write(".json", m)
}

// SaveKnown implements Store.
func (s *FileStore) SaveKnown(known Known) error {
	f := knownFile{Format: memoryFormat, Known: map[string][]string{}}
	for rule, set := range known {
		f.Known[rule] = make([]string, 0, len(set))
		for fingerprint := range set {
			f.Known[rule] = append(f.Known[rule], fingerprint)
		}
	}
	return s.write("-known.json", f)
}

func (s *FileStore) write(suffix string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s%s: %w", s.prefix, suffix, err)
	}
	return s.files.PutBytes(s.prefix+suffix, b)
}
