package lake

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"slices"
	"sync"

	seamark "github.com/seamark-hq/seamark"
)

// demand is how a lake reads of its ledger only what questions need.
type demand struct {
	mu   sync.Mutex
	met  []hourSpan      // hours of events that were asked for
	read map[int64]int64 // hours of arrival of which every entry was read, with their folder's stamp
	seen map[int64]int64 // hours of arrival of which a section's changes were read, with their folder's stamp
}

// OnDemand returns a lake over s that knows of its ledger what Need was asked for: for a process
// that asks a few questions of a lake with very many landing objects. Of what arrived in an hour it reads the pack's section
// where that is as new as the entries' folder, else the entries themselves.
//
// It is for reading: what is not asked for it does not know. A store that is not Dated is read whole.
func OnDemand(s Store) *Lake {
	if _, ok := s.(Dated); !ok {
		return New(s)
	}
	l := newLake(s)
	l.demand = &demand{read: map[int64]int64{}, seen: map[int64]int64{}}
	return l
}

// Need makes sure that Files tells the truth of a span of events. A lake whose whole ledger is read
// needs nothing.
func (l *Lake) Need(ctx context.Context, span seamark.Span) error {
	if l.demand == nil {
		return nil
	}
	want := always
	if !span.From.IsZero() {
		want.from = max(want.from, HourOf(span.From.UnixMilli()))
	}
	if !span.To.IsZero() {
		want.to = min(want.to, HourOf(span.To.UnixMilli()))
	}
	d := l.demand
	d.mu.Lock()
	defer d.mu.Unlock()
	if want.from > want.to || slices.ContainsFunc(d.met, func(m hourSpan) bool { return m.from <= want.from && want.to <= m.to }) {
		return nil
	}
	if err := l.meetDemand(ctx, want); err != nil {
		return err
	}
	d.met = append(slices.DeleteFunc(d.met, func(m hourSpan) bool { return want.from <= m.from && m.to <= want.to }), want)
	return nil
}

// refreshDemand looks again for all that was asked for.
func (l *Lake) refreshDemand(ctx context.Context) error {
	l.demand.mu.Lock()
	defer l.demand.mu.Unlock()
	for _, span := range l.demand.met {
		if err := l.meetDemand(ctx, span); err != nil {
			return err
		}
	}
	return nil
}

// meetDemand reads what hours of events need: the watermarks, the hours' snapshots, and the
// entries that these do not stand for.
func (l *Lake) meetDemand(ctx context.Context, span hourSpan) error {
	news := func(key string, _ fs.DirEntry) error { l.readNews(key); return ctx.Err() }
	if err := l.Walk(expiredFolder, news); err != nil {
		return err
	}
	if err := l.eachHour(hoursFolder, span, func(_ int64, folder string) error { return l.Walk(folder, news) }); err != nil {
		return err
	}
	packs := &packReader{lake: l}
	defer packs.close()
	return l.eachHour(LedgerFolder, always, func(n int64, folder string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := packs.section(n) // before the folder's time: a pack that is written meanwhile is of a later one
		stamp, err := l.folderStamp(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if s != nil && s.stamp == stamp {
			if err := l.meetSection(packs, s, span); err == nil {
				return nil
			} else { // the plain way, below
				packs.blame(err)
			}
		}
		if l.demand.read[n] == stamp {
			return nil
		}
		if err := l.Walk(folder, news); err != nil {
			return err // of what was not read nothing is known
		}
		l.demand.read[n] = stamp
		return nil
	})
}

// meetSection takes in what a section says. It fails when a piece of it is damaged.
func (l *Lake) meetSection(r *packReader, s *section, span hourSpan) error {
	fresh := l.demand.seen[s.hour] != s.stamp
	if !fresh && !s.touches(span) {
		return nil
	}
	var whole []string // entries whose files are to be known
	for kind, piece := range s.pieces {
		if kind == plain && !s.touches(span) {
			continue
		}
		b, err := piece.read(r.file)
		if err != nil {
			return err
		}
		err = decodeShorts(b, s.hour, func(e *short) {
			if l.needs(e, span) {
				whole = append(whole, e.key())
			} else if kind == changed && fresh {
				l.recall(e)
			}
		})
		if err != nil {
			return err
		}
	}
	for _, key := range whole {
		l.load(key)
	}
	l.demand.seen[s.hour] = s.stamp
	return nil
}

// needs reports whether an entry has files in span that no snapshot stands for.
func (l *Lake) needs(e *short, span hourSpan) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return !l.superseded[e.name()] && slices.ContainsFunc(e.hours, func(n int64) bool {
		return span.holds(n) && !l.hours[n].has(e.inclusion) && !l.expired.lake.gone(n, e.arrival)
	})
}

// recall takes in what a pack says of an entry that may make rows of others count no longer.
func (l *Lake) recall(e *short) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.entries[e.name()]; h == nil || h.outcome != e.at() {
		l.add(&Entry{ID: e.name(), Arrival: e.arrival, Supersedes: e.supersedes, Brief: &Brief{Outcome: e.at()}}, stamp{})
	}
}

// load takes an entry in as it is now.
func (l *Lake) load(key string) {
	l.learn(ID(ledgerKeyPattern.FindStringSubmatch(key)[1]), func(*held) func() {
		e, err := l.Entry(key)
		return func() {
			switch {
			case errors.Is(err, fs.ErrNotExist): // gone meanwhile
			case err != nil:
				l.damaged[key] = err
			default:
				l.add(e, stamp{})
			}
		}
	})
}

// packReader reads packs day by day.
type packReader struct {
	lake     *Lake
	day      int64 // since 1970
	key      string
	file     Object // nil: there is no pack of that day, or none that can be read
	sections []section
}

func (r *packReader) close() {
	if r.file != nil {
		r.file.Close()
	}
	*r = packReader{lake: r.lake, day: math.MinInt64}
}

// section finds what a pack says of an hour of arrival; nil: nothing.
func (r *packReader) section(n int64) *section {
	if day := floorDay(n); r.key == "" || day != r.day {
		r.open(day)
	}
	i, found := slices.BinarySearchFunc(r.sections, n, func(s section, n int64) int { return int(s.hour - n) })
	if !found {
		return nil
	}
	return &r.sections[i]
}

func floorDay(hour int64) int64 {
	if hour < 0 {
		return (hour - 23) / 24
	}
	return hour / 24
}

func (r *packReader) open(day int64) {
	r.close()
	r.day, r.key = day, packKey(hourStart(day*24).Format("2006/01/02"))
	file, err := r.lake.Open(r.key)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		r.file = file
		if r.sections, err = decodeHead(file); err == nil {
			r.lake.mu.Lock()
			delete(r.lake.damaged, r.key)
			r.lake.mu.Unlock()
			return
		}
	}
	r.blame(err)
}

// blame names the pack that is open as damaged.
func (r *packReader) blame(err error) {
	r.lake.mu.Lock()
	defer r.lake.mu.Unlock()
	r.lake.damaged[r.key] = &seamark.Fault{What: "damaged pack of the ledger: the entries themselves are read, which takes longer", Where: r.key, Err: err,
		Remedy: "run `" + r.lake.Command("compact") + "`"}
}
