// Package rules evaluates alarms over the lake: the ratio of 4xx and of 5xx responses
// and the number of ERROR and FATAL records, per product, environment and component.
//
// A window always ends at the newest data that is complete, never at the clock: a
// pipeline that lags delays an alarm, and does not resolve one. An alarm fires when its
// value reaches the threshold, and is fine again after some clean evaluations in a row.
// No requests at all count as clean, as CloudWatch's notBreaching does.
package rules
