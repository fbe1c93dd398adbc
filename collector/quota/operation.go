package quota

// Operation is an API call as AWS names it, by service.
type Operation string

// The operations. Those of Lambda and of API Gateway that only read share a bucket each.
const (
	DescribeLogGroups           Operation = "logs:DescribeLogGroups"
	DescribeSubscriptionFilters Operation = "logs:DescribeSubscriptionFilters"
	LogsListTags                Operation = "logs:ListTagsForResource"
	PutSubscriptionFilter       Operation = "logs:PutSubscriptionFilter"
	DeleteSubscriptionFilter    Operation = "logs:DeleteSubscriptionFilter"
	CreateLogGroup              Operation = "logs:CreateLogGroup"
	DeleteLogGroup              Operation = "logs:DeleteLogGroup"
	PutRetentionPolicy          Operation = "logs:PutRetentionPolicy"
	LambdaReads                 Operation = "lambda"
	APIGatewayReads             Operation = "apigateway"
	APIGatewayUpdates           Operation = "apigateway:UpdateStage"
	GetResources                Operation = "tag:GetResources"
	FilterLogEvents             Operation = "logs:FilterLogEvents"
	GetMetricData               Operation = "cloudwatch:GetMetricData"
	DescribeAlarms              Operation = "cloudwatch:DescribeAlarms"
	AlarmListTags               Operation = "cloudwatch:ListTagsForResource"
	PutMetricAlarm              Operation = "cloudwatch:PutMetricAlarm"
	PutCompositeAlarm           Operation = "cloudwatch:PutCompositeAlarm"
	DeleteAlarms                Operation = "cloudwatch:DeleteAlarms"
	TagAlarm                    Operation = "cloudwatch:TagResource"
	UntagAlarm                  Operation = "cloudwatch:UntagResource"
)

// Quota is how often an operation may be called, per account and region. The figures are
// the documented defaults (CloudWatch Logs, CloudWatch, Lambda and API Gateway quota
// pages); a bucket adapts to what it meets.
func (o Operation) Quota() (perSecond float64, write bool) {
	switch o {
	case DescribeLogGroups:
		return 10, false
	case DescribeSubscriptionFilters, LogsListTags, AlarmListTags, FilterLogEvents:
		return 5, false
	case PutSubscriptionFilter, DeleteSubscriptionFilter, PutRetentionPolicy, TagAlarm, UntagAlarm:
		return 5, true
	case CreateLogGroup:
		return 10, true
	case DeleteLogGroup:
		return 10, true
	case LambdaReads:
		return 15, false
	case APIGatewayReads:
		return 10, false
	case APIGatewayUpdates:
		return 5, true
	case GetResources:
		return 15, false
	case DescribeAlarms:
		return 9, false
	case GetMetricData: // 500 are documented; the team's dashboards draw from them
		return 50, false
	}
	return 3, true // putMetricAlarm, putCompositeAlarm, deleteAlarms
}
