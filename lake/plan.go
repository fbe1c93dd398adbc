package lake

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// hourPlan is what is to be done about one hour.
type hourPlan struct {
	hour     int64
	was      *Snapshot // what the new one follows; its Seq is 0 when there is none
	loose    map[Partition][]File
	settled  map[Partition][]File // what is to be merged of the compacted files
	carried  []SnapshotFile       // and what stays
	outcomes map[ID]Outcome       // of the objects of loose
	hidden   []ID                 // objects that the new snapshot no longer includes
	why      string
}

// hours lists those that may need something, oldest first.
func (c *compactor) hours() []int64 {
	c.lake.mu.RLock()
	all := slices.Sorted(maps.Keys(c.lake.hours))
	c.lake.mu.RUnlock()
	if !c.o.Hour.IsZero() {
		all = []int64{HourOf(c.o.Hour.UnixMilli())}
	}
	return slices.DeleteFunc(all, func(n int64) bool {
		p, err := c.plan(n, nil)
		return err == nil && p == nil
	})
}

// CompactDue returns the hours of events that Compact would take on now, each by its start in UTC.
func (l *Lake) CompactDue(o CompactOptions) map[time.Time]bool {
	o.setDefaults()
	due := map[time.Time]bool{}
	for _, n := range (&compactor{lake: l, o: o}).hours() {
		due[hourStart(n)] = true
	}
	return due
}

// closed reports whether an hour ended long enough ago.
func (c *compactor) closed(n int64) bool {
	return !hourStart(n + 1).Add(c.o.OlderThan).After(c.o.Now())
}

// plan looks what an hour needs, given its present snapshot; nil: nothing. Without was it
// only tells whether it needs something.
func (c *compactor) plan(n int64, was *Snapshot) (*hourPlan, error) {
	l := c.lake
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hours[n]
	if h == nil || n < l.expired.lake.hour {
		return nil, nil
	}
	l.hide(h)
	p := &hourPlan{hour: n, was: was, loose: map[Partition][]File{}, settled: map[Partition][]File{}, outcomes: map[ID]Outcome{},
		hidden: slices.Clone(h.hidden)}
	files, most := 0, 0
	for id, loose := range h.loose {
		p.outcomes[id] = l.entries[id].outcome
		for _, f := range loose {
			p.loose[f.Partition] = append(p.loose[f.Partition], f)
			files++
			most = max(most, len(p.loose[f.Partition]))
		}
	}
	whole := c.closed(n) || len(p.hidden) > 0 && most > c.o.SmallFiles // else only what is new
	runs := p.runs(h, was, whole)
	var why []string
	if files > 0 {
		why = append(why, count(files, "new file"))
	}
	if len(p.hidden) > 0 {
		why = append(why, count(len(p.hidden), "object")+" repaired or done anew")
	}
	if runs > 0 {
		why = append(why, count(runs, "partition")+" in several runs")
	}
	p.why = strings.Join(why, ", ")
	if p.why == "" || !c.closed(n) && most <= c.o.SmallFiles {
		return nil, nil
	}
	if was != nil && was.Seq != h.seq {
		return nil, errMoved
	}
	return p, nil
}

// errMoved says that an hour has changed while it was looked at.
var errMoved = errors.New("somebody else works on this hour")

// runs parts the compacted files in those to be merged and those that stay. It returns how
// many partitions hold more than one sorted run.
func (p *hourPlan) runs(h *hour, was *Snapshot, whole bool) (several int) {
	run := map[Partition]map[string]bool{}
	files := map[string]SnapshotFile{}
	if was != nil {
		for _, f := range was.Files {
			files[f.Key] = f
		}
	}
	for _, f := range h.files {
		if run[f.Partition] == nil {
			run[f.Partition] = map[string]bool{}
		}
		run[f.Partition][f.run] = true
	}
	for _, f := range h.files {
		mixed := len(run[f.Partition]) > 1
		if whole && (mixed || len(p.loose[f.Partition]) > 0 || len(p.hidden) > 0) {
			f.Hidden, f.spent = h.hidden, len(h.hidden) == len(h.included)
			p.settled[f.Partition] = append(p.settled[f.Partition], f)
		} else {
			p.carried = append(p.carried, files[f.Key])
		}
	}
	for _, r := range run {
		if whole && len(r) > 1 {
			several++
		}
	}
	return several
}

// partitions lists those to be merged, in order.
func (p *hourPlan) partitions() []Partition {
	all := maps.Clone(p.loose)
	maps.Copy(all, p.settled)
	return slices.SortedFunc(maps.Keys(all), func(a, b Partition) int { return strings.Compare(a.Folder(), b.Folder()) })
}

// inputs lists the files to be merged, in order.
func (p *hourPlan) inputs() []File {
	var out []File
	for _, at := range p.partitions() {
		out = append(out, p.loose[at]...)
		out = append(out, p.settled[at]...)
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// report begins the hour's report with what goes in.
func (p *hourPlan) report() CompactedHour {
	r := CompactedHour{Hour: hourStart(p.hour), Why: p.why, Partitions: len(p.partitions())}
	for _, f := range p.inputs() {
		r.FilesBefore++
		r.BytesBefore += f.Bytes
	}
	return r
}

// estimate completes the report of what was not done.
func (p *hourPlan) estimate(targetBytes int64) CompactedHour {
	r := p.report()
	r.BytesAfter = r.BytesBefore
	for _, at := range p.partitions() {
		sum := int64(0)
		for _, f := range slices.Concat(p.loose[at], p.settled[at]) {
			sum += f.Bytes
			r.Rows += f.Rows
		}
		r.FilesAfter += int((sum + targetBytes - 1) / targetBytes)
	}
	return r
}

// snapshot is the one that follows, once the rows are merged.
func (p *hourPlan) snapshot(attempt string, t *tally, files []SnapshotFile) (*Snapshot, error) {
	s := &Snapshot{Version: 1, Hour: hourName(p.hour), Seq: p.was.Seq + 1, Attempt: attempt, Included: []Included{}, Files: slices.Concat(p.carried, files)}
	for _, o := range p.was.Included {
		if _, hidden := slices.BinarySearch(p.hidden, o.ID); !hidden {
			o.Dropped += t.dropped[o.ID]
			s.Included = append(s.Included, o)
		}
	}
	want := map[ID]int64{}
	for _, files := range p.loose {
		for _, f := range files {
			_, id, err := ParseFileKey(f.Key)
			if err != nil {
				return nil, err
			}
			want[id] += f.Rows
		}
	}
	for id, outcome := range p.outcomes {
		if t.rows[id] != want[id] {
			return nil, fmt.Errorf("the files of object %s hold %d rows, the ledger says %d", id, t.rows[id], want[id])
		}
		s.Included = append(s.Included, Included{id, outcome, want[id], t.dropped[id]})
	}
	return s, nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// present reads an hour's newest snapshot; one with the number 0 when there is none.
func (l *Lake) present(n int64) (*Snapshot, error) {
	if err := l.refreshHour(n); err != nil {
		return nil, err
	}
	seq := l.seqOf(n)
	if l.hourDamaged(n) || seq == 0 { // nobody knows what a damaged one includes: what is loose is all there is
		return &Snapshot{Seq: seq}, nil
	}
	s, err := l.Snapshot(n)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errMoved
	}
	return s, err
}

// due is a deletion that waits for readers who hold old lists.
type due struct {
	hour int64
	at   time.Time
	keys []string
	todo string
}
