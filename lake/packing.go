package lake

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"time"
)

// pack writes the packs of days on which entries have changed, of hours of arrival that are closed.
// It may be stopped at any moment and run again, and twice at once: a section says of which state of the folder it
// is, and is believed of no other. Where the store is not Dated there are no packs.
func (c *compactor) pack(ctx context.Context) (hours int, err error) {
	l := c.lake
	if !c.packs() {
		return 0, nil
	}
	d := &dayPacker{c: c}
	err = l.eachHour(LedgerFolder, always, func(n int64, folder string) error {
		if ctx.Err() != nil || c.o.Pause != nil && c.o.Pause() {
			return errPaused
		}
		return d.hour(n, folder)
	})
	if err == nil || errors.Is(err, errPaused) {
		err = errors.Join(d.flush(), ctx.Err())
	}
	return d.hours, err
}

// packs reports whether packs and filters are written: only where they are read.
func (c *compactor) packs() bool {
	_, ok := c.lake.Store.(Dated)
	return ok && !c.lake.part
}

var errPaused = errors.New("paused")

// dayPacker packs day by day.
type dayPacker struct {
	c        *compactor
	old      packReader
	sections []packed
	fresh    int // of them, those that are not in the old pack
	hours    int // all of those
}

// hour packs an hour of arrival, or keeps what the old pack says of it.
func (d *dayPacker) hour(n int64, folder string) error {
	l := d.c.lake
	if d.old.key == "" || floorDay(n) != d.old.day {
		if err := d.flush(); err != nil {
			return err
		}
		d.old.lake = l
		d.old.open(floorDay(n))
	}
	if !d.c.closed(n) {
		return nil
	}
	stamp, err := l.folderStamp(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if kept, ok := d.keep(n, stamp); ok {
		d.sections = append(d.sections, kept)
		return nil
	}
	p, err := l.packHour(n, folder, stamp)
	if errors.Is(err, errNotPacked) {
		return nil
	}
	if err != nil {
		return err
	}
	d.sections = append(d.sections, p)
	d.fresh++
	return nil
}

// keep takes a section over from the old pack, when it is whole and as new as the folder.
func (d *dayPacker) keep(n, stamp int64) (p packed, ok bool) {
	s := d.old.section(n)
	if s == nil || s.stamp != stamp {
		return p, false
	}
	p.section = *s
	for i, piece := range s.pieces {
		b, err := piece.read(d.old.file)
		if err != nil {
			return p, false
		}
		p.bytes[i] = b
	}
	return p, true
}

// flush writes the pack of the day, if it says something new.
func (d *dayPacker) flush() error {
	key := d.old.key
	d.old.close()
	sections, fresh := d.sections, d.fresh
	d.sections, d.fresh = nil, 0
	if fresh == 0 {
		return nil
	}
	d.hours += fresh
	return d.c.lake.PutBytes(key, encodePack(sections))
}

// errNotPacked says that an hour cannot be packed for now.
var errNotPacked = errors.New("not packed")

// packHour makes the section of an hour of arrival from its entries, if all can be read and the folder
// has not changed for clockGrain, nor meanwhile: its time tells later changes apart.
func (l *Lake) packHour(n int64, folder string, stamp int64) (packed, error) {
	if age := time.Since(time.Unix(0, stamp)); age < clockGrain {
		return packed{}, errNotPacked
	}
	var entries []*Entry
	err := l.Walk(folder, func(key string, _ fs.DirEntry) error {
		if !ledgerKeyPattern.MatchString(key) {
			return nil
		}
		e, err := l.Entry(key)
		if err != nil {
			return errNotPacked // gone, or damaged: verify names it
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return packed{}, err
	}
	if now, err := l.folderStamp(folder); err != nil || now != stamp {
		return packed{}, errNotPacked
	}
	return packEntries(n, stamp, entries), nil
}

// removeEmptyPacks removes the packs of days of which no entry is left.
func (l *Lake) removeEmptyPacks() error {
	return l.removeThose(packsFolder, func(key string) bool {
		m := packPattern.FindStringSubmatch(key)
		return m != nil && l.empty(LedgerFolder+"/"+m[1])
	})
}

// removeThose removes the objects below a folder of which fn says so.
func (l *Lake) removeThose(folder string, fn func(key string) bool) error {
	var keys []string
	err := l.Walk(folder, func(key string, _ fs.DirEntry) error {
		if fn(key) {
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	return l.Remove(keys...)
}

// empty reports whether no object lies below a folder.
func (l *Lake) empty(folder string) bool {
	return l.Walk(folder, func(string, fs.DirEntry) error { return errFound }) == nil
}

var errFound = errors.New("found")

// packs checks the packs: that they can be read, and that what is believed of them is what the
// entries say.
func (v *verification) packs(r *Report) error {
	l := v.lake
	blame := func(key, what string) { r.blame(key, what, "delete it, then run `"+l.Command("compact")+"`") }
	return l.Walk(packsFolder, func(key string, _ fs.DirEntry) error {
		if !packPattern.MatchString(key) {
			return v.ctx.Err()
		}
		file, err := l.Open(key)
		if err != nil {
			return nil // gone meanwhile
		}
		defer file.Close()
		sections, err := decodeHead(file)
		if err != nil {
			blame(key, "damaged pack of the ledger: "+err.Error())
			return nil
		}
		for _, s := range sections {
			if what := l.checkSection(&s, file); what != "" {
				blame(key, what)
				break
			}
		}
		return v.ctx.Err()
	})
}

// checkSection compares a section with the entries. One that is older than their folder is not believed, and so is not wrong.
func (l *Lake) checkSection(s *section, file Object) string {
	hour := hourName(s.hour)
	var bytesOf [2][]byte
	for i, piece := range s.pieces {
		b, err := piece.read(file)
		if err != nil {
			return "damaged pack of the ledger, at the arrivals of " + hour + ": " + err.Error()
		}
		bytesOf[i] = b
	}
	folder := LedgerFolder + "/" + hourStart(s.hour).Format(hourPath)
	if stamp, err := l.folderStamp(folder); err != nil || stamp != s.stamp {
		return ""
	}
	now, err := l.packHour(s.hour, folder, s.stamp)
	if err != nil {
		return "" // an entry is damaged, and named
	}
	for i, b := range bytesOf {
		if !bytes.Equal(b, now.bytes[i]) {
			return "the pack says of the arrivals of " + hour + " what their entries do not"
		}
	}
	return ""
}
