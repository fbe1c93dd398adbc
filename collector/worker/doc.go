// Package worker does the collector's work in pieces that end in time: a whole sweep on a
// schedule, just what events name, or the rest that an earlier piece handed on. It is what
// the collector's Lambda function runs.
//
// What a piece cannot finish before its deadline goes back to the function's own queue, in
// messages that count their hops. Nothing depends on that: states are saved, and the next
// schedule goes on where this one stopped.
package worker
