package ingest

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// newName names a segment, and the landing object that it becomes, as Firehose names its
// objects: the time is the arrival, in UTC.
func newName(arrival time.Time) string {
	var u [16]byte
	rand.Read(u[:])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("seamark-1-%s-%x-%x-%x-%x-%x.gz", arrival.UTC().Format(nameTime), u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

const nameTime = "2006-01-02-15-04-05"

var namePattern = regexp.MustCompile(`^seamark-1-(\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2})-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.gz$`)

// arrivalOf reads the time in a name of ours.
func arrivalOf(name string) (time.Time, bool) {
	m := namePattern.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse(nameTime, m[1])
	return t, err == nil
}

// landingKey is landing/<yyyy>/<mm>/<dd>/<hh>/<name>.
func landingKey(name string, arrival time.Time) string {
	return landingHour(arrival) + "/" + name
}

func landingHour(t time.Time) string {
	return lake.LandingFolder + "/" + t.UTC().Format("2006/01/02/15")
}
