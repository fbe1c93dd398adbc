package worker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// A canary that goes through Firehose lands in an object that others fill too, whenever
// Firehose writes it. So a mark says which events were put there, canary/<Unix ms>-<hex>, until their rows are found.
const (
	canaryMarks  = "canary"
	canaryWait   = 20 * time.Minute // Firehose may gather for 15
	canaryForget = 3 * time.Hour
)

// sent is an event that was put to Firehose.
type sent struct {
	mark, id string
	at       time.Time
}

func sentOf(key string) (sent, bool) {
	ms, id, ok := strings.Cut(strings.TrimPrefix(key, canaryMarks+"/"), "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	return sent{key, canaryID(id), time.UnixMilli(n).UTC()}, ok && err == nil
}

func canaryID(hex string) string { return "canary-" + hex }

// canaryByFirehose puts an event of our own to Firehose. It fails when one that was put there
// before has not arrived in time, or when Firehose takes none.
func (w *Worker) canaryByFirehose(ctx context.Context) (r Canaried, err error) {
	store, now := w.Store(ctx), w.now().UTC()
	open, err := openCanaries(store)
	if err != nil {
		return r, err
	}
	var gone []string
	for _, s := range open {
		there, err := arrived(store, s, now)
		if err != nil {
			return r, err
		}
		late := now.Sub(s.at) >= canaryWait
		if !there && late {
			r.Previous, r.Lost = s.mark, true
		}
		if there || now.Sub(s.at) >= canaryForget {
			gone = append(gone, s.mark)
		}
	}
	if len(gone) > 0 {
		if err := store.Remove(gone...); err != nil {
			return r, err
		}
	}
	if r.Lost {
		err = &seamark.Fault{Class: seamark.Temporary, Where: r.Previous, What: "the canary's event is not in the lake",
			Remedy: "look at Firehose's errors, the transform queue, its dead letters and the log of the transformer"}
	}
	key, put := w.put(ctx, store, now)
	r.Key, r.Lost = key, r.Lost || put != nil
	lost := 0.0
	if r.Lost {
		lost = 1
	}
	w.count(map[string]float64{"CanaryMissing": lost})
	return r, errors.Join(err, put)
}

// put sends an event, and then marks that it was: one that arrives without a mark does no harm.
func (w *Worker) put(ctx context.Context, store lake.Store, now time.Time) (string, error) {
	var u [16]byte
	rand.Read(u[:])
	record, err := w.canaryPayload(now, u)
	if err != nil {
		return "", err
	}
	if err := w.Firehose(ctx, record); err != nil {
		return "", err
	}
	key := fmt.Sprintf("%s/%d-%s", canaryMarks, now.UnixMilli(), hex.EncodeToString(u[:]))
	return key, store.PutBytes(key, []byte("sent\n"))
}

// openCanaries are the events that were put and not yet found.
func openCanaries(store lake.Store) (all []sent, err error) {
	err = store.Walk(canaryMarks, func(key string, _ fs.DirEntry) error {
		if s, ok := sentOf(key); ok {
			all = append(all, s)
		}
		return nil
	})
	return all, err
}

// arrived looks for the row of an event. It reads the canary's files of that hour that were
// written since, and of the ledger their entries alone.
func arrived(store lake.Store, s sent, now time.Time) (bool, error) {
	p := lake.Partition{Table: seamark.TableLogs, Product: canaryProduct, Environment: canaryEnvironment, Hour: s.at.Unix() / 3600}
	var keys []string
	err := store.Walk(p.Folder(), func(key string, e fs.DirEntry) error {
		_, id, err := lake.ParseFileKey(key)
		if err != nil || lake.IsCompacted(key) {
			return nil
		}
		if info, err := e.Info(); err == nil && info.ModTime().Before(s.at.Add(-time.Minute)) { // the clocks of two services
			return nil
		}
		for hour := s.at.Truncate(time.Hour); !hour.After(now); hour = hour.Add(time.Hour) { // of its object's arrival
			keys = append(keys, lake.LedgerKey(hour, id))
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	l := lake.Part(store)
	entries, err := l.Learn(keys...)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		for _, f := range e.Files {
			if !strings.HasPrefix(f.Key, p.Folder()+"/") || s.at.UnixMilli() < f.MinMs || s.at.UnixMilli() > f.MaxMs {
				continue
			}
			found := false
			err := l.ReadLogs(f, func(rows []seamark.Log) error {
				for i := range rows {
					found = found || rows[i].EventID == s.id
				}
				return nil
			})
			if err != nil || found {
				return found, err
			}
		}
	}
	return false, nil
}
