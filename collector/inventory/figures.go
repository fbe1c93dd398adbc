package inventory

// TaggedResource is a resource with its tags.
type TaggedResource struct {
	ARN  string
	Tags Tags
}

// LogEvent is an event as CloudWatch Logs keeps it.
type LogEvent struct {
	ID        string // the same as in a subscription's payload
	Stream    string
	Message   string
	Timestamp int64 // Unix milliseconds: when it happened
	Ingested  int64 // Unix milliseconds: when CloudWatch Logs took it. A filter forwards what is taken after it was put
}

// Series are the points of one query; periods without data are left out.
type Series struct {
	ID     string
	Points []Point // by time
}

// Point is the value of the period that begins at Time.
type Point struct {
	Time  int64 // Unix milliseconds
	Value float64
}

// Incoming names what a log group takes in, as CloudWatch Logs itself counts it: bytes of
// messages with 26 more for each event, and events
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html).
func Incoming(group string) (bytes, events Metric) {
	m := Metric{Namespace: "AWS/Logs", Dimensions: []Dimension{{"LogGroupName", group}}}
	return m.With("IncomingBytes", "Sum"), m.With("IncomingLogEvents", "Sum")
}
