// Package inventory says what there is in a place, in the collector's own words: log groups,
// functions, stages, their tags, subscription filters, alarms, and what CloudWatch holds of
// them.
//
// It is the ground that the collector's rooms and the clouds that serve them stand on, and
// knows neither. A sweep of a thousand accounts holds many of these at once: tags are
// slices that are kept once (TagSets), and of an alarm that is there only a digest stays
// (KnownAlarm).
package inventory
