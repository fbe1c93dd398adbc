// Package ingest holds the front doors through which data comes in, and the spool behind
// them: a request is acknowledged when its bytes are durable, and not before.
//
// The contract. A request is either answered 200, and then its records lie, once, in
// exactly one landing object (or in the spool on their way there); or it is answered
// otherwise, and then it may be sent again. A request that is sent again although it was
// stored, because the answer was lost, is recognised by its id and content.
//
// The spool commits in groups: requests that arrive together share one fsync. Small ones
// share a segment, which becomes a landing object when it is full or old enough; a large
// one streams into a segment of its own, so that memory is bounded whatever is sent. A
// segment is a gzip file at every moment: between the members that came in stand empty
// ones whose header comment says which request follows and what it hashes to. Readers of
// the object see nothing of them; recovery after a crash needs nothing else. The format is
// described in docs/formats/landing.md.
package ingest
