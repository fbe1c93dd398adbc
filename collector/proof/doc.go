// Package proof compares what CloudWatch Logs says it has forwarded with the rows that came of it, by
// log group and day (UTC).
//
// An event that is forwarded shortly before midnight becomes a row after it, and a delivery that
// fails is tried again for 24 hours. So a day is judged once the next one is over, and what arrived
// in the first quarter of an hour of the next day, or there beyond what was forwarded there, may
// belong to it (not what comes later in the usual flow: the alarm on freshness tells of that). What is said to be missing is missing at least; a loss below that share of a day is
// found in the sum over all days.
package proof
