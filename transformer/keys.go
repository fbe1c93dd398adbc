package transformer

import "github.com/seamark-hq/seamark/schemas"

// column names the place of a value in either table. The numbers are those of
// schemas.Logs and schemas.AccessLogs; 0 is no column.
type column uint8

// Columns of logs that a record may fill.
const (
	logTimestamp    column = 1
	logAccount      column = 3
	logRegion       column = 4
	logSource       column = 5
	logComponent    column = 7
	logTeam         column = 8
	logLevel        column = 9
	logEventName    column = 10
	logEventData    column = 11
	logMessage      column = 12
	logRequestID    column = 13
	logTraceID      column = 14
	logSpanID       column = 15
	logErrorType    column = 16
	logErrorMessage column = 17
	logErrorStack   column = 18

	// Partition columns, which a record may name too.
	keyProduct     column = 101
	keyEnvironment column = 102
)

// Columns of access_logs that a record may fill.
const (
	accessTimestamp   column = 1
	accessAccount     column = 3
	accessRegion      column = 4
	accessSource      column = 5
	accessComponent   column = 7
	accessTeam        column = 8
	accessRequestID   column = 9
	accessTraceID     column = 10
	accessMethod      column = 11
	accessPath        column = 12
	accessRoute       column = 13
	accessStatus      column = 14
	accessLatency     column = 15
	accessIntegration column = 16
	accessBytes       column = 17
	accessIP          column = 18
	accessUserAgent   column = 19
	accessProtocol    column = 20
	accessError       column = 21
)

// keyTable finds the columns of a key: a perfect-enough hash without a Go map, made
// once from the synonyms in schemas.
type keyTable struct {
	slots [512][]knownKey
}

type knownKey struct {
	key         string
	log, access column
}

func newKeyTable() *keyTable {
	t := new(keyTable)
	for _, c := range schemas.Logs.Columns {
		for _, s := range c.Keys() {
			t.at(s).log = column(c.ID)
		}
	}
	for _, c := range schemas.AccessLogs.Columns {
		for _, s := range c.Keys() {
			t.at(s).access = column(c.ID)
		}
	}
	for key, c := range map[string]column{"product": keyProduct, "environment": keyEnvironment, "env": keyEnvironment} {
		k := t.at(key)
		k.log, k.access = c, c
	}
	return t
}

func (t *keyTable) at(key string) *knownKey {
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

// find returns the columns of key, zero for one that is not known.
func (t *keyTable) find(key string) (log, access column) {
	slot := t.slots[hashKey(key)]
	for i := range slot {
		if slot[i].key == key {
			return slot[i].log, slot[i].access
		}
	}
	return 0, 0
}
