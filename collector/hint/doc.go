// Package hint says what may have changed in a place. Whoever hears of events (collector/cloudtrail)
// makes hints, whoever does the collector's work in pieces carries and merges them, and the
// sweep looks at what they name.
package hint
