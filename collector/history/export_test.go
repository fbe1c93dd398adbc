package history

import (
	"bytes"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Small makes a fetch read and land in pieces so small that a test has many.
func (o *Options) Small(object, window int) {
	o.figures = &figures{object: object, window: window, most: 2 * window, pages: 32}
}

// PayloadOf is the landing object of events of one log group.
func PayloadOf(account, group, filter string, events []inventory.LogEvent) []byte {
	m := newMembers()
	m.begin(origin{account, group, filter})
	m.add(events)
	return bytes.Join(m.parts, nil)
}
