// Package cost estimates what Seamark in AWS costs a month before the bill comes: from a volume of log events a
// day, from what `make bench` measured of the built functions (measured.json) and from list prices
// with their date and source (prices.json).
package cost

// Functions are what Lambda runs for each log event, in the order in which it passes them.
var Functions = []string{"transformer", "indexer", "compaction"}
