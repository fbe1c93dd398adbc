// Package rehearsal says what the alarms of a plan would have done in the weeks before, which
// thresholds would have kept them quiet, and what the plan would cost a month.
//
// It reads a place as a sweep does, then the figures that CloudWatch kept, and writes
// nothing. See docs/adr/0026-rehearsal-and-prices.md.
package rehearsal
