// Package fleet is a simulated shipping company, Meridian Lines: four AWS accounts,
// six products in three environments, Lambda functions and API Gateway stages that
// log as the real ones do, and a Firehose that delivers what they log.
//
// It produces genuine bytes: gzip'd CloudWatch Logs subscription payloads
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html),
// posted with Firehose's HTTP endpoint protocol. Everything follows from a seed and a
// start time, second by second, so that two runs give the same bytes and any window
// can be produced again. Each payload carries the truth about itself, counted while it
// was made, so that tests can compare what came out of the pipeline with what went in.
//
// The demo, the benchmarks and the tests use it. It keeps no state on disk and knows
// no stage.
package fleet
