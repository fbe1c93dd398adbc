// Package lake is the store between the stages, and the only truth.
//
// A lake is one folder (later: one bucket) that holds
//
//	landing/     objects as they arrived; never changed
//	lake/        Parquet files, one per landing object and partition
//	ledger/      one entry per landing object: its accounts, files and checksums; written last
//	quarantine/  bytes that could not be decoded, with the reason and the place
//	formats/     access-log formats, content-addressed
//	spool/       input that is durable but not yet a landing object
//	tmp/         files being written; what a dead process left there is removed
//
// Every file is written by one protocol (Dir.Put, Dir.Create, Temp): a temporary
// file, fsync, link or rename, fsync of each new folder up to the root. A failed
// fsync is a failed write, and deletes come last. Readers read the files that the
// ledger names, so half a write is never seen.
//
// The formats are described in docs/formats.
package lake
