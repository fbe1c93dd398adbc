// Package transformer turns landing objects into the rows of the lake.
//
// One object goes through three layers, each a file or two here:
//
//	landing.go   bytes    -> payloads: gzip members, concatenated JSON, what lies between
//	payload.go   payload  -> log events with their envelope, as CloudWatch Logs sends them
//	parse_*.go   message  -> one row, by the kind of log
//
// A record that a logger wrote as JSON is read while it is still escaped inside the
// payload (escaped.go), a gzip member is inflated at once where it fits (package inflate),
// and what either cannot take goes the general way; FuzzFastEqualsGeneric holds both
// against a plain one made of encoding/json.
//
// The way of the common formats has no maps, no reflection and no allocation per event:
// strings point into the payload's buffer until the rows are copied into Parquet
// columns (see arena). What cannot be decoded is kept in quarantine with the reason
// and the place, and accounted for (design: invariant 5).
package transformer
