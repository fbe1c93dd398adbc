package indexer

// Reduce is what the fuzz target calls.
var Reduce = reduce
