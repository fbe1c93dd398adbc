package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Finding is one thing that does not hold.
type Finding struct {
	Invariant string // its name, as in the package's comment
	Key       string // path below the lake's folder, or the id of a request
	What      string
}

func (f Finding) String() string { return f.Invariant + ": " + f.Key + ": " + f.What }

// Options say what is expected of a lake.
type Options struct {
	Acked []Acked // requests that were answered 200
	// Unfinished allows what a process that was stopped on the way leaves: landing objects
	// that wait, segments in the spool, files that no ledger entry names, temporary files.
	// What the ledger says must hold all the same.
	Unfinished bool
	// Once demands that no event id stands in two landing objects.
	Once bool
}

// Lake checks a lake that is at rest: every landing object is done.
func Lake(folder string, acked []Acked) []Finding {
	return Check(folder, Options{Acked: acked, Once: len(acked) > 0})
}

// Check checks the lake in folder.
func Check(folder string, o Options) []Finding {
	c := &checker{root: folder, Options: o, content: map[string]string{}}
	c.run()
	slices.SortFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Invariant, b.Invariant), cmp.Compare(a.Key, b.Key), cmp.Compare(a.What, b.What))
	})
	return c.findings
}

type checker struct {
	Options
	root     string
	findings []Finding

	files   map[string]int64  // what lies in the folder: slash-separated path -> size
	content map[string]string // SHA-256 of landing objects, by key
	entries []*entry          // those that count
	old     map[string]*entry // by id: those that another supersedes

	superseded map[string]bool       // ids that entries name so
	expired    map[string]int64      // of landing, lake and quarantine: before when, Unix milliseconds
	expiredAt  map[string]int64      // the newest arrival that was known then
	snapshots  map[int64]*snapshot   // those that count, by hour
	compacted  map[string]*compacted // what their files hold of the objects that count, by id
	kept       map[eventID]bool      // whose rows those are
}

func (c *checker) blame(invariant, key, format string, args ...any) {
	c.findings = append(c.findings, Finding{invariant, key, fmt.Sprintf(format, args...)})
}

func (c *checker) run() {
	var err error
	if c.files, err = list(c.root); err != nil {
		c.blame("Files", ".", "cannot list the folder: %v", err)
		return
	}
	c.checkKeys()
	c.readWatermarks()
	c.readLedger()
	c.readSnapshots()
	c.hashLanding()
	c.checkNamed()
	c.checkSnapshots()
	seen := map[eventID]string{}
	for _, e := range c.entries {
		c.checkEntry(e, seen)
	}
	c.checkLanding()
	c.checkAcked()
}

// checkEntry compares an entry with its landing object and its files.
func (c *checker) checkEntry(e *entry, seen map[eventID]string) {
	a := e.Accounts
	if a.Events+a.Undecodable != a.Rows+a.Quarantined {
		c.blame("Accounts", e.key, "events %d + undecodable %d is not rows %d + quarantined %d", a.Events, a.Undecodable, a.Rows, a.Quarantined)
	}
	if int64(len(e.Quarantine)) != a.Quarantined {
		c.blame("Accounts", e.key, "%d pieces in quarantine, the accounts say %d", len(e.Quarantine), a.Quarantined)
	}
	part := c.compacted[e.ID]
	if part == nil {
		part = &compacted{}
	}
	got, rows := maps.Clone(part.ids), part.rows
	if got == nil {
		got = map[eventID]int{}
	}
	files, expired := c.loose(e)
	for _, f := range files {
		n, err := c.checkRows(f, got)
		if err != nil {
			c.blame("Files", f.Key, "%v", err)
		}
		rows += n
	}
	if rows+expired != a.Rows {
		c.blame("Accounts", e.key, "%d rows in Parquet and %d expired, the accounts say %d", rows, expired, a.Rows)
	}
	object, ok := c.object(e)
	if !ok {
		return
	}
	want := recount(object)
	c.compareCounts(e, want)
	if expired == 0 { // which ids have expired, nobody knows
		c.compareIDs(e, want, got, part.dropped)
	}
	c.checkQuarantine(e, object)
	if c.Once {
		for id := range want.ids {
			if other, twice := seen[id]; twice {
				c.blame("Ids", e.key, "event %s stands in the object of %s too", id, other)
			}
			seen[id] = e.key
		}
	}
}

func (c *checker) compareCounts(e *entry, want counted) {
	a := e.Accounts
	if want.bare {
		return // messages without an envelope: what is an event is the transformer's to say
	}
	if a.ControlMessages != want.control {
		c.blame("Accounts", e.key, "%d control messages in the object, the ledger says %d", want.control, a.ControlMessages)
	}
	if !want.damaged {
		if a.Events != want.events || a.Undecodable != want.undecodable {
			c.blame("Accounts", e.key, "the object holds events %d and undecodable %d, the ledger says %d and %d", want.events, want.undecodable, a.Events, a.Undecodable)
		}
		return
	}
	if a.Events < want.events || a.Events > want.events+want.partial {
		c.blame("Accounts", e.key, "the damaged object holds %d to %d events, the ledger says %d", want.events, want.events+want.partial, a.Events)
	}
	if a.Undecodable == 0 {
		c.blame("Accounts", e.key, "the object is damaged, but no payload is undecodable")
	}
}

// compareIDs compares the ids of the object's events with those of its rows. As many as
// compaction has dropped may be missing, if the row that stands for them is there.
func (c *checker) compareIDs(e *entry, want counted, got map[eventID]int, dropped int64) {
	if want.bare {
		return
	}
	missing, foreign, own := 0, 0, int64(0)
	example := eventID{}
	for id, n := range want.ids {
		if got[id] >= n {
			continue
		}
		if gone := int64(n - got[id]); gone <= dropped && c.kept[id] {
			dropped -= gone
			continue
		}
		missing += n - got[id]
		example = id
	}
	for id, n := range got {
		if extra := n - want.ids[id] - want.partialIDs[id]; extra > 0 {
			foreign += extra
			if isHash(id.id) {
				own += int64(extra) // ids of ours, for events that came without
			} else {
				example = id
			}
		}
	}
	foreign -= int(min(own, want.anonymous+int64(want.partialIDs[eventID{}])))
	if missing > 0 {
		c.blame("Ids", e.key, "%d events of the object are no rows, such as %s", missing, example)
	}
	if foreign > 0 {
		c.blame("Ids", e.key, "%d rows are not in the object, or twice, such as %s", foreign, example)
	}
}
