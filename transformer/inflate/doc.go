// Package inflate decodes gzip members that lie in memory as a whole (RFC 1951, RFC 1952).
//
// The gzip members of a landing object are log payloads: at most a megabyte compressed,
// and decoded one after the other. A decoder that has all of the input and room for the
// output needs no window of its own, no state between calls and few checks: it takes about
// six tenths of a streaming one's time (BenchmarkMember). What does not fit belongs to a
// streaming decoder; see ErrTooLarge.
//
// Input is untrusted: whatever the bytes, a call ends, stays within limit and returns
// what was decoded before the fault.
package inflate
