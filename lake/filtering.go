package lake

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// filtersFolder holds the filters of an hour's compacted files. No file's id is used twice, so what
// they say of a file that counts is right whenever it was written.
const filtersFolder = LedgerFolder + "/filters"

var filtersPattern = regexp.MustCompile(`^ledger/filters/(\d{4}/\d{2}/\d{2}/\d{2})\.words$`)

func filtersKey(hour int64) string {
	return filtersFolder + "/" + hourStart(hour).Format(hourPath) + ".words"
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// filterReader reads the filters of hours.
type filterReader struct {
	lake *Lake
	hour int64
	file Object // nil: there are none of that hour, or none that can be read
	of   map[ID][]stored
	bad  bool
}

func (r *filterReader) close() {
	if r.file != nil {
		r.file.Close()
	}
	*r = filterReader{lake: r.lake}
}

func (r *filterReader) open(hour int64) {
	r.close()
	r.hour = hour
	file, err := r.lake.Open(filtersKey(hour))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		r.file = file
		r.of, err = decodeFilters(file)
	}
	if err != nil {
		r.blame(err)
	}
}

// blame names the filters that are open as damaged, and believes them no more.
func (r *filterReader) blame(err error) {
	r.of, r.bad = nil, true
	key := filtersKey(r.hour)
	r.lake.mu.Lock()
	defer r.lake.mu.Unlock()
	r.lake.damaged[key] = &seamark.Fault{What: "damaged filters of an hour: all of its files are searched, which takes longer", Where: key, Err: err,
		Remedy: "run `" + r.lake.Command("compact") + "`"}
}

// may reports whether a file may hold rows that need what met asks for.
func (r *filterReader) may(f File, met func(has func(word uint64) bool) bool) bool {
	_, id, err := ParseFileKey(f.Key)
	filters, known := r.of[id]
	if err != nil || !known {
		return true
	}
	return slices.ContainsFunc(filters, func(s stored) bool {
		return met(func(word uint64) bool {
			if r.bad {
				return true
			}
			has, err := s.has(r.file, word)
			if err != nil {
				r.blame(err)
			}
			return has
		})
	}) || r.bad
}

// MayHold picks of files those that may hold rows that need certain words: met says of the hashes of
// words that are there whether that is enough. Of files without filters, as those that are not compacted, and where
// the filters cannot be read, all may.
func (l *Lake) MayHold(files []File, met func(has func(word uint64) bool) bool) []File {
	if _, ok := l.Store.(Dated); !ok {
		return files
	}
	byHour := map[int64][]int{}
	for i, f := range files {
		if IsCompacted(f.Key) {
			byHour[f.Hour] = append(byHour[f.Hour], i)
		}
	}
	r := &filterReader{lake: l}
	defer r.close()
	never := make([]bool, len(files))
	for hour, of := range byHour {
		r.open(hour)
		for _, i := range of {
			never[i] = !r.may(files[i], met)
		}
	}
	out := make([]File, 0, len(files))
	for i, f := range files {
		if !never[i] {
			out = append(out, f)
		}
	}
	return out
}

// putFilters writes the filters of an hour's files: fresh ones, and of the files that stay what was written of them.
func (l *Lake) putFilters(hour int64, fresh map[ID][]filter, stay []SnapshotFile) error {
	all := map[ID][]filter{}
	maps.Copy(all, fresh)
	r := &filterReader{lake: l}
	defer r.close()
	r.open(hour)
	for _, f := range stay {
		_, id, _ := ParseFileKey(f.Key)
		if _, known := all[id]; known {
			continue
		}
		if kept, ok := r.load(id); ok {
			all[id] = kept
		}
	}
	r.close()
	if err := l.PutBytes(filtersKey(hour), encodeFilters(all)); err != nil {
		return err
	}
	l.mu.Lock()
	delete(l.damaged, filtersKey(hour))
	l.mu.Unlock()
	return nil
}

// load reads all filters of a file.
func (r *filterReader) load(id ID) (out []filter, ok bool) {
	for _, s := range r.of[id] {
		bits, err := s.bits(r.file)
		if err != nil {
			return nil, false
		}
		out = append(out, filter{s.rows, bits})
	}
	return out, len(out) > 0
}

// filter makes the filters that are missing or damaged, of hours compacted before there were any, or
// by one who was killed or was second.
func (c *compactor) filter(ctx context.Context) (hours int, err error) {
	l := c.lake
	if !c.packs() {
		return 0, nil
	}
	for _, n := range l.compactedHours() {
		if ctx.Err() != nil || c.o.Pause != nil && c.o.Pause() {
			return hours, ctx.Err()
		}
		made, err := l.filterHour(ctx, n)
		if err != nil {
			return hours, err
		}
		if made {
			hours++
		}
	}
	return hours, nil
}

// filterHour makes what is missing of an hour's filters.
func (l *Lake) filterHour(ctx context.Context, n int64) (made bool, err error) {
	if l.filtersProven(n) {
		return false, nil
	}
	files := l.compactedFiles(n)
	r := &filterReader{lake: l}
	defer r.close()
	r.open(n)
	all, missing := map[ID][]filter{}, r.bad || len(r.of) > len(files)
	for _, f := range files {
		_, id, _ := ParseFileKey(f.Key)
		if kept, ok := r.load(id); ok {
			all[id] = kept
			continue
		}
		fresh, err := l.filtersOf(ctx, f)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err == nil { // else damaged or gone: the file itself is named by who reads it
			all[id], missing = fresh, true
		}
	}
	r.close()
	if missing {
		if err := l.putFilters(n, all, nil); err != nil {
			return false, err
		}
	}
	return missing, l.proveFilters(n)
}

// filtersOf reads a compacted file for its words.
func (l *Lake) filtersOf(ctx context.Context, f File) ([]filter, error) {
	g := new(gatherer)
	var err error
	if f.Table == seamark.TableAccessLogs {
		err = l.ReadAccessLogs(f.FileRef, func(rows []seamark.AccessLog) error { gather(g, filteredAccess, rows); return ctx.Err() })
	} else {
		err = l.ReadLogs(f.FileRef, func(rows []seamark.Log) error { gather(g, filteredLogs, rows); return ctx.Err() })
	}
	return g.filters(), err
}

func (l *Lake) compactedFiles(n int64) []File {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if h := l.hours[n]; h != nil {
		return slices.Clone(h.files)
	}
	return nil
}

// proof says of which filters and of which snapshot it is known that they are whole.
type proof struct {
	seq   int
	stamp stamp
}

func (l *Lake) proofOf(n int64) (p proof, ok bool) {
	info, err := l.Stat(filtersKey(n))
	if err != nil {
		return p, false
	}
	return proof{l.seqOf(n), stamp{info.Size(), info.ModTime().UnixNano()}}, true
}

func (l *Lake) filtersProven(n int64) bool {
	p, ok := l.proofOf(n)
	l.mu.RLock()
	defer l.mu.RUnlock()
	return ok && l.proven[n] == p
}

func (l *Lake) proveFilters(n int64) error {
	p, ok := l.proofOf(n)
	if !ok {
		return nil // an hour without files
	}
	l.mu.Lock()
	l.proven[n] = p
	l.mu.Unlock()
	return nil
}

// removeExpiredFilters removes the filters of hours that have expired.
func (l *Lake) removeExpiredFilters() error {
	before := l.watermarkOf(LakeFolder).hour
	return l.removeThose(filtersFolder, func(key string) bool {
		m := filtersPattern.FindStringSubmatch(key)
		if m == nil {
			return false
		}
		t, err := time.Parse(hourPath, m[1])
		return err == nil && t.Unix()/3600 < before
	})
}

// filters checks the filters of hours: that each page is as it was written.
func (v *verification) filters(r *Report) error {
	l := v.lake
	return l.Walk(filtersFolder, func(key string, _ fs.DirEntry) error {
		if err := l.checkFilters(key); err != nil {
			r.blame(key, "damaged filters of an hour: "+err.Error(), "run `"+l.Command("compact")+"`")
		}
		return v.ctx.Err()
	})
}

func (l *Lake) checkFilters(key string) error {
	file, err := l.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	of, err := decodeFilters(file)
	if err != nil {
		return err
	}
	for _, filters := range of {
		for _, s := range filters {
			if _, err := s.bits(file); err != nil {
				return err
			}
		}
	}
	return nil
}
