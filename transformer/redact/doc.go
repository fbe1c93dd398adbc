// Package redact takes personal and secret values out of rows before they are stored.
//
// A Rule says where to look (columns, or paths inside event_data and extra), for what
// (built-in patterns, an RE2 expression, or whatever stands there) and what becomes of
// it: a mask, a keyed hash that keeps equal values equal, or nothing. Every finder looks
// for a rare byte or skips ahead first, so that a text without candidates costs little
// more than one pass over it (BenchmarkText). What a built-in pattern finds in its own
// output is nothing: redacting twice is redacting once.
package redact
