// Package check proves the invariants of a lake from its bytes alone. It shares no code
// with what it checks: its own reader of landing objects (compress/gzip and
// encoding/json), its own picture of the ledger, and parquet-go for the rows. Every fault
// test ends with it.
//
// The invariants, by the names that findings carry:
//
//	Acked     each acknowledged request lies in exactly one landing object, byte for byte
//	Accounts  recounted from landing bytes: events + undecodable = rows + quarantined
//	Ids       the event ids in Parquet are those of the landing objects, each as often
//	Files     what lies on disk is what the ledger names, with its checksums
//	Keys      every path follows the grammar, every row lies in the hour of its timestamp
//
// Again (a second run changes nothing) and Order (any order gives the same rows) are
// comparisons of two lakes: see TreeHash and RowHash.
//
// A damaged landing object is recounted within bounds: every event of a payload that is
// whole must be a row, no row may exist that is not in the object, and at least one
// payload must be in quarantine. Everything else is exact.
//
// Of compacted hours it reads the snapshots that count: the rows of a file are those of the
// objects included, each as many as its entry says less those that were dropped, and for
// every dropped one the row that stands for it is there. What retention has deleted, by its
// watermarks, is not missed.
package check
