// Package state is what the collector remembers of a place between two passes over it: which
// filters and alarms are there, what history is to be fetched, who writes where.
//
// Without it nothing is wrong: the next sweep asks more. It is kept in the hub's store, never
// as tags on a team's resource, and several may look after one place at a time: who saves
// must have seen what was saved before, and merges. See docs/adr/0025-collector-state.md.
package state
