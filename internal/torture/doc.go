// Package torture holds the tests that do to the real processes what happens to real
// processes: they are killed, their power is cut, their disk is full, two of them work on
// one lake. internal/check then looks at what is left.
//
// They take minutes and run with SEAMARK_E2E=1 (make test sets it); -seed repeats a run.
// How often each fault comes is set by SEAMARK_KILLS (of `seamark up`), SEAMARK_CUTS (of its
// power), SEAMARK_FILLS (of its disk), and for each verb that changes a lake
// SEAMARK_VERB_KILLS, SEAMARK_VERB_CUTS and SEAMARK_RACES; SEAMARK_CLOCKS is of clocks.
// `make torture` sets the figures of a release. SEAMARK_BINARY names a seamark to be
// tortured that is built already.
//
// Power cuts and full disks need root and a loop device: scripts/loop.sh tells whether they
// can be had and says so aloud if not. A cut is ext4's own shutdown: what its journal has
// not written is lost. A disk that lies about its cache is not covered.
package torture
