package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// snapshot says which compacted files hold the rows of which objects in one hour, as
// docs/formats/ledger.md describes it. Of an hour's snapshots the highest number counts.
type snapshot struct {
	key  string
	hour int64 // its start, Unix milliseconds

	Version  int    `json:"version"`
	Hour     string `json:"hour"`
	Seq      int    `json:"seq"`
	Included []struct {
		ID      string `json:"id"`
		Outcome string `json:"outcome"`
		Rows    int64  `json:"rows"`
		Dropped int64  `json:"dropped"`
	} `json:"included"`
	Files []fileRef `json:"files"`

	outcomes map[string]string // of the included, by id
}

// outcome tells one transformation of an object from another, by what came of it.
func (e *entry) outcome() string {
	if e.cached == "" {
		e.cached = e.hashOutcome()
	}
	return e.cached
}

func (e *entry) hashOutcome() string {
	h := sha256.New()
	for _, f := range slices.SortedFunc(slices.Values(e.Files), func(a, b fileRef) int { return strings.Compare(a.Key, b.Key) }) {
		fmt.Fprintf(h, "%s %d %s\n", path.Dir(f.Key), f.Rows, f.SHA256)
	}
	content := hex.EncodeToString(h.Sum(nil))
	if len(e.Files) > 0 {
		if m := generation.FindStringSubmatch(e.Files[0].Key); m != nil {
			sum := sha256.Sum256([]byte(m[1] + " " + content))
			return hex.EncodeToString(sum[:8])
		}
	}
	return content[:16]
}

// readSnapshots reads the snapshots; those that newer ones replace must be gone at rest.
func (c *checker) readSnapshots() {
	c.snapshots = map[int64]*snapshot{}
	for key := range c.files {
		if !snapshotKey.MatchString(key) {
			continue
		}
		s, err := c.readSnapshot(key)
		if err != nil {
			c.blame("Files", key, "%v", err)
			continue
		}
		was := c.snapshots[s.hour]
		if was != nil && was.Seq > s.Seq {
			s, was = was, s
		}
		c.snapshots[s.hour] = s
		if was != nil && !c.Unfinished {
			c.blame("Files", was.key, "replaced by %s, but still there", s.key)
		}
	}
}

func (c *checker) readSnapshot(key string) (*snapshot, error) {
	b, err := os.ReadFile(c.path(key))
	if err != nil {
		return nil, err
	}
	var f struct {
		Snapshot json.RawMessage `json:"snapshot"`
		SHA256   string          `json:"sha256"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if sum := sha256.Sum256(f.Snapshot); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fmt.Errorf("the snapshot's checksum does not match")
	}
	s := &snapshot{key: key}
	if err := json.Unmarshal(f.Snapshot, s); err != nil {
		return nil, fmt.Errorf("not a snapshot: %w", err)
	}
	t, err := time.Parse("2006-01-02T15", s.Hour)
	if want := fmt.Sprintf("ledger/hours/%s/%06d.json", t.Format("2006/01/02/15"), s.Seq); err != nil || s.Version != 1 || key != want {
		return nil, fmt.Errorf("version %d of hour %q, number %d: it belongs at %s", s.Version, s.Hour, s.Seq, want)
	}
	s.hour, s.outcomes = t.UnixMilli(), map[string]string{}
	for _, i := range s.Included {
		s.outcomes[i.ID] = i.Outcome
	}
	return s, nil
}

// settled reports whether a file of an entry has gone into compacted files: its rows count
// there, and the file itself does not.
func (c *checker) settled(e *entry, key string) bool {
	hour, err := hourOf(key)
	s := c.snapshots[hour]
	return err == nil && s != nil && s.outcomes[e.ID] == e.outcome()
}

// loose are the files of an entry whose rows count, and expired how many rows do no more
// because retention has deleted their hour.
func (c *checker) loose(e *entry) (files []fileRef, expired int64) {
	for _, f := range e.Files {
		switch hour, err := hourOf(f.Key); {
		case err == nil && hour < c.expired["lake"] && e.Arrival.UnixMilli() <= c.expiredAt["lake"]:
			expired += f.Rows
		case !c.settled(e, f.Key):
			files = append(files, f)
		}
	}
	return files, expired
}

// readWatermarks reads before which hour everything of a kind has expired, and by which
// arrivals: what arrived later has not. Those of the future are left out; they are faults.
func (c *checker) readWatermarks() {
	c.expired, c.expiredAt = map[string]int64{}, map[string]int64{}
	for key := range c.files {
		m := watermark.FindStringSubmatch(key)
		if m == nil {
			continue
		}
		t, err := time.Parse("2006-01-02T15", m[2])
		if err != nil {
			continue
		}
		info, err := os.Stat(c.path(key))
		if err != nil {
			c.blame("Files", key, "%v", err)
			continue
		}
		arrived := info.ModTime()
		if b, err := os.ReadFile(c.path(key)); err == nil && len(b) > 0 {
			var f struct {
				Watermark struct {
					Arrived time.Time `json:"arrived"`
				} `json:"watermark"`
			}
			if err := json.Unmarshal(b, &f); err != nil {
				c.blame("Files", key, "not a watermark: %v", err)
				continue
			}
			arrived = f.Watermark.Arrived
		}
		if t.After(time.Now()) || arrived.After(time.Now().Add(24*time.Hour)) {
			c.blame("Files", key, "a watermark of the future")
			continue
		}
		if t.UnixMilli() > c.expired[m[1]] {
			c.expired[m[1]], c.expiredAt[m[1]] = t.UnixMilli(), arrived.UnixMilli()
		}
	}
}

// compacted is what the snapshots' files hold of one object.
type compacted struct {
	rows    int64 // of the object as it was included
	dropped int64 // of them, for another row agrees with them
	ids     map[eventID]int
}

// checkSnapshots compares every snapshot with its files and with the entries it includes.
func (c *checker) checkSnapshots() {
	c.compacted, c.kept = map[string]*compacted{}, map[eventID]bool{}
	entries := map[string]*entry{}
	for _, e := range c.entries {
		entries[e.ID] = e
	}
	for _, s := range c.snapshots {
		if s.hour >= c.expired["lake"] {
			c.checkSnapshot(s, entries)
		}
	}
}

func (c *checker) checkSnapshot(s *snapshot, entries map[string]*entry) {
	found := map[string]*compacted{} // by landing id, also of objects that are masked
	for _, i := range s.Included {
		if found[i.ID] != nil {
			c.blame("Accounts", s.key, "includes %s twice", i.ID)
		}
		found[i.ID] = &compacted{rows: i.Rows, dropped: i.Dropped, ids: map[eventID]int{}}
	}
	counts := c.unmasked(s, entries)
	for _, f := range s.Files {
		if err := c.checkCompacted(s, f, found, counts); err != nil {
			c.blame("Files", f.Key, "%v", err)
		}
	}
	for id, part := range found {
		n := int64(0)
		for _, times := range part.ids {
			n += int64(times)
		}
		if n+part.dropped != part.rows {
			c.blame("Accounts", s.key, "%d rows of %s in files + %d dropped, the snapshot says %d", n, id, part.dropped, part.rows)
		}
		if !counts[id] || entries[id] == nil {
			continue
		}
		if want := rowsIn(entries[id], s.hour); part.rows != want {
			c.blame("Accounts", s.key, "includes %d rows of %s, whose entry has %d in this hour", part.rows, id, want)
		}
		c.addCompacted(id, part)
	}
}

// unmasked lists the included objects whose rows in the snapshot's files count: not those
// that another supersedes, nor those that have another outcome now.
func (c *checker) unmasked(s *snapshot, entries map[string]*entry) map[string]bool {
	counts := map[string]bool{}
	for _, i := range s.Included {
		e := entries[i.ID]
		counts[i.ID] = !c.superseded[i.ID] && (e == nil || e.outcome() == i.Outcome)
	}
	return counts
}

func (c *checker) addCompacted(id string, part *compacted) {
	all := c.compacted[id]
	if all == nil {
		all = &compacted{ids: map[eventID]int{}}
		c.compacted[id] = all
	}
	all.rows += part.rows
	all.dropped += part.dropped
	for event, n := range part.ids {
		all.ids[event] += n
		c.kept[event] = true
	}
}

func rowsIn(e *entry, hour int64) int64 {
	n := int64(0)
	for _, f := range e.Files {
		if at, err := hourOf(f.Key); err == nil && at == hour {
			n += f.Rows
		}
	}
	return n
}

// checkCompacted compares a compacted file with what the snapshot says, and counts its rows
// by the object they came in.
func (c *checker) checkCompacted(s *snapshot, f fileRef, found map[string]*compacted, counts map[string]bool) error {
	if hour, err := hourOf(f.Key); err != nil || hour != s.hour || !strings.HasSuffix(f.Key, ".c.parquet") {
		c.blame("Keys", s.key, "names the file %q", f.Key)
	}
	sound := c.soundIDs()
	strangers, unsorted, twins, before := 0, 0, 0, int64(-1<<62)
	seen := map[string]bool{}
	err := c.checkFile(f, func(r columns) {
		if ms := r.number("timestamp"); ms < before {
			unsorted++
		} else {
			before = ms
		}
		id := r.text("landing_id")
		if found[id] == nil {
			strangers++
			return
		}
		found[id].ids[r.eventID()]++
		if !counts[id] {
			return
		}
		twin := fmt.Sprint(r.number("timestamp"), r.eventID(), r.text("stream"))
		if seen[twin] || seen[twin+id] {
			twins++
		}
		seen[twin+id] = true
		if sound[id] { // a damaged object's row stands for no other object's
			seen[twin] = true
		}
	})
	if strangers > 0 {
		c.blame("Ids", f.Key, "%d rows are of no object that %s includes", strangers, s.key)
	}
	if unsorted > 0 {
		c.blame("Files", f.Key, "%d rows are earlier than the row before them", unsorted)
	}
	if twins > 0 {
		c.blame("Ids", f.Key, "%d rows are there twice", twins)
	}
	return err
}

// soundIDs are the objects that can never be superseded.
func (c *checker) soundIDs() map[string]bool {
	sound := map[string]bool{}
	for _, e := range c.entries {
		sound[e.ID] = e.Accounts.Quarantined == 0 || e.Origin.URL == "-"
	}
	return sound
}
