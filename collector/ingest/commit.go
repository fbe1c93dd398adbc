package ingest

import (
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// run is the committer: the only one who writes to the open segment.
func (s *Spool) run() {
	defer close(s.stopped)
	c := committer{Spool: s, timer: time.NewTimer(time.Hour)}
	c.timer.Stop()
	for {
		select {
		case p, ok := <-s.queue:
			if !ok {
				c.seal()
				return
			}
			c.commit(c.gather(p))
		case <-c.timer.C:
			c.seal()
		}
	}
}

type committer struct {
	*Spool
	segment *lake.Segment // open, or nil
	timer   *time.Timer   // when it is to be sealed
	group   []*pending
	head    []byte
}

// gather takes what waits already, up to a full segment: one fsync for all of it. While
// the disk is busy with one group the next one assembles.
func (c *committer) gather(first *pending) []*pending {
	c.group = append(c.group[:0], first)
	for size := len(first.members); int64(size) < c.o.SealBytes; {
		select {
		case p, ok := <-c.queue:
			if !ok {
				return c.group
			}
			c.group = append(c.group, p)
			size += len(p.members)
		default:
			return c.group
		}
	}
	return c.group
}

func (c *committer) commit(group []*pending) {
	began := time.Now()
	before := int64(0)
	if c.segment != nil {
		before = c.segment.Durable()
	}
	err := c.write(group)
	if err != nil {
		c.o.Log.Error("cannot store requests", "requests", len(group), "error", err)
		c.o.Hooks.failed(err)
		c.abandon()
	} else {
		c.o.Hooks.commit(len(group), c.segment.Durable()-before, time.Since(began))
	}
	for i, p := range group {
		p.done <- err
		group[i] = nil
	}
	if c.segment != nil && c.segment.Size() >= c.o.SealBytes {
		c.seal()
	}
}

// write appends the group to the open segment and syncs it. After an error none of the
// group is stored: what the segment holds beyond its last sync never becomes an object.
func (c *committer) write(group []*pending) error {
	if c.segment == nil {
		segment, err := c.o.Dir.NewSegment(newName(c.o.Now()))
		if err != nil {
			return err
		}
		c.segment = segment
		c.timer.Reset(c.o.SealAfter)
	}
	for _, p := range group {
		c.head = p.marker.append(c.head[:0])
		if _, err := c.segment.Write(c.head); err != nil {
			return err
		}
		if _, err := c.segment.Write(p.members); err != nil {
			return err
		}
	}
	return c.segment.Sync()
}

// seal hands the open segment, all of it durable, to the sealer.
func (c *committer) seal() {
	c.timer.Stop()
	if c.segment != nil {
		c.sealer.publish(c.segment)
		c.segment = nil
	}
}

// abandon gives up the open segment after a failure. What was acknowledged in it is
// copied to a sound file by the sealer.
func (c *committer) abandon() {
	c.timer.Stop()
	if c.segment == nil {
		return
	}
	if c.segment.Durable() == 0 {
		_ = c.segment.Discard() // should it stay, recovery finds nothing acknowledged in it
	} else {
		c.sealer.salvage(c.segment)
	}
	c.segment = nil
}
