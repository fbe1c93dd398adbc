package cloud

import (
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector"
)

// tagged are the tags of a resource, with those that the tagging API still shows.
type tagged struct {
	now, before collector.Tags
	changed     time.Time
}

func (t *tagged) set(tags collector.Tags) {
	t.before, t.now, t.changed = t.now, tags, time.Now()
}

// seen is what the tagging API shows.
func (t *tagged) seen(delay time.Duration) collector.Tags {
	if time.Since(t.changed) < delay {
		return t.before
	}
	return t.now
}

// add sets tags beside those that are there, and says what AWS would have against it.
func (t *tagged) add(tags collector.Tags) (fault string) {
	all := collector.NewTags(append(slices.Clone(t.now), tags...)...)
	if fault = faultOfTags(all); fault == "" {
		t.set(all)
	}
	return fault
}

func (t *tagged) remove(keys []string) {
	t.set(slices.DeleteFunc(slices.Clone(t.now), func(tag collector.Tag) bool { return slices.Contains(keys, tag.Key) }))
}
