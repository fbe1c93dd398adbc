// Package indexer turns the lake's objects into documents of a search index.
//
// A document goes to the daily index of its partition's date (app-logs-yyyy.mm.dd,
// access-logs-yyyy.mm.dd) under an id made from the account that AWS wrote into the
// payload, the log group and the event id. It is sent with the action "create", so
// doing a step twice changes nothing: a document that is there already is success, and
// whatever answer got lost is simply asked for again. The index is derivable: it can be
// thrown away and made anew from the lake at any time.
//
// Every row becomes exactly one document. What the server would refuse is put right
// beforehand (Builder), and what it refuses nevertheless is stored in a reduced form
// that carries the reason in ingest_note. 429, 5xx, resets, hangs and answers that make
// no sense are waited out. Documents that the index cannot take in any form (its day is
// closed, say) make their object fail by name; the object stays pending, others go on.
//
// An object that supersedes a damaged one holds its rows under the same ids, so nothing
// is deleted from the index. Only rows that vanish with the successor, or move to
// another day, leave a document behind; Builder's ids make that a rebuild's business.
package indexer
