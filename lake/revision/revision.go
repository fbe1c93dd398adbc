// Package revision keeps one document that many processes change, in a store whose only lock is
// that an object is made once: as numbered revisions in a folder of their own, of which the
// highest counts. Whoever saves makes the revision after the one he has read; who was slower is
// told, reads again and merges.
//
//	<folder>/<number>.json    the number in ten digits, from 1
package revision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Store is what revisions need of a store; a lake.Store is one.
type Store interface {
	Walk(prefix string, fn func(key string, e fs.DirEntry) error) error
	ReadFile(key string) ([]byte, error)
	// Create fails with fs.ErrExist when the key is taken.
	Create(key string, write func(io.Writer) error) error
	Remove(keys ...string) error
}

// Kept is how many revisions stay. One may be made late, by a process that stood still
// meanwhile; as long as those are kept that were made since, that is noticed.
const Kept = 4

// Document is one document: the folder of its revisions. It keeps nothing itself and is safe
// for concurrent use.
type Document struct {
	Store  Store
	Folder string
}

// Key is where a revision lies.
func (d Document) Key(number int) string { return fmt.Sprintf("%s/%010d.json", d.Folder, number) }

// NumberOf is the number of a revision by the name of its object within the folder; 0: it is none.
func NumberOf(name string) int {
	text, _ := strings.CutSuffix(name, ".json")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || name != fmt.Sprintf("%010d.json", n) {
		return 0
	}
	return n
}

// list finds the revisions that are there, and the keys of what else is below the folder.
func (d Document) list() (all []int, others []string, err error) {
	err = d.Store.Walk(d.Folder, func(key string, _ fs.DirEntry) error {
		if n := NumberOf(strings.TrimPrefix(key, d.Folder+"/")); n > 0 {
			all = append(all, n)
		} else {
			others = append(others, key)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return all, others, err
}

// newest is the highest number, 0 of none. A store lists keys in order, and with them numbers.
func newest(all []int) int {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1]
}

// Latest reads the revision that counts; where there is none the number is 0 and b nil. Others
// are the keys of what else lies below the folder.
func (d Document) Latest(ctx context.Context) (b []byte, number int, others []string, err error) {
	for {
		all, others, err := d.list()
		number := newest(all)
		if err != nil || number == 0 {
			return nil, 0, others, err
		}
		b, err := d.Store.ReadFile(d.Key(number))
		if !errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil {
			return b, number, others, err
		} // else newer ones were made, and this one removed
	}
}

// Make makes the revision of a number, one above what was read, and removes old ones. It fails
// with fs.ErrExist when someone was faster. Who stood still between making it and looking around,
// while others made Kept more, is told so too, although theirs may rest on it: what is changed
// must be such that it may be changed twice.
func (d Document) Make(number int, b []byte) error {
	if err := d.Store.Create(d.Key(number), func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
		return err
	}
	all, _, err := d.list()
	if err != nil {
		return err
	}
	if newest(all) >= number+Kept { // the number may have been used, and removed, before
		return errors.Join(fs.ErrExist, d.Store.Remove(d.Key(number)))
	}
	var old []string
	for _, n := range all {
		if n <= number-Kept {
			old = append(old, d.Key(n))
		}
	}
	if len(old) > 0 {
		_ = d.Store.Remove(old...) // the next one does it
	}
	return nil
}
