// Package trinotest holds the tests that have Trino, the engine behind Athena, read a
// lake through the project's own tables, and compare what it answers with DuckDB.
//
// They need a server, which `make test-athena` starts: SEAMARK_TRINO is its URL,
// SEAMARK_TRINO_FILES the folder that it sees as local:///. They are not part of `make test`.
package trinotest
