package lake

import (
	"io/fs"
	"maps"
	"regexp"
	"time"
)

// expiredFolder holds the watermarks of retention: empty objects whose names say before
// which hour everything of one kind has expired. The latest counts.
const expiredFolder = LedgerFolder + "/expired"

var expiredPattern = regexp.MustCompile(`^ledger/expired/(landing|lake|quarantine)-(\d{4}-\d{2}-\d{2}T\d{2})$`)

// watermarks are the hours before which everything has expired.
type watermarks struct {
	landing, lake, quarantine int64
}

func (w *watermarks) of(kind string) *int64 {
	switch kind {
	case LandingFolder:
		return &w.landing
	case LakeFolder:
		return &w.lake
	default:
		return &w.quarantine
	}
}

// read takes a watermark from its key; other keys are passed over.
func (w *watermarks) read(l *Lake, key string) {
	m := expiredPattern.FindStringSubmatch(key)
	if m == nil {
		return
	}
	t, err := time.Parse(hourLayout, m[2])
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := w.of(m[1]); t.Unix()/3600 > *at {
		*at = t.Unix() / 3600
		l.generation++
		maps.DeleteFunc(l.hours, func(n int64, _ *hour) bool { return n < l.expired.lake })
	}
}

// raise makes hour the watermark of kind, and removes those before it.
func (l *Lake) raise(kind string, hour int64) error {
	key := expiredFolder + "/" + kind + "-" + hourName(hour)
	if err := l.PutBytes(key, nil); err != nil {
		return err
	}
	l.expired.read(l, key)
	var lower []string
	err := l.Walk(expiredFolder, func(k string, _ fs.DirEntry) error {
		if m := expiredPattern.FindStringSubmatch(k); m != nil && m[1] == kind && k < key {
			lower = append(lower, k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.Remove(lower...)
}

// watermarks returns the watermarks as they are.
func (l *Lake) watermarks() watermarks {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.expired
}
