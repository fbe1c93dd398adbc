package probe

import "context"

// Sure says what an assumption rests on.
type Sure string

// From the strongest to the weakest.
const (
	Documented Sure = "AWS's documentation"
	Declared   Sure = "the SDK's own comments"
	Emulated   Sure = "emulators, which agree"
	Reported   Sure = "reports of others"
	Remembered Sure = "general knowledge"
)

// Assumption is a claim about AWS.
type Assumption struct {
	ID     string   // a slug; answers are recorded by it
	Claim  string   // what is taken for granted
	Code   []string // files that rely on it
	Sure   Sure
	Source string // URL; empty where there is none
	Wrong  string // what happens if it does not hold

	// ask finds out, in a sandbox. nil: no few calls can tell, and Unasked says why.
	ask     func(context.Context, *sandbox) (holds bool, saw string, err error)
	Unasked string
}

// Asked reports whether the probe can ask.
func (a *Assumption) Asked() bool { return a.ask != nil }

// Assumptions are all there are, in the order of the data.
func Assumptions() []Assumption {
	const (
		logs = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/"
		api  = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
	)
	return []Assumption{
		{ID: "log-group-tags", Claim: "A log group takes tags whose keys hold a colon, and lists them by its ARN at once.", Code: []string{"collector/aws/logs.go", "collector/decide.go"}, Sure: Documented,
			Source: api + "API_ListTagsForResource.html", Wrong: "a group that is tagged when it is made is onboarded a sweep later", ask: askLogTags},
		{ID: "tag-listing", Claim: "tag:GetResources shows the tags of a new log group within a minute.", Code: []string{"collector/aws/tags.go", "collector/fresh.go"}, Sure: Reported,
			Wrong: "the first sweep after a tag misses it, the next has it", ask: askTagListing},
		{ID: "filter-name", Claim: "A subscription filter's name may hold slashes and percent signs, 512 characters in all.", Code: []string{"workload.go", "collector/desire.go"}, Sure: Documented,
			Source: api + "API_PutSubscriptionFilter.html", Wrong: "no filter can be put", ask: askFilterName},
		{ID: "filter-slots", Claim: "A log group that has no free slot answers LimitExceededException, be it two or five slots.", Code: []string{"collector/filter.go", "collector/quota/verdict.go"}, Sure: Documented,
			Source: logs + "cloudwatch_limits_cwl.html", Wrong: "the reason in `onboard status` is a raw error", ask: askFilterSlots},
		{ID: "event-ids", Claim: "FilterLogEvents gives events the ids that subscriptions send: decimal digits, 56 of them.", Code: []string{"collector/history/job.go", "indexer/document.go"}, Sure: Reported,
			Wrong: "history that was forwarded already is there twice", ask: askEventIDs},
		{ID: "metric-search", Claim: "GetMetricData takes SUM(SEARCH(…)) over the dimensions of ForwardedLogEvents, and answers none where there is no figure.", Code: []string{"collector/proof/read.go"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html", Wrong: "`verify --cloudwatch` says that it proves nothing", ask: askMetricSearch},
		{ID: "alarm-description", Claim: "An alarm keeps a description of 1,024 characters as it was put.", Code: []string{"collector/rule/rule.go", "alerter/cloudwatch/description.go"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html", Wrong: "a card lacks product and team", ask: askDescription},
		{ID: "conditional-put", Claim: "S3 refuses a PUT with If-None-Match: * on a key that is there with 412, at once after the first.", Code: []string{"lake/s3/write.go", "lake/revision/revision.go"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html", Wrong: "two functions overwrite one another's numbered objects", ask: askConditionalPut},
		{ID: "list-order", Claim: "S3 lists keys in the order of their UTF-8 bytes, and a key right after its PUT.", Code: []string{"lake/s3/list.go"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html", Wrong: "an object waits for the next reconciliation", ask: askListOrder},
		{ID: "clock", Claim: "AWS's answers carry its time, by which this machine's clock is judged.", Code: []string{"internal/hub/aws/doctor.go"}, Sure: Documented,
			Wrong: "`doctor` says nothing of the clock", ask: askClock},
		{ID: "payloads", Claim: "CloudWatch Logs packs about 20 events into a payload of a busy log group, and gzips it.", Code: []string{"internal/cost/assumptions.go", "transformer/landing/payload.go"}, Sure: Reported,
			Wrong: "Firehose's part of the bill is another", Unasked: "it depends on your traffic: `seamark lake stats` and Firehose's IncomingRecords tell"},
		{ID: "forwarded-metric", Claim: "ForwardedLogEvents has exactly the dimensions LogGroupName, DestinationType and FilterName, of a destination in another account too.", Code: []string{"collector/proof/read.go"}, Sure: Documented,
			Source: logs + "CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html", Wrong: "`verify --cloudwatch` says that it proves nothing", Unasked: "the metric comes minutes after a delivery to a stream, which the probe does not make"},
		{ID: "graviton", Claim: "A core of Graviton does as much as the measured one.", Code: []string{"internal/cost/assumptions.go"}, Sure: Remembered,
			Wrong: "Lambda's part of the bill is another: `seamark cost aws --graviton`", Unasked: "run `make bench` on a machine of arm64"},
		{ID: "prices", Claim: "The prices are those of internal/cost/prices.json.", Code: []string{"internal/cost/prices.json", "lake/stats/prices.go", "collector/rehearsal/prices.go"}, Sure: Remembered,
			Wrong: "the bill is another: --price-file", Unasked: "compare them with AWS's pages"},
		{ID: "firehose-prefix", Claim: "Firehose writes objects below landing/yyyy/mm/dd/hh/, one or more gzip members each, and tries for 24 hours.", Code: []string{"transformer/landing/window.go", "lake/key.go", "terraform/modules/hub/firehose.tf"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html", Wrong: "landing objects are looked for in the wrong hour: reconciliation finds them", Unasked: "a delivery stream and its roles take longer than ten minutes to make and judge"},
		{ID: "s3-events", Claim: "S3's notifications to SQS encode keys as URLs do, those to EventBridge do not.", Code: []string{"internal/lambda/message.go"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html", Wrong: "a message names no object: reconciliation finds it", Unasked: "notifications take minutes to be switched on"},
		{ID: "management-events", Claim: "EventBridge tells of a management event within seconds, where a trail logs it.", Code: []string{"collector/cloudtrail/decode.go", "terraform/modules/spoke-region/main.tf"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html", Wrong: "a tag takes effect with the next sweep", Unasked: "a rule and a trail must be there: `seamark doctor --hub` looks at both"},
		{ID: "inline", Claim: "Firehose partitions by the transformer's keys and converts by the Glue table.", Code: []string{"transformer/inline/inline.go", "terraform/modules/hub/firehose.tf"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html", Wrong: "with firehose_mode = \"inline\" rows end below firehose-errors/, which an alarm tells", Unasked: "no emulator has it, and it takes a stream"},
		{ID: "domain-roles", Claim: "OpenSearch Service maps the functions' roles as the README of the hub says.", Code: []string{"terraform/modules/hub/opensearch.tf", "indexer/opensearch/client.go"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html", Wrong: "the indexer is refused, and its alarm tells", Unasked: "a domain takes half an hour to make"},
		{ID: "stack-sets", Claim: "A StackSet makes the roles in the home region alone, and rules and topics in each.", Code: []string{"terraform/cloudformation/spoke.yaml"}, Sure: Documented,
			Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html", Wrong: "an account is not looked after: `doctor` names it", Unasked: "it takes an organisation"},
	}
}
