// Package cloudtrail reads what AWS says of changes, EventBridge events and CloudTrail
// records, and turns it into hints for the collector.
//
// A hint only brings a sweep forward. So an event is never trusted for more than that: the
// tags it carries decide nothing, the names in it are held to AWS's own grammar before
// they are passed on, and what is not understood is a Skip with its reason, not a failure.
// Losing any event costs minutes, never correctness.
package cloudtrail
