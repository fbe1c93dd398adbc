// Package seamark is the domain of the observability appliance: the records that
// flow through it, the workloads they belong to, the questions asked of them, and
// the alarms, incidents and errors that come of it.
//
// It imports the standard library only and knows no storage, no queue and no
// vendor. Every stage (collector, transformer, lake, indexer, alerter, dashboards)
// speaks in these types; the interfaces that join two stages stand beside the
// function that calls them.
//
// Untrusted text (log messages, tags, names, descriptions) is held raw here.
// Each output escapes it for its own medium.
package seamark
