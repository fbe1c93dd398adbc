package lines

import (
	"github.com/seamark-hq/seamark/transformer/scan"
)

import seamark "github.com/seamark-hq/seamark"

// Parser makes one row of one message. It keeps its buffers from one to the next.
type Parser struct {
	Keys  *scan.Keys
	Arena *scan.Arena

	// What is known before the message is read.
	Workload seamark.Workload
	Claimed  bool    // by our filter or the configuration; the envelope then wins
	Owned    bool    // the envelope names an account
	Format   *Format // that the filter names; nil when it names none or it is missing

	Access []seamark.AccessLog // the access logs of the payload so far
	Odd    Oddities

	// Scratch of the event being parsed.
	fields  []scan.Field
	inner   []scan.Field
	grouped [96]byte // a key with its group before it
	rest    []scan.Field
	data    []byte
	stack   stackGroup
}

// Oddities count what is odd in lines but kept.
type Oddities struct{ UnknownFormats, FormatMismatches int64 }

// Claim is what a record says of itself where nobody else does.
type Claim struct {
	Product, Environment string
	TimeMs               int64
}
