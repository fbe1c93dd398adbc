// Package explain tells people what a resource has attached to it, what it should have, and
// why: each setting with where it came from, and the reason for what is not as its tags ask.
//
// It looks with a sweep that changes nothing, so that it says what the next one would do.
package explain
