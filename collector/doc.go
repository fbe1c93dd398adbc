// Package collector decides what must be attached where, attaches it, and lets data in.
//
// Tags are the whole interface of an application team. Sweep reads one place (an account
// and a region), decides from the tags what each resource wishes (Decide), derives the
// subscription filters, access-log settings and alarms that follow (Desire), compares them
// with what is there and applies the difference. Events only bring a sweep forward: a lost
// one costs minutes, never correctness, and a second sweep over an unchanged place makes
// no write call.
//
// What is not ours is never touched: a filter is ours when its name follows our grammar
// and its destination is this deployment's; an alarm when its name begins with seamark/
// and its owner tag names this deployment. What could not be read is left as it is.
//
// The package knows no SDK: the interfaces in cloud.go stand beside their caller. Below it
// are what there is in a place (inventory), the kinds of alarm (rule), what events hint at
// (hint), the calls within what AWS allows (quota) and what is remembered (state). Above it
// is what needs decision and sweep and is needed by neither: history, rehearsal, explain. The
// front doors are in collector/ingest.
package collector
