package dashboards

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seamark-hq/seamark"
)

// Session is somebody who has logged in, as far as the server knows.
type Session struct {
	ID      string    `json:"id"` // hex; not what the cookie proves
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Address string    `json:"address"` // from which the token came
	Browser string    `json:"browser"` // as it calls itself; anybody's text
}

// Files is the part of a durable folder that Sessions need; *lake.Dir is one.
type Files interface {
	PutBytes(key string, b []byte) error
	ReadFile(key string) ([]byte, error)
	Stat(key string) (fs.FileInfo, error)
	Remove(keys ...string) error
	Walk(prefix string, fn func(key string, e fs.DirEntry) error) error
}

// Sessions are the sessions that hold, a file each: one whose file is gone has ended, so
// that a command can end it while the server runs. It is safe for concurrent use.
type Sessions struct {
	files  Files
	prefix string

	mu     sync.Mutex
	memory map[string]time.Time // ends of those that could not be stored: a full disk must not lock people out
}

// maxSessions bounds the files; beyond it those that end first go.
const maxSessions = 1000

// NewSessions keeps sessions in files below prefix, such as "sessions".
func NewSessions(files Files, prefix string) *Sessions {
	return &Sessions{files: files, prefix: prefix, memory: map[string]time.Time{}}
}

func (s *Sessions) key(id string) string { return path.Join(s.prefix, id+".json") }

// begin stores a session and sweeps up what has ended. A session that cannot be stored
// holds until the process ends, and the error says so.
func (s *Sessions) begin(x Session) error {
	b, err := json.Marshal(x)
	if err == nil {
		err = s.files.PutBytes(s.key(x.ID), append(b, '\n'))
	}
	if err != nil {
		s.mu.Lock()
		s.memory[x.ID] = x.Until
		s.mu.Unlock()
		return err
	}
	return s.sweep(x.Since)
}

func (s *Sessions) sweep(now time.Time) error {
	all, err := s.List()
	if err != nil {
		return err
	}
	var gone []string
	for i, x := range all {
		if !now.Before(x.Until) || len(all)-i > maxSessions {
			gone = append(gone, s.key(x.ID))
		}
	}
	return s.files.Remove(gone...)
}

// holds reports whether a session has not been ended. Its own time is the cookie's matter.
func (s *Sessions) holds(id string) bool {
	if _, err := s.files.Stat(s.key(id)); err == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.memory[id]
	return ok
}

// end ends one session; one that does not exist has ended.
func (s *Sessions) end(id string) error {
	s.mu.Lock()
	delete(s.memory, id)
	s.mu.Unlock()
	if err := s.files.Remove(s.key(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// List are the sessions, those that end first ahead. A file that cannot be read is a
// session of which only the id is known.
func (s *Sessions) List() ([]Session, error) {
	var all []Session
	err := s.files.Walk(s.prefix, func(key string, e fs.DirEntry) error {
		id, ok := strings.CutSuffix(path.Base(key), ".json")
		if !ok || e.IsDir() || !isSessionID(id) {
			return nil
		}
		var x Session
		if b, err := s.files.ReadFile(key); err != nil || json.Unmarshal(b, &x) != nil || x.ID != id {
			x = Session{ID: id}
		}
		all = append(all, x)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.SortFunc(all, func(a, b Session) int { return cmp.Or(a.Until.Compare(b.Until), strings.Compare(a.ID, b.ID)) })
	return all, err
}

// End ends the one session whose id begins with id, and returns it.
func (s *Sessions) End(id string) (Session, error) {
	all, err := s.List()
	if err != nil {
		return Session{}, err
	}
	found := slices.DeleteFunc(all, func(x Session) bool { return id == "" || !strings.HasPrefix(x.ID, id) })
	switch len(found) {
	case 0:
		return Session{}, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no session has the id %q", id), Remedy: "`seamark session list` has them"}
	case 1:
		return found[0], s.end(found[0].ID)
	}
	return Session{}, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q means %d sessions", id, len(found)), Remedy: "write more of the id"}
}

// EndAll ends all sessions and returns how many there were.
func (s *Sessions) EndAll() (int, error) {
	all, err := s.List()
	if err != nil {
		return 0, err
	}
	for _, x := range all {
		if err := s.end(x.ID); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// sessionID is what a session is called in files and lists: it does not give its cookie away.
func sessionID(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:8])
}

func isSessionID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 8
}
