// Package stats counts what lies in a lake, and estimates what keeping and reading it costs a
// month.
package stats
