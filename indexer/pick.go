package indexer

import (
	"fmt"
	"math"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Pick chooses entries by age and by name: those with a row from since on, or of any age when it is
// zero; a name is a landing id, an origin or the key of a lake file, and none names all.
func Pick(entries []*lake.Entry, since time.Time, names []string) ([]*lake.Entry, error) {
	var out []*lake.Entry
	found := make([]bool, len(names))
	for _, e := range entries {
		named := len(names) == 0
		for i, name := range names {
			if isNamed(e, name) {
				named, found[i] = true, true
			}
		}
		recent := since.IsZero() || newestOf(e) >= since.UnixMilli()
		if named && recent {
			out = append(out, e)
		}
	}
	for i, ok := range found {
		if !ok {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("the lake has no object %q", names[i]),
				Remedy: "name a landing id, a landing object or a lake file, or none for all"}
		}
	}
	return out, nil
}

func isNamed(e *lake.Entry, name string) bool {
	if string(e.ID) == name || e.Origin.URL == name || e.Origin.URL == "file://"+name || strings.HasSuffix(name, "/"+e.Origin.URL) {
		return true
	}
	for _, t := range seamark.Tables() {
		if i := strings.LastIndex(name, lake.LakeFolder+"/"+string(t)+"/"); i >= 0 {
			_, id, err := lake.ParseFileKey(name[i:])
			return err == nil && id == e.ID
		}
	}
	return false
}

// newestOf is the newest timestamp of an entry's rows, Unix milliseconds; of none it is the least number.
func newestOf(e *lake.Entry) int64 {
	if e.Brief != nil {
		return e.Brief.MaxMs
	}
	newest := int64(math.MinInt64)
	for _, f := range e.Files {
		newest = max(newest, f.MaxMs)
	}
	return newest
}
