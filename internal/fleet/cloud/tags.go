package cloud

import (
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// tagged are the tags of a resource, with those that the tagging API still shows.
type tagged struct {
	now, before inventory.Tags
	changed     time.Time
}

func (t *tagged) set(tags inventory.Tags) {
	t.before, t.now, t.changed = t.now, tags, time.Now()
}

// seen is what the tagging API shows.
func (t *tagged) seen(delay time.Duration) inventory.Tags {
	if time.Since(t.changed) < delay {
		return t.before
	}
	return t.now
}

// add sets tags beside those that are there, and says what AWS would have against it.
func (t *tagged) add(tags inventory.Tags) (fault string) {
	all := inventory.NewTags(append(slices.Clone(t.now), tags...)...)
	if fault = faultOfTags(all); fault == "" {
		t.set(all)
	}
	return fault
}

func (t *tagged) remove(keys []string) {
	t.set(slices.DeleteFunc(slices.Clone(t.now), func(tag inventory.Tag) bool { return slices.Contains(keys, tag.Key) }))
}
