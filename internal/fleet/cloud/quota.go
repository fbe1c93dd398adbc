package cloud

import "time"

// quota is how often the APIs that share a name may be called per account and region.
// Where the figures come from: the quota pages of CloudWatch Logs, CloudWatch, Lambda and API Gateway.
type quota struct {
	name      string
	perSecond float64
}

func quotaOf(api string) quota {
	switch api {
	case "DescribeLogGroups", "CreateLogGroup", "DeleteLogGroup":
		return quota{api, 10}
	case "PutSubscriptionFilter", "DeleteSubscriptionFilter", "PutRetentionPolicy", "DescribeSubscriptionFilters", "logs:ListTagsForResource", "FilterLogEvents",
		"cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource", "UpdateStage":
		return quota{api, 5}
	case "ListFunctions", "ListTags", "GetFunction":
		return quota{"lambda", 15}
	case "GetRestApis", "GetApis", "GetApi", "GetStages", "GetRoutes":
		return quota{"apigateway", 10}
	case "GetResources":
		return quota{api, 15}
	case "DescribeAlarms":
		return quota{api, 9}
	case "GetMetricData":
		return quota{api, 500}
	}
	return quota{api, 3} // PutMetricAlarm, PutCompositeAlarm, DeleteAlarms
}

// throttleCode is the error code with which the API's service refuses what comes too fast.
func throttleCode(api string) string {
	switch quotaOf(api).name {
	case "lambda", "apigateway", "UpdateStage":
		return "TooManyRequestsException"
	case "GetResources":
		return "ThrottledException"
	case "DescribeAlarms", "PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "GetMetricData",
		"cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource":
		return "Throttling"
	}
	return "ThrottlingException"
}

// Rate is the quota of an API, in calls per second, account and region.
func Rate(api string) float64 { return quotaOf(api).perSecond }

// bucket is a token bucket that holds one second's calls.
type bucket struct {
	rate, tokens float64
	last         time.Time
}

func newBucket(q quota) *bucket { return &bucket{q.perSecond, q.perSecond, time.Now()} }

func (b *bucket) take(now time.Time) bool {
	b.tokens = min(b.tokens+now.Sub(b.last).Seconds()*b.rate, b.rate)
	b.last = now
	if b.tokens < 1-1e-6 { // what floats lose over many additions
		return false
	}
	b.tokens--
	return true
}
