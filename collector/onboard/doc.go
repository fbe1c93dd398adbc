// Package onboard looks after all accounts of a company at once: which places there are, a
// sweep of each, side by side and told in their order, and what a person asks of all of
// them: their state, why something is so, what an event means, history, a rehearsal.
//
// It decides nothing: that is the collector's, one place at a time.
package onboard
