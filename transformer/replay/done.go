package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// replayFolder holds what replays that are under way have done:
//
//	replay/<hash of the choice>/<n>.ids     a landing id a line
//
// It is only a memory: without it an interrupted replay begins anew, which changes
// nothing but the time it takes. A replay that has come to its end removes it.
const replayFolder = "replay"

// flushDone is how long what is done may be unwritten.
const flushDone = 2 * time.Second

// doneList is what one replay has done. It is safe for concurrent use.
type doneList struct {
	store  lake.Store
	folder string

	mu    sync.Mutex
	done  map[lake.ID]bool
	fresh []string
	files int
	at    time.Time // of the last flush
}

// openDoneList finds what an interrupted run of the same choice, by the same parser and
// under the same settings, has done.
func openDoneList(l *lake.Lake, o Options) (*doneList, error) {
	choice, err := json.Marshal(append([]any{transformer.ParserVersion, o.Typed, o.Landing, o.ParserBelow, o.Missing, o.Hour.Unix()}, o.Settings...))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(choice)
	d := &doneList{store: l.Store, folder: replayFolder + "/" + hex.EncodeToString(sum[:8]), done: map[lake.ID]bool{}, at: time.Now()}
	if o.Restart {
		return d, d.close()
	}
	err = l.Walk(d.folder, func(key string, _ fs.DirEntry) error {
		b, err := l.ReadFile(key)
		if err != nil {
			return err
		}
		d.files++
		for line := range strings.Lines(string(b)) {
			if id := lake.ID(strings.TrimSpace(line)); id.Valid() {
				d.done[id] = true
			}
		}
		return nil
	})
	return d, err
}

func (d *doneList) has(id lake.ID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done[id]
}

// add notes an object as done; now and then what is noted is written.
func (d *doneList) add(id lake.ID) error {
	d.mu.Lock()
	d.fresh = append(d.fresh, string(id)+"\n")
	due := time.Since(d.at) > flushDone
	d.mu.Unlock()
	if !due {
		return nil
	}
	return d.flush()
}

func (d *doneList) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.fresh) == 0 {
		return nil
	}
	key := fmt.Sprintf("%s/%06d.ids", d.folder, d.files)
	if err := d.store.PutBytes(key, []byte(strings.Join(d.fresh, ""))); err != nil {
		return err
	}
	d.fresh, d.at = nil, time.Now()
	d.files++
	return nil
}

// close forgets: the replay has come to its end.
func (d *doneList) close() error {
	var keys []string
	err := d.store.Walk(d.folder, func(key string, _ fs.DirEntry) error {
		keys = append(keys, key)
		return nil
	})
	if err != nil {
		return err
	}
	return d.store.Remove(keys...)
}
