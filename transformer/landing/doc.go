// Package landing reads landing objects: gzip members, in them payloads of CloudWatch Logs,
// and in these log events, which go to a Handler.
//
//	landing.go   object  -> gzip members, and where they are damaged where the next begins
//	documents.go member  -> JSON documents, and what lies between
//	payload.go   payload -> its envelope
//	events.go            -> its log events
//
// It never fails for what the bytes are: what cannot be decoded becomes a piece for
// quarantine with the reason and the place, and is accounted for (invariant 5).
package landing
