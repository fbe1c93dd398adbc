package lines

import (
	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Parser makes one row of one message. It keeps its buffers from one to the next.
type Parser struct {
	Keys     *scan.Keys
	Dialects *Dialects
	Arena    *scan.Arena

	// What is known before the message is read.
	Workload seamark.Workload
	Claimed  bool    // by our filter or the configuration; the envelope then wins
	Owned    bool    // the envelope names an account
	Format   *Format // that the filter names; nil when it names none or it is missing

	told *placed // fields that a line of the payload has named for those that follow

	Access []seamark.AccessLog // the access logs of the payload so far
	Odd    Oddities

	// Scratch of the event being parsed.
	fields   []scan.Field
	inner    []scan.Field
	grouped  [96]byte // a key with its group before it
	rest     []scan.Field
	data     []byte
	stack    stackGroup
	cut      cutStack
	shape    []byte // brackets of a record over several events
	wrapped  int    // how deep in records inside records
	noAccess bool   // where the row is one of logs already

	// Plans of the shapes of records so far.
	plans     map[uint64]*plan
	last      *plan
	lastShape uint64
}

// Oddities count what is odd in lines but kept.
type Oddities struct{ UnknownFormats, FormatMismatches int64 }

// Claim is what a record says of itself where nobody else does.
type Claim struct {
	Product, Environment string
	TimeMs               int64
}
