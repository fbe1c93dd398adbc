// Package torture holds the tests that kill the real appliance, as a process, and look at
// what is left with internal/check. They take minutes and run with SEAMARK_E2E=1 (make
// test sets it); SEAMARK_KILLS=50 kills more often, -seed repeats a run.
package torture
