// Package stage drives the stages of the appliance: each file is one loop that finds what its
// stage has to do, does it until its context ends, and says what it cannot do. What must be
// done is always looked up (landing minus ledger, ledger minus marks), so that a lost wake-up
// costs a minute and a process that died lost nothing.
package stage
