package scan

import "github.com/seamark-hq/seamark/schemas"

// Column names the place of a value in either table. The numbers are those of
// schemas.Logs and schemas.AccessLogs; 0 is no column.
type Column uint8

// Columns of logs that a record may fill.
const (
	LogTimestamp    Column = 1
	LogAccount      Column = 3
	LogRegion       Column = 4
	LogSource       Column = 5
	LogComponent    Column = 7
	LogTeam         Column = 8
	LogLevel        Column = 9
	LogEventName    Column = 10
	LogEventData    Column = 11
	LogMessage      Column = 12
	LogRequestID    Column = 13
	LogTraceID      Column = 14
	LogSpanID       Column = 15
	LogErrorType    Column = 16
	LogErrorMessage Column = 17
	LogErrorStack   Column = 18

	// Partition columns, which a record may name too.
	KeyProduct     Column = 101
	KeyEnvironment Column = 102
)

// Columns of access_logs that a record may fill.
const (
	AccessTimestamp   Column = 1
	AccessAccount     Column = 3
	AccessRegion      Column = 4
	AccessSource      Column = 5
	AccessComponent   Column = 7
	AccessTeam        Column = 8
	AccessRequestID   Column = 9
	AccessTraceID     Column = 10
	AccessMethod      Column = 11
	AccessPath        Column = 12
	AccessRoute       Column = 13
	AccessStatus      Column = 14
	AccessLatency     Column = 15
	AccessIntegration Column = 16
	AccessBytes       Column = 17
	AccessIP          Column = 18
	AccessUserAgent   Column = 19
	AccessProtocol    Column = 20
	AccessError       Column = 21
)

// Keys finds the columns of a key: a perfect-enough hash without a Go map, made
// once from the synonyms in schemas.
type Keys struct {
	slots [512][]knownKey
}

type knownKey struct {
	key         string
	log, access Column
}

// NewKeys returns the table of the synonyms in schemas.
func NewKeys() *Keys {
	t := new(Keys)
	for _, c := range schemas.Logs.Columns {
		for _, s := range c.Keys() {
			t.at(s).log = Column(c.ID)
		}
	}
	for _, c := range schemas.AccessLogs.Columns {
		for _, s := range c.Keys() {
			t.at(s).access = Column(c.ID)
		}
	}
	for key, c := range map[string]Column{"product": KeyProduct, "environment": KeyEnvironment, "env": KeyEnvironment} {
		k := t.at(key)
		k.log, k.access = c, c
	}
	return t
}

func (t *Keys) at(key string) *knownKey {
	slot := &t.slots[hashKey(key)]
	for i := range *slot {
		if (*slot)[i].key == key {
			return &(*slot)[i]
		}
	}
	*slot = append(*slot, knownKey{key: key})
	return &(*slot)[len(*slot)-1]
}

func hashKey(key string) int {
	n := len(key)
	if n == 0 {
		return 0
	}
	return (n*31 + int(key[0])*7 + int(key[n-1])*131 + int(key[n/2])*17) & 511
}

// Find returns the columns of key, zero for one that is not known.
func (t *Keys) Find(key string) (log, access Column) {
	slot := t.slots[hashKey(key)]
	for i := range slot {
		if slot[i].key == key {
			return slot[i].log, slot[i].access
		}
	}
	return 0, 0
}
