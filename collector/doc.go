// Package collector decides what must be attached where, and lets data in.
//
// Its front doors are in collector/ingest: what they acknowledge is durable, and becomes
// landing objects. (The reconciler that attaches subscription filters and alarms, and the
// adapters to AWS that it needs, come with a later issue.)
package collector
