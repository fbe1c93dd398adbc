// Package history fetches the events that no filter forwarded, and lands them as Firehose
// would have.
//
// A filter forwards only what comes after it was put. What came before, FetchPending reads
// where a sweep noted that it is missing, and Backfill on demand; each event keeps its id and
// arrives once: what is landed is named after its content, and where filter and fetch may
// overlap it is compared with what the lake has (Arrivals). Stopped at any point, the next
// fetch goes on where it was. See docs/adr/0024-history.md.
package history
