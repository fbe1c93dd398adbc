// Package worker is the transformer's work in pieces, as a function does it: one landing
// object at a time, and on a schedule what keeps the lake as it should be. Each piece ends
// in time, can be stopped anywhere and done again, and done twice at once.
//
// A queue only hastens: Reconcile looks up what no message told (landing minus ledger). The
// work on one object reads nothing of the ledger but what concerns that object, so that it
// costs the same however long the ledger is; see docs/adr/0035-functions.md.
package worker
