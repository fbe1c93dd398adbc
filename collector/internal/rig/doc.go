// Package rig is what the tests of the collector's rooms have in common: a small place on the
// simulated cloud, its configuration, and a store of states in memory.
package rig
