package history

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// land makes a landing object of what m holds, and empties it. Its name comes from the
// content, and from the time that the state keeps: done again it is the same object.
func (j *gapJob) land(m *members) error {
	if m.events == 0 {
		return nil
	}
	key := landingKey(time.UnixMilli(j.gap.Began), m.parts)
	err := j.opt.Landing.Create(key, m.write)
	if errors.Is(err, fs.ErrExist) { // of a fetch that was killed
		err = settle(j.opt.Landing, key)
	}
	if err != nil {
		return err
	}
	j.mu.Lock()
	j.report.Objects++
	j.report.Events += m.events
	j.report.Bytes += m.bytes
	j.progress.Objects++
	j.progress.Events += m.events
	j.progress.Bytes += m.bytes
	j.mu.Unlock()
	m.begin(m.origin)
	return nil
}

// settle makes sure of an object that is there: in a folder its last step may be missing.
func settle(l Landing, key string) error {
	if d, folder := l.(interface{ SyncFolder(key string) error }); folder {
		return d.SyncFolder(key)
	}
	return nil
}

// landingKey is named as Firehose names its objects, so that the time is the arrival.
func landingKey(at time.Time, content [][]byte) string {
	sum := sha256.New()
	for _, part := range content {
		sum.Write(part)
	}
	u := sum.Sum(nil)
	at = at.UTC()
	return fmt.Sprintf("%s/%s/seamark-history-1-%s-%x-%x-%x-%x-%x.gz", lake.LandingFolder, at.Format("2006/01/02/15"),
		at.Format("2006-01-02-15-04-05"), u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
