// Package quota makes the collector's calls of AWS within what AWS allows, and counts them.
//
// Each operation has its own quota per account and region, which the collector shares with
// everybody else who calls there. A Meter takes a token before each call of one pass over a
// place, waits where throttling says so, tries again what passes by itself, and ends with
// ErrHandOn where a deadline is near or a budget spent. What Limits have learned outlives
// the pass.
//
// The package knows no SDK: an error's code is asked for with ErrorCode, as the SDKs' own
// errors answer it.
package quota
