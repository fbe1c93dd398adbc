// Package cloudwatch reads alarms out of the bytes in which AWS hands them on: SNS as a
// Lambda function, a queue or a person gets it, EventBridge, and an alarm's own actions.
//
// Nothing that can be read is lost: a field of the wrong type costs that field, and a
// record that is no alarm is reported beside the alarms of the other records.
package cloudwatch
