package ingest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// recovery brings the spool in order before it opens. It can be cut short at any moment
// and run again.
type recovery struct {
	*SpoolOptions
	seen *seen

	left   []leftover
	landed map[identity]string // key of the landing object that holds a request
}

// leftover is a segment that a dead process left in the spool.
type leftover struct {
	name     string
	arrival  time.Time
	modified time.Time
}

func (r *recovery) run(ctx context.Context) error {
	r.landed = map[identity]string{}
	if _, err := r.Dir.CleanTemp(); err != nil {
		return err
	}
	if err := r.listSpool(); err != nil {
		return err
	}
	if err := r.readLanding(ctx); err != nil {
		return err
	}
	// The newest first: what an older one holds without having acknowledged it may have
	// been sent again, and then the copy that was acknowledged is the one that counts.
	for _, l := range r.left {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.recover(l); err != nil {
			return err
		}
	}
	return nil
}

func (r *recovery) listSpool() error {
	names, err := r.Dir.Spooled()
	if err != nil {
		return err
	}
	for _, name := range names {
		arrival, ours := arrivalOf(name)
		info, err := r.Dir.Stat(lake.SpoolFolder + "/" + name)
		if err != nil || !ours {
			r.Log.Warn("file in the spool is not a segment, left alone", "name", name)
			continue
		}
		r.left = append(r.left, leftover{name, arrival, info.ModTime()})
	}
	slices.SortFunc(r.left, func(a, b leftover) int { return b.modified.Compare(a.modified) })
	return nil
}

// readLanding learns which requests are stored, from the markers in the landing objects
// of the horizon, and of the time since the oldest leftover.
func (r *recovery) readLanding(ctx context.Context) error {
	now := r.Now()
	horizon := now.Add(-r.Horizon)
	since := horizon
	for _, l := range r.left {
		if l.arrival.Before(since) {
			since = l.arrival
		}
	}
	type known struct {
		identity
		arrival time.Time
	}
	var recent []known
	for hour := since.UTC().Truncate(time.Hour); !hour.After(now.Add(time.Hour)); hour = hour.Add(time.Hour) {
		err := r.Dir.Walk(landingHour(hour), func(key string, _ fs.DirEntry) error {
			arrival, ours := arrivalOf(path.Base(key))
			if !ours || arrival.Before(since.Truncate(time.Second)) {
				return ctx.Err()
			}
			for _, id := range r.identities(key) {
				r.landed[id] = key
				if !arrival.Before(horizon) {
					recent = append(recent, known{id, arrival})
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(recent, func(a, b known) int { return a.arrival.Compare(b.arrival) })
	for _, k := range recent {
		r.seen.add(k.identity, k.arrival)
	}
	return nil
}

// identities reads the requests of one landing object. One that cannot be read hides
// nothing else: at worst a request that is sent again is stored again.
func (r *recovery) identities(key string) []identity {
	f, err := r.Dir.Open(key)
	if err != nil {
		r.Log.Warn("cannot read a landing object for the requests in it", "key", key, "error", err)
		return nil
	}
	defer f.Close()
	all, err := identitiesIn(f)
	if err != nil {
		r.Log.Warn("cannot read a landing object for the requests in it", "key", key, "error", err)
	}
	return all
}

// recover makes a landing object of the complete requests in a leftover that are not in
// one already, and removes it.
func (r *recovery) recover(l leftover) error {
	f, busy, err := r.Dir.OpenSpooled(l.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &seamark.Fault{Class: seamark.Permanent, What: "cannot read a segment", Where: l.name, Err: err}
	}
	if busy {
		return &seamark.Fault{Class: seamark.Rejected, What: "another process writes to this spool", Where: l.name, Remedy: "stop it, or use another folder"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	parts, whole, err := scanSegment(f, info.Size())
	if err != nil {
		return &seamark.Fault{Class: seamark.Temporary, What: "cannot read a segment", Where: l.name, Err: err, Remedy: "check the disk"}
	}
	keep, err := r.missing(parts)
	if err != nil {
		return err
	}
	if len(keep) == 0 {
		return r.Dir.RemoveSpooled(l.name)
	}
	key := landingKey(l.name, l.arrival)
	if _, err := r.Dir.Stat(key); err == nil { // it holds other requests of this segment
		key = landingKey(newName(l.arrival), l.arrival)
		whole = false
	}
	if whole && len(keep) == len(parts) {
		err = r.Dir.PublishSpooled(l.name, key)
	} else if err = r.copy(f, keep, key); err == nil {
		err = r.Dir.RemoveSpooled(l.name)
	}
	if err != nil {
		return err
	}
	r.Log.Info("recovered requests of a process that died", "requests", len(keep), "bytes", info.Size(), "key", key)
	for _, p := range keep {
		r.landed[p.identity] = key
		r.seen.add(p.identity, r.Now())
	}
	if r.Hooks.Sealed != nil {
		r.Hooks.Sealed(key)
	}
	return nil
}

// missing returns the parts that no landing object holds. The others may be forgotten
// once the names of the objects that hold them are durable.
func (r *recovery) missing(parts []part) ([]part, error) {
	var keep []part
	synced := map[string]bool{}
	for _, p := range parts {
		key, there := r.landed[p.identity]
		switch {
		case !there:
			keep = append(keep, p)
			r.landed[p.identity] = "" // twice in one segment counts once
		case key != "" && !synced[path.Dir(key)]:
			if err := r.Dir.SyncFolder(key); err != nil {
				return nil, err
			}
			synced[path.Dir(key)] = true
		}
	}
	return keep, nil
}

// copy publishes parts of f as an object of their own.
func (r *recovery) copy(f *os.File, parts []part, key string) error {
	return r.Dir.Create(key, func(w io.Writer) error {
		for _, p := range parts {
			if _, err := io.Copy(w, io.NewSectionReader(f, p.offset, p.length)); err != nil {
				return err
			}
		}
		return nil
	})
}
