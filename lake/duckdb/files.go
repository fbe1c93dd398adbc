package duckdb

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Cache brings files of a lake that lies elsewhere to this machine.
type Cache interface {
	// Root is the folder below which each file lies under its key, with something behind it.
	Root() string
	// Fetch brings files here, in which a question is about to be asked. They stay until end
	// is called. It returns where each lies, "" for one that is damaged or gone, with the
	// reason by key. err is one for which the question must be given up.
	Fetch(ctx context.Context, files []lake.File) (paths []string, bad map[string]string, end func(), err error)
	// Suspect is told of a file that DuckDB could not read, and reports whether it may be
	// another time: then it is fetched anew.
	Suspect(key string) bool
}

// asking is one question being asked: what it holds ends with it.
type asking struct {
	*DB
	ctx  context.Context
	ends []func()
	only map[seamark.Table]map[string]bool // of these tables only the files with these keys are needed,
	as   uint64                            // as long as the lake is of this generation
	err  error                             // why the question cannot be asked
}

func (d *DB) ask(ctx context.Context) *asking { return &asking{DB: d, ctx: ctx} }

func (a *asking) end() {
	for _, end := range a.ends {
		end()
	}
}

// located is a lake file that lies on this machine.
type located struct {
	lake.File
	path string
}

// listings is how often one question lists its files because some have moved meanwhile.
const listings = 5

// files finds those of the listed files that are whole at first sight.
func (a *asking) files(list func() []lake.File) []located {
	for try := 1; ; try++ {
		there, moved := a.whole(list())
		if !moved || try == listings {
			return there
		}
	}
}

// list lists t's files that may hold rows in span, but for those that are known to be damaged.
func (a *asking) list(t seamark.Table, span seamark.Span, keep func(lake.Partition) bool) []lake.File {
	if err := a.need(span); err != nil {
		a.err = err
		return nil
	}
	leftOut := a.Broken()
	var files []lake.File
	only, pruned := a.only[t]
	pruned = pruned && a.lake.Generation() == a.as
	for _, f := range a.lake.Files(t, span) {
		if pruned && !only[f.Key] {
			continue
		}
		if _, bad := leftOut[f.Key]; !bad && (keep == nil || keep(f.Partition)) {
			files = append(files, f)
		}
	}
	return files
}

// need makes the lake know the files of span, and names what of its ledger cannot be read, once.
func (a *asking) need(span seamark.Span) error {
	if err := a.lake.Need(a.ctx, span); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, err := range a.lake.Damaged() {
		if !a.damaged[key] {
			a.damaged[key] = true
			a.logger.Warn(err.Error())
		}
	}
	return nil
}

// whole finds files on this machine, without those that are not whole; moved: some no longer count,
// having been compacted or done anew since they were listed.
func (a *asking) whole(files []lake.File) (there []located, moved bool) {
	there, bad := a.locate(files)
	if len(bad) > 0 && a.gone(slices.Collect(maps.Keys(bad))) {
		return there, true
	}
	for key, reason := range bad {
		a.leaveOut(key, reason)
	}
	return there, false
}

// gone reports whether one of the files no longer counts, as the ledger now has it.
func (a *asking) gone(keys []string) bool {
	gone, err := a.lake.Gone(a.ctx, keys...)
	return gone && err == nil
}

// locate finds files on this machine, and says why some are not there or not whole.
func (a *asking) locate(files []lake.File) (there []located, bad map[string]string) {
	if a.cache == nil {
		return a.locateLocal(files)
	}
	paths, bad, end, err := a.cache.Fetch(a.ctx, files)
	if err != nil {
		a.err = err
		return nil, nil
	}
	a.ends = append(a.ends, end)
	for i, p := range paths {
		if p != "" {
			there = append(there, located{files[i], p})
		}
	}
	return there, bad
}

// locateLocal is locate for files that lie in a folder of this machine.
func (d *DB) locateLocal(files []lake.File) (there []located, bad map[string]string) {
	bad = map[string]string{}
	for _, f := range files {
		p, err := d.lake.Path(f.Key)
		if err != nil {
			bad[f.Key] = err.Error()
			continue
		}
		info, err := os.Stat(p)
		switch {
		case err != nil:
			bad[f.Key] = "missing"
		case info.Size() != f.Bytes:
			bad[f.Key] = fmt.Sprintf("%d bytes, the ledger says %d", info.Size(), f.Bytes)
		default:
			there = append(there, located{f, p})
		}
	}
	return there, bad
}
