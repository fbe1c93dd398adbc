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
		_, newest := timesOf(e)
		if named && (since.IsZero() || newest >= since.UnixMilli()) {
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

// PickDay chooses the entries that may have rows filed under a UTC day: by their own time, or, where
// that cannot be true, by their arrival.
func PickDay(entries []*lake.Entry, day time.Time) []*lake.Entry {
	var out []*lake.Entry
	end := day.AddDate(0, 0, 1)
	for _, e := range entries {
		arrived := !e.Arrival.Before(day) && e.Arrival.Before(end)
		if oldest, newest := timesOf(e); arrived || oldest < end.UnixMilli() && newest >= day.UnixMilli() {
			out = append(out, e)
		}
	}
	return out
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

// timesOf is the oldest and the newest timestamp of an entry's rows, Unix milliseconds; of none they
// are the largest and the least number.
func timesOf(e *lake.Entry) (oldest, newest int64) {
	if e.Brief != nil {
		return e.Brief.MinMs, e.Brief.MaxMs
	}
	oldest, newest = math.MaxInt64, math.MinInt64
	for _, f := range e.Files {
		oldest, newest = min(oldest, f.MinMs), max(newest, f.MaxMs)
	}
	return oldest, newest
}
