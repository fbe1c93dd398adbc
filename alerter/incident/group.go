package incident

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/revision"
)

// Objects is the part of a store that groups need; a lake.Store is one.
type Objects interface {
	Files
	revision.Store
}

// Group keeps the incidents of one group where many processes may take alarms in at the same
// time and none outlives its invocation: as revisions of one document, each made only if its
// number is free. Who opens an incident and who joins it thus always meet.
//
//	incidents/<group>/<number>.json        everything about the group
//	incidents/<group>/heard/<hash>.json    alarms that nobody has taken in yet
//
// One process at a time has the turn, until a time by which it certainly has ended: it alone
// changes the group and posts its cards. Others leave what they heard and go: whoever has the
// turn takes it in before it gives the turn back, and looks once more afterwards.
//
// A Group is the Store of the process that has its turn, and as such safe for concurrent
// use; the turn itself is for one caller.
type Group struct {
	objects  Objects
	document revision.Document
	name     string
	by       string // who has the turn here

	mu     sync.Mutex // a Manager saves several entries at a time
	state  groupState
	number int // of state; 0: there is none
}

// groupState is a revision.
type groupState struct {
	Format  int                  `json:"format"` // 1
	Group   string               `json:"group"`  // as Incident.Group has it
	Turn    *turn                `json:"turn,omitempty"`
	Entries []Entry              `json:"entries"`
	Early   map[string]time.Time `json:"early_oks,omitempty"`
}

type turn struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"` // then whoever has it has ended
}

const (
	groupFormat = 1
	mostEnded   = 20 // resolved incidents of a group that are remembered
)

// ErrLost says that somebody else has changed a group meanwhile: what is in memory is old.
var ErrLost = errors.New("another process has changed the incidents of this group")

// GroupOf is the group whose incident an alarm belongs to.
func GroupOf(a seamark.Alarm, now time.Time) string { return normal(a, now).Group() }

// OpenGroup makes ready for a group below prefix, such as "incidents". Nothing is read yet.
func OpenGroup(objects Objects, prefix, name, by string) *Group {
	return &Group{objects: objects, document: revision.Document{Store: objects, Folder: prefix + "/" + folderOf(name)}, name: name, by: by}
}

// folderOf names a group's folder for people, and by a hash, for names are of any length.
func folderOf(group string) string {
	sum := sha256.Sum256([]byte(group))
	slug := seamark.Slug(strings.ReplaceAll(group, "/", "-"))
	if len(slug) > 80 {
		slug = slug[:80]
	}
	return slug + "-" + hex.EncodeToString(sum[:6])
}

// Groups lists the groups below prefix.
func Groups(objects Objects, prefix string) ([]string, error) {
	newest := map[string]string{} // by folder
	err := objects.Walk(prefix, func(key string, _ fs.DirEntry) error {
		folder, name, ok := strings.Cut(strings.TrimPrefix(key, prefix+"/"), "/")
		if ok && revision.NumberOf(name) > 0 && name > newest[folder] {
			newest[folder] = name
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, folder := range slices.Sorted(maps.Keys(newest)) {
		var s groupState
		b, err := objects.ReadFile(prefix + "/" + folder + "/" + newest[folder])
		if err == nil {
			err = json.Unmarshal(b, &s)
		}
		if err != nil || s.Group == "" {
			continue // replaced meanwhile, or damaged: its next alarm says so
		}
		names = append(names, s.Group)
	}
	return names, nil
}

// Read reads the newest revision. It returns the keys of alarms that nobody has taken in.
func (g *Group) Read() (heard []string, err error) {
	g.state, g.number = groupState{Format: groupFormat, Group: g.name}, 0
	b, number, others, err := g.document.Latest(context.Background())
	if err != nil {
		return nil, err
	}
	heard = slices.DeleteFunc(others, func(key string) bool { return !strings.HasPrefix(key, g.document.Folder+"/heard/") })
	if number == 0 {
		return heard, nil
	}
	g.number = number
	if err := json.Unmarshal(b, &g.state); err != nil || g.state.Format > groupFormat {
		return nil, &seamark.Fault{Class: seamark.Permanent, Where: g.document.Key(number), What: "the incidents of a group cannot be read", Err: err,
			Remedy: "run the newer version of seamark again, or delete the object: alarms that still fire open their incidents again"}
	}
	return heard, nil
}

// Take takes the turn until a time by which this process has certainly ended. When another
// has it, taken is false; until is when that one's ends.
func (g *Group) Take(now, ends time.Time) (taken bool, until time.Time, err error) {
	if t := g.state.Turn; t != nil && t.Until.After(now) && t.By != g.by {
		return false, t.Until, nil
	}
	g.state.Turn = &turn{g.by, ends}
	err = g.write()
	if errors.Is(err, ErrLost) {
		return false, now, nil
	}
	return err == nil, ends, err
}

// Release gives the turn back. When another has it already, all that was done in it is saved, or was
// refused when it was: this process may even have given the turn back and stood still before it
// looked around, while others took theirs.
func (g *Group) Release() error {
	g.state.Turn = nil
	if err := g.write(); !errors.Is(err, ErrLost) {
		return err
	}
	return nil
}

// write makes the next revision.
func (g *Group) write() error {
	b, err := json.Marshal(g.state)
	if err != nil {
		return err
	}
	err = g.document.Make(g.number+1, b)
	if errors.Is(err, fs.ErrExist) {
		return ErrLost
	}
	if err == nil {
		g.number++
	}
	return err
}

// heardFile holds alarms that were heard together.
type heardFile struct {
	Format int             `json:"format"` // 1
	Alarms []seamark.Alarm `json:"alarms"`
}

// Hear leaves alarms of the group for whoever has the turn. It is durable when it returns,
// and the same alarms are left once.
func (g *Group) Hear(alarms []seamark.Alarm, now time.Time) error {
	alarms = slices.Clone(alarms)
	for i := range alarms {
		alarms[i] = normal(alarms[i], now)
	}
	b, err := json.Marshal(heardFile{1, alarms})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	return g.objects.PutBytes(g.document.Folder+"/heard/"+hex.EncodeToString(sum[:16])+".json", b)
}

// Heard reads alarms that were left, in the order in which they happened. What cannot be read
// is reported and left.
func (g *Group) Heard(keys []string) (alarms []seamark.Alarm, err error) {
	var faults []error
	for _, key := range keys {
		var f heardFile
		b, err := g.objects.ReadFile(key)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(b, &f)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", key, err))
			continue
		}
		alarms = append(alarms, f.Alarms...)
	}
	slices.SortStableFunc(alarms, func(a, b seamark.Alarm) int { return a.Evaluated.Compare(b.Evaluated) })
	return alarms, errors.Join(faults...)
}

// Taken removes alarms that were taken in.
func (g *Group) Taken(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return g.objects.Remove(keys...)
}

// Save implements Store.
func (g *Group) Save(_ context.Context, e Entry) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.Format = format
	at := slices.IndexFunc(g.state.Entries, func(x Entry) bool { return x.Incident.ID == e.Incident.ID })
	if at < 0 {
		g.state.Entries = append(g.state.Entries, e)
	} else {
		g.state.Entries[at] = e
	}
	g.forget()
	return g.write()
}

// forget drops the oldest resolved incidents.
func (g *Group) forget() {
	slices.SortFunc(g.state.Entries, func(a, b Entry) int { return strings.Compare(b.Incident.ID, a.Incident.ID) })
	ended := 0
	g.state.Entries = slices.DeleteFunc(g.state.Entries, func(e Entry) bool {
		if e.Incident.Status == seamark.IncidentResolved {
			ended++
		}
		return e.Incident.Status == seamark.IncidentResolved && ended > mostEnded
	})
}

// Load implements Store.
func (g *Group) Load(context.Context) ([]Entry, error) {
	out := make([]Entry, len(g.state.Entries))
	for i := range g.state.Entries {
		out[i] = g.state.Entries[i].Copy()
	}
	return out, nil
}

// SaveEarly implements Store.
func (g *Group) SaveEarly(_ context.Context, oks map[string]time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state.Early = oks
	return g.write()
}

// LoadEarly implements Store.
func (g *Group) LoadEarly(context.Context) (map[string]time.Time, error) {
	return maps.Clone(g.state.Early), nil
}
