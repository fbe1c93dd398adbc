package check

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// entry is a ledger entry as docs/formats/ledger.md describes it.
type entry struct {
	key    string // where it lies
	cached string // its outcome

	Version int       `json:"version"`
	ID      string    `json:"id"`
	Origin  origin    `json:"origin"`
	Also    []origin  `json:"also"`
	Arrival time.Time `json:"arrival"`

	Accounts struct {
		Events          int64 `json:"events"`
		Undecodable     int64 `json:"undecodable"`
		Rows            int64 `json:"rows"`
		Quarantined     int64 `json:"quarantined"`
		ControlMessages int64 `json:"control_messages"`
	} `json:"accounts"`
	Files      []fileRef `json:"files"`
	Quarantine []piece   `json:"quarantine"`
	Supersedes []string  `json:"supersedes"`
}

type origin struct {
	URL string `json:"url"`
}

type fileRef struct {
	Key    string `json:"key"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	MinMs  int64  `json:"min_ms"`
	MaxMs  int64  `json:"max_ms"`
	Severe int64  `json:"severe"`
}

type piece struct {
	Offset int64  `json:"offset"`
	Bytes  int64  `json:"bytes"`
	Reason string `json:"reason"`
	Kept   string `json:"kept"`
}

// readLedger reads every entry, and sets those apart that another supersedes.
func (c *checker) readLedger() {
	all := map[string]*entry{}
	for key := range c.files {
		if !grammar[2].MatchString(key) {
			continue
		}
		e, what := readEntry(c.path(key))
		if what != "" {
			c.blame("Files", key, "%s", what)
			continue
		}
		e.key = key
		if want := "ledger/" + e.Arrival.UTC().Format("2006/01/02/15") + "/" + e.ID + ".json"; key != want {
			c.blame("Keys", key, "the entry belongs at %s", want)
		}
		if other := all[e.ID]; other != nil {
			c.blame("Files", key, "a second entry for the object of %s", other.key)
		}
		all[e.ID] = e
	}
	c.old, c.superseded = map[string]*entry{}, map[string]bool{}
	for _, e := range all {
		for _, id := range e.Supersedes {
			c.superseded[id] = true
			if was := all[id]; was != nil {
				c.old[id] = was
				if !c.Unfinished {
					c.blame("Files", was.key, "superseded by %s, but still there", e.key)
				}
			}
		}
	}
	for id, e := range all {
		if c.old[id] == nil {
			c.entries = append(c.entries, e)
		}
	}
	slices.SortFunc(c.entries, func(a, b *entry) int { return strings.Compare(a.key, b.key) })
}

func readEntry(name string) (*entry, string) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err.Error()
	}
	var f struct {
		Entry  json.RawMessage `json:"entry"`
		SHA256 string          `json:"sha256"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, "not JSON: " + err.Error()
	}
	if sum := sha256.Sum256(f.Entry); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, "the entry's checksum does not match"
	}
	e := new(entry)
	if err := json.Unmarshal(f.Entry, e); err != nil {
		return nil, "not an entry: " + err.Error()
	}
	if e.Version != 1 {
		return nil, "not an entry of version 1"
	}
	return e, ""
}

// checkNamed compares what the ledger names with what lies on disk, both ways.
func (c *checker) checkNamed() {
	named := map[string]string{}
	name := func(by, key string) {
		if other, twice := named[key]; twice {
			c.blame("Files", key, "named by %s and by %s", other, by)
		}
		named[key] = by
		if _, there := c.files[key]; !there {
			c.blame("Files", key, "%s names it, but it is not there", by)
		}
	}
	for _, s := range c.snapshots {
		if s.hour < c.expired["lake"] {
			continue
		}
		for _, f := range s.Files {
			name(s.key, f.Key)
		}
	}
	for _, e := range c.entries {
		files, _ := c.loose(e)
		for _, f := range files {
			name(e.key, f.Key)
		}
		for _, f := range e.Files {
			if !ownFile.MatchString(f.Key) || !strings.Contains(f.Key, "/"+e.ID) {
				c.blame("Keys", e.key, "names the file %q", f.Key)
			}
		}
		for _, q := range e.Quarantine {
			if e.Arrival.Truncate(24*time.Hour).UnixMilli() < c.expired["quarantine"] {
				continue
			}
			name(e.key, q.Kept)
			if !grammar[4].MatchString(q.Kept) || !strings.Contains(q.Kept, "/"+e.ID+"/") {
				c.blame("Keys", e.key, "names the quarantined piece %q", q.Kept)
			}
		}
		// Of what has expired the mark goes first, and the entry behind it.
		going := c.Unfinished && e.Arrival.UnixMilli() < c.expired["lake"]
		if e.Accounts.Quarantined > 0 && e.Origin.URL != "-" && !going {
			sum := sha256.Sum256([]byte(e.Origin.URL))
			mark := "ledger/damaged/" + hex.EncodeToString(sum[:16]) + "/" + e.ID
			if _, there := c.files[mark]; !there {
				c.blame("Files", mark, "%s is of a damaged object, but has no mark for its successor", e.key)
			}
		}
	}
	if c.Unfinished {
		return
	}
	for key := range c.files {
		if head, _, _ := strings.Cut(key, "/"); (head == "lake" || head == "quarantine") && named[key] == "" {
			c.blame("Files", key, "nothing in the ledger names it")
		}
	}
}

// hashLanding identifies the landing objects by their content.
func (c *checker) hashLanding() {
	for key := range c.files {
		if !strings.HasPrefix(key, "landing/") {
			continue
		}
		sum, _, err := hashFile(c.path(key))
		if err != nil {
			c.blame("Files", key, "%v", err)
			continue
		}
		c.content[key] = sum
	}
}

// checkLanding demands an entry for every landing object.
func (c *checker) checkLanding() {
	if c.Unfinished {
		return
	}
	done := map[string]bool{}
	for _, e := range c.entries {
		done[e.ID] = true
	}
	for key, id := range c.content {
		if !done[id] && !done[c.tagID(key)] {
			c.blame("Accounts", key, "the landing object has no ledger entry")
		}
	}
}

// object returns the bytes that an entry accounts for, where they can be had.
func (c *checker) object(e *entry) ([]byte, bool) {
	inLake := false
	for _, o := range append([]origin{e.Origin}, e.Also...) {
		name := c.path(o.URL)
		if strings.HasPrefix(o.URL, "landing/") {
			inLake = true
		} else if name = filePath(o.URL); name == "" {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) == e.ID || tagID(o.URL, b) == e.ID {
			return b, true
		}
	}
	if inLake && !c.Unfinished && e.Arrival.UnixMilli() >= c.expired["landing"] {
		c.blame("Accounts", e.key, "its landing object %s is gone, or no longer what was transformed", e.Origin.URL)
	}
	return nil, false
}

// tagID is the identity of a landing object that lies in a bucket and was written with one
// request: its tag is then the MD5 of its bytes.
func tagID(url string, b []byte) string {
	tag := md5.Sum(b)
	sum := sha256.Sum256(fmt.Appendf(nil, "s3\n%s\n%d\n%x\n", url, len(b), tag))
	return hex.EncodeToString(sum[:])
}

func (c *checker) tagID(key string) string {
	b, err := os.ReadFile(c.path(key))
	if err != nil {
		return ""
	}
	return tagID(key, b)
}

// filePath is the path of a file:// URL, or "".
func filePath(s string) string {
	rest, ok := strings.CutPrefix(s, "file://")
	if !ok {
		return ""
	}
	if _, err := os.Stat(rest); err == nil {
		return rest
	}
	plain, err := url.PathUnescape(rest)
	if err != nil {
		return ""
	}
	return plain
}
