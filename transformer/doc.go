// Package transformer turns landing objects into the rows of the lake.
//
// One object goes through three rooms:
//
//	landing  bytes    -> log events with their envelope, as CloudWatch Logs sends them
//	lines    message  -> the columns of one row, by the kind of log
//	rows.go  rows     -> partitions, redacted, handed to the lake
//
// Below them, scan walks JSON in place and inflate takes a gzip member at once where it
// fits; what either cannot take goes the general way. FuzzFastEqualsGeneric holds all of
// it against a plain one made of encoding/json. explain.go tells the way of one event.
//
// The way of the common formats has no maps, no reflection and no allocation per event:
// strings point into the payload's buffer until the rows are copied into Parquet
// columns (see scan.Arena). What cannot be decoded is kept in quarantine with the reason
// and the place, and accounted for (design: invariant 5).
package transformer
