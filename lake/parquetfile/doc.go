// Package parquetfile writes the rows of the lake's two tables as Parquet files.
//
// It exists for its cost: a general writer walks rows by reflection, and what it hands
// to the compressor is larger than it must be. ADR 17 has the figures. Reading is left
// to parquet-go, DuckDB and Trino, which are also what proves this package.
//
// The contract:
//
//   - An Encoder holds what the files of one worker share: the compressor, scratch and
//     the memory of files already closed. A Writer is one file. Neither may be used by
//     two goroutines at once, and a Writer belongs to its Encoder's goroutine.
//   - Write copies what it keeps. Rows may point into buffers that are used anew.
//   - Pages are compressed as soon as they are full, so that a Writer holds little more
//     than the compressed bytes of its row group. Buffered says how many.
//   - The same calls give the same bytes, whatever the Encoder wrote before.
//   - Text that is empty is NULL; Parquet's own "" is never written.
//
// The format is described in docs/formats/lake.md.
package parquetfile
