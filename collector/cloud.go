package collector

import (
	"context"

	"github.com/seamark-hq/seamark/collector/inventory"
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
	LogGroups(ctx context.Context, token string) ([]inventory.LogGroup, string, error) // DescribeLogGroups; without tags
	LogGroup(ctx context.Context, name string) (inventory.LogGroup, error)             // DescribeLogGroups by prefix; without tags. ResourceNotFoundException when there is none
	SubscriptionFilters(ctx context.Context, group string) ([]inventory.Filter, error) // DescribeSubscriptionFilters
	LogGroupTags(ctx context.Context, arn string) (inventory.Tags, error)              // ListTagsForResource
}

// LogWriter writes CloudWatch Logs.
type LogWriter interface {
	PutSubscriptionFilter(ctx context.Context, group string, f inventory.Filter) error
	DeleteSubscriptionFilter(ctx context.Context, group, name string) error
	CreateLogGroup(ctx context.Context, name string, tags inventory.Tags) error
	RetainLogGroup(ctx context.Context, name string, days int) error // PutRetentionPolicy
	DeleteLogGroup(ctx context.Context, name string) error
}

// FunctionReader reads Lambda.
type FunctionReader interface {
	Functions(ctx context.Context, token string) ([]inventory.Function, string, error) // ListFunctions; without tags
	FunctionTags(ctx context.Context, arn string) (inventory.Tags, error)              // ListTags
	Function(ctx context.Context, name string) (inventory.Function, error)             // GetFunction; with tags
}

// APIReader reads API Gateway.
type APIReader interface {
	RESTAPIs(ctx context.Context, token string) ([]inventory.API, string, error)     // GetRestApis
	HTTPAPIs(ctx context.Context, token string) ([]inventory.API, string, error)     // GetApis: HTTP and WebSocket
	API(ctx context.Context, id string, p inventory.Protocol) (inventory.API, error) // GetRestApi, or GetApi
	Stages(ctx context.Context, api *inventory.API, token string) ([]inventory.Stage, string, error)
	Routes(ctx context.Context, api *inventory.API, token string) ([]inventory.Route, string, error) // GetResources, or GetRoutes
}

// APIWriter writes API Gateway.
type APIWriter interface {
	// SetAccessLog switches a stage's access log on, or off where log is zero.
	SetAccessLog(ctx context.Context, api *inventory.API, stage string, log inventory.AccessLog) error
}

// TagReader lists the tags of a place; resources that never had one are left out, and a
// new tag is seen seconds later.
type TagReader interface {
	TaggedResources(ctx context.Context, token string) ([]inventory.TaggedResource, string, error) // tag:GetResources
}

// AlarmReader reads CloudWatch alarms.
type AlarmReader interface {
	// Alarms lists metric and composite alarms whose name begins with prefix, without tags.
	Alarms(ctx context.Context, prefix, token string) ([]inventory.MetricAlarm, []inventory.CompositeAlarm, string, error)
	AlarmTags(ctx context.Context, arn string) (inventory.Tags, error)
}

// AlarmWriter writes CloudWatch alarms. Put takes tags for a new alarm only.
type AlarmWriter interface {
	PutMetricAlarm(ctx context.Context, a inventory.MetricAlarm) error
	PutCompositeAlarm(ctx context.Context, a inventory.CompositeAlarm) error
	DeleteAlarms(ctx context.Context, names []string) error // 100 metric alarms, or one composite
	TagAlarm(ctx context.Context, arn string, tags inventory.Tags) error
	UntagAlarm(ctx context.Context, arn string, keys []string) error
}

// HistoryReader reads what a log group holds.
type HistoryReader interface {
	// LogEvents lists the events with from <= timestamp < to, Unix milliseconds, that match the
	// filter pattern (empty: all), in no promised order (FilterLogEvents). A page may be empty and
	// yet have a next one.
	LogEvents(ctx context.Context, group, pattern string, from, to int64, token string) ([]inventory.LogEvent, string, error)
}

// MetricReader reads the figures of CloudWatch metrics.
type MetricReader interface {
	// MetricData evaluates queries over from <= t < to, Unix milliseconds, and gives the series of
	// those that return data (GetMetricData: 500 queries and 100,800 points a call at most).
	MetricData(ctx context.Context, queries []inventory.Query, from, to int64, token string) ([]inventory.Series, string, error)
}

// Opener opens places.
type Opener interface {
	Open(ctx context.Context, p inventory.Place) (Cloud, error)
}
