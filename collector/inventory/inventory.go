package inventory

import (
	"slices"
	"strings"
)

// Account is an account that is looked after, or might be.
type Account struct {
	ID     string
	Name   string // for people; as AWS Organizations knows it where nobody gave another; not unique
	Active bool   // false: suspended, closed, or joining an organisation
}

// Place is one region of one account: what a sweep looks after at a time.
type Place struct {
	Account string // 12 digits
	Region  string
}

// String reads "111122223333/eu-central-1".
func (p Place) String() string { return p.Account + "/" + p.Region }

// arn is the name of a resource of service in p; API Gateway leaves the account out.
func (p Place) arn(service, resource string) string {
	partition, account := "aws", p.Account
	switch {
	case strings.HasPrefix(p.Region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(p.Region, "us-gov-"):
		partition = "aws-us-gov"
	}
	if service == "apigateway" {
		account = ""
	}
	return "arn:" + partition + ":" + service + ":" + p.Region + ":" + account + ":" + resource
}

// LogGroupARN is the ARN of a log group, without the ":*" that some calls put behind it.
func (p Place) LogGroupARN(name string) string { return p.arn("logs", "log-group:"+name) }

// FunctionARN is the ARN of a Lambda function, without a version.
func (p Place) FunctionARN(name string) string { return p.arn("lambda", "function:"+name) }

// AlarmARN is the ARN of an alarm.
func (p Place) AlarmARN(name string) string { return p.arn("cloudwatch", "alarm:"+name) }

// Tag is one tag of a resource.
type Tag struct{ Key, Value string }

// Tags are a resource's tags, sorted by key. A slice, because a sweep of a thousand
// accounts holds a million small sets of them.
type Tags []Tag

// NewTags sorts tags; of equal keys the last counts.
func NewTags(tags ...Tag) Tags {
	t := slices.Clone(tags)
	slices.SortStableFunc(t, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	out := t[:0]
	for _, tag := range t {
		if n := len(out); n > 0 && out[n-1].Key == tag.Key {
			out[n-1] = tag
			continue
		}
		out = append(out, tag)
	}
	return out
}

// Get returns the value of key.
func (t Tags) Get(key string) (string, bool) {
	i, found := slices.BinarySearchFunc(t, key, func(a Tag, key string) int { return strings.Compare(a.Key, key) })
	if !found {
		return "", false
	}
	return t[i].Value, true
}

// StandardClass is the only log class that subscription filters work on.
const StandardClass = "STANDARD"

// LogGroup is a CloudWatch log group.
type LogGroup struct {
	Name    string
	Class   string // STANDARD, INFREQUENT_ACCESS or DELIVERY; empty is STANDARD
	Created int64  // Unix milliseconds
	Tags    Tags
	Unread  bool // its tags could not be read: nothing of it is changed
}

// Function is a Lambda function.
type Function struct {
	Name     string
	LogGroup string // LoggingConfig.LogGroup; empty is /aws/lambda/<name>
	Timeout  int    // seconds
	Tags     Tags
	Unread   bool
}

// LambdaLogs opens the name of a function's usual log group.
const LambdaLogs = "/aws/lambda/"

// Group is the log group that a function writes to.
func (f *Function) Group() string {
	if f.LogGroup != "" {
		return f.LogGroup
	}
	return LambdaLogs + f.Name
}

// Protocol is the kind of an API of API Gateway.
type Protocol string

// The protocols. REST APIs are those of API Gateway's first version.
const (
	REST      Protocol = "REST"
	HTTP      Protocol = "HTTP"
	WebSocket Protocol = "WEBSOCKET"
)

// API is an API of API Gateway.
type API struct {
	ID       string
	Name     string // not unique
	Protocol Protocol
	Tags     Tags
}

// Stage is a stage of an API.
type Stage struct {
	API             *API
	Name            string
	Tags            Tags
	AccessLog       AccessLog // zero when access logging is off
	DetailedMetrics bool
	Routes          []Route // with detailed metrics only
}

// AccessLog is where and how a stage writes its access log.
type AccessLog struct {
	Destination string // ARN of a log group, or of a Firehose stream
	Format      string
}

// Route is a method and a path of an API ("GET", "/pets/{id}").
type Route struct{ Method, Resource string }

// Component is how a stage is called in filter names and alarms: "booking-api/prod".
func (s *Stage) Component() string { return s.API.Name + "/" + s.Name }

// Group is the log group that a stage writes its access log to; empty: none.
func (s *Stage) Group() string {
	_, group, _ := strings.Cut(strings.TrimSuffix(s.AccessLog.Destination, ":*"), ":log-group:")
	return group
}

// WritesTo reports whether a stage's access log goes to that log group.
func (s *Stage) WritesTo(group string) bool {
	return strings.HasSuffix(strings.TrimSuffix(s.AccessLog.Destination, ":*"), ":log-group:"+group)
}

// StageARN is the ARN of a stage.
func (p Place) StageARN(s *Stage) string {
	kind := "/apis/"
	if s.API.Protocol == REST {
		kind = "/restapis/"
	}
	return p.arn("apigateway", kind+s.API.ID+"/stages/"+s.Name)
}

// Filter is a subscription filter of a log group.
type Filter struct {
	Name        string
	Pattern     string
	Destination string
	Role        string // sender-side role; empty for most
	System      bool   // each event carries @aws.account and @aws.region, as centralised copies need
	Created     int64  // Unix milliseconds; set by CloudWatch Logs
}

// Inventory is what there is in a place. Filters are not listed: they are described group
// by group, at five a second.
type Inventory struct {
	Place      Place
	Groups     []LogGroup
	Functions  []Function
	Stages     []Stage
	Metric     []KnownAlarm // whose name begins with seamark/
	Composite  []CompositeAlarm
	Unreadable []Failure // listings that failed: what depends on them is left as it is
}

// Incomplete reports that something is missing, so that "not wished for" proves nothing.
func (inv *Inventory) Incomplete() bool {
	return len(inv.Unreadable) > 0 ||
		slices.ContainsFunc(inv.Groups, func(g LogGroup) bool { return g.Unread }) ||
		slices.ContainsFunc(inv.Functions, func(f Function) bool { return f.Unread })
}

// Failure is something that could not be read or done.
type Failure struct {
	Resource string
	Doing    string // "PutSubscriptionFilter"
	Err      error
}
