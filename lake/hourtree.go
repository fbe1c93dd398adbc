package lake

import (
	"errors"
	"strings"
	"time"
)

// Dated is a Store that tells when a folder last changed: when an object directly in it was
// written, replaced or removed, to less than clockGrain.
type Dated interface {
	// FolderTime returns when the folder changed last; it fails with fs.ErrNotExist.
	FolderTime(folder string) (time.Time, error)
}

// hourPath is where an hour lies in a tree of years, months, days and hours.
const hourPath = "2006/01/02/15"

// eachHour calls fn for each folder <root>/yyyy/mm/dd/hh whose hour lies in span, in order.
func (l *Lake) eachHour(root string, span hourSpan, fn func(n int64, folder string) error) error {
	low, high := hourStart(span.from).Format(hourPath), hourStart(span.to).Format(hourPath)
	if span.to-span.from < 48 {
		for n := span.from; n <= span.to; n++ {
			if err := fn(n, root+"/"+hourStart(n).Format(hourPath)); err != nil {
				return err
			}
		}
		return nil
	}
	return l.descend(root, "", low, high, fn)
}

// always is every hour of which there can be a folder.
var always = hourSpan{time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 3600, time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC).Unix() / 3600}

func (l *Lake) descend(root, below, low, high string, fn func(n int64, folder string) error) error {
	names, err := l.Folders(strings.TrimSuffix(root+"/"+below, "/"))
	if err != nil {
		return err
	}
	for _, name := range names {
		at := strings.TrimPrefix(below+"/"+name, "/")
		if len(at) > len(hourPath) || len(at) < 4 || at < low[:len(at)] || at > high[:len(at)] {
			continue
		}
		if len(at) < len(hourPath) {
			err = l.descend(root, at, low, high, fn)
		} else if t, parsed := time.Parse(hourPath, at); parsed == nil {
			err = fn(t.Unix()/3600, root+"/"+at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errNoTimes says that a store does not tell when a folder changed.
var errNoTimes = errors.New("this store does not tell when a folder changed")

// folderStamp is when a folder changed last, Unix nanoseconds.
func (l *Lake) folderStamp(folder string) (int64, error) {
	d, ok := l.Store.(Dated)
	if !ok {
		return 0, errNoTimes
	}
	t, err := d.FolderTime(folder)
	return t.UnixNano(), err
}
