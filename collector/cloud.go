package collector

import (
	"context"
	"errors"
	"net"
)

// Cloud is the control plane of one place. A listing returns a page and the token of the
// next one, empty at the end. An error that has an ErrorCode method (as the AWS SDK's have)
// is judged by its code.
//
// The interfaces are small because each stands for one service, and for one set of rights.
type Cloud interface {
	LogReader
	LogWriter
	FunctionReader
	APIReader
	APIWriter
	TagReader
	AlarmReader
	AlarmWriter
	HistoryReader
	MetricReader
}

// LogReader reads CloudWatch Logs.
type LogReader interface {
	LogGroups(ctx context.Context, token string) ([]LogGroup, string, error) // DescribeLogGroups; without tags
	LogGroup(ctx context.Context, name string) (LogGroup, error)             // DescribeLogGroups by prefix; without tags. ResourceNotFoundException when there is none
	SubscriptionFilters(ctx context.Context, group string) ([]Filter, error) // DescribeSubscriptionFilters
	LogGroupTags(ctx context.Context, arn string) (Tags, error)              // ListTagsForResource
}

// LogWriter writes CloudWatch Logs.
type LogWriter interface {
	PutSubscriptionFilter(ctx context.Context, group string, f Filter) error
	DeleteSubscriptionFilter(ctx context.Context, group, name string) error
	CreateLogGroup(ctx context.Context, name string, tags Tags) error
	RetainLogGroup(ctx context.Context, name string, days int) error // PutRetentionPolicy
	DeleteLogGroup(ctx context.Context, name string) error
}

// FunctionReader reads Lambda.
type FunctionReader interface {
	Functions(ctx context.Context, token string) ([]Function, string, error) // ListFunctions; without tags
	FunctionTags(ctx context.Context, arn string) (Tags, error)              // ListTags
	Function(ctx context.Context, name string) (Function, error)             // GetFunction; with tags
}

// APIReader reads API Gateway.
type APIReader interface {
	RESTAPIs(ctx context.Context, token string) ([]API, string, error) // GetRestApis
	HTTPAPIs(ctx context.Context, token string) ([]API, string, error) // GetApis: HTTP and WebSocket
	API(ctx context.Context, id string, p Protocol) (API, error)       // GetRestApi, or GetApi
	Stages(ctx context.Context, api *API, token string) ([]Stage, string, error)
	Routes(ctx context.Context, api *API, token string) ([]Route, string, error) // GetResources, or GetRoutes
}

// APIWriter writes API Gateway.
type APIWriter interface {
	// SetAccessLog switches a stage's access log on, or off where log is zero.
	SetAccessLog(ctx context.Context, api *API, stage string, log AccessLog) error
}

// TagReader lists the tags of a place; resources that never had one are left out, and a
// new tag is seen seconds later.
type TagReader interface {
	TaggedResources(ctx context.Context, token string) ([]TaggedResource, string, error) // tag:GetResources
}

// TaggedResource is a resource with its tags.
type TaggedResource struct {
	ARN  string
	Tags Tags
}

// AlarmReader reads CloudWatch alarms.
type AlarmReader interface {
	// Alarms lists metric and composite alarms whose name begins with prefix, without tags.
	Alarms(ctx context.Context, prefix, token string) ([]MetricAlarm, []CompositeAlarm, string, error)
	AlarmTags(ctx context.Context, arn string) (Tags, error)
}

// AlarmWriter writes CloudWatch alarms. Put takes tags for a new alarm only.
type AlarmWriter interface {
	PutMetricAlarm(ctx context.Context, a MetricAlarm) error
	PutCompositeAlarm(ctx context.Context, a CompositeAlarm) error
	DeleteAlarms(ctx context.Context, names []string) error // 100 metric alarms, or one composite
	TagAlarm(ctx context.Context, arn string, tags Tags) error
	UntagAlarm(ctx context.Context, arn string, keys []string) error
}

// HistoryReader reads what a log group holds.
type HistoryReader interface {
	// LogEvents lists the events with from <= timestamp < to, Unix milliseconds, that match the
	// filter pattern (empty: all), in no promised order (FilterLogEvents). A page may be empty and
	// yet have a next one.
	LogEvents(ctx context.Context, group, pattern string, from, to int64, token string) ([]LogEvent, string, error)
}

// LogEvent is an event as CloudWatch Logs keeps it.
type LogEvent struct {
	ID        string // the same as in a subscription's payload
	Stream    string
	Message   string
	Timestamp int64 // Unix milliseconds: when it happened
	Ingested  int64 // Unix milliseconds: when CloudWatch Logs took it. A filter forwards what is taken after it was put
}

// MetricReader reads the figures of CloudWatch metrics.
type MetricReader interface {
	// MetricData evaluates queries over from <= t < to, Unix milliseconds, and gives the series of
	// those that return data (GetMetricData: 500 queries and 100,800 points a call at most).
	MetricData(ctx context.Context, queries []Query, from, to int64, token string) ([]Series, string, error)
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

// Opener opens places.
type Opener interface {
	Open(ctx context.Context, p Place) (Cloud, error)
}

// verdict is what may be done about an error of the cloud.
type verdict int

const (
	refused   verdict = iota // trying again gives the same
	throttled                // slower, then again
	passing                  // again after a while
	gone                     // what it was about is not there
	full                     // a limit is reached
)

func judge(err error) verdict {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		switch coded.ErrorCode() {
		case "ThrottlingException", "ThrottledException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown", "PriorRequestNotComplete":
			return throttled
		case "InternalFailure", "InternalServiceError", "InternalServerError", "InternalServerException", "ServiceUnavailable", "ServiceUnavailableException",
			"ServiceException", "InternalServiceFault", "InternalServiceException", "OperationAbortedException", "ConcurrentModificationException", "ConflictException",
			"RequestTimeout", "RequestTimeoutException":
			return passing
		case "ResourceNotFoundException", "ResourceNotFound", "NotFoundException":
			return gone
		case "LimitExceededException", "LimitExceeded", "LimitExceededFault", "ServiceQuotaExceededException":
			return full
		}
		return refused
	}
	var timeout net.Error
	if errors.As(err, &timeout) {
		return passing
	}
	return refused
}

func errorCode(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}
