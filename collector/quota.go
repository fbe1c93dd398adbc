package collector

// operation is an API call as AWS names it, by service.
type operation string

const (
	describeLogGroups           operation = "logs:DescribeLogGroups"
	describeSubscriptionFilters operation = "logs:DescribeSubscriptionFilters"
	logsListTags                operation = "logs:ListTagsForResource"
	putSubscriptionFilter       operation = "logs:PutSubscriptionFilter"
	deleteSubscriptionFilter    operation = "logs:DeleteSubscriptionFilter"
	createLogGroup              operation = "logs:CreateLogGroup"
	deleteLogGroup              operation = "logs:DeleteLogGroup"
	putRetentionPolicy          operation = "logs:PutRetentionPolicy"
	lambdaCalls                 operation = "lambda"
	apiGatewayCalls             operation = "apigateway"
	apiGatewayUpdates           operation = "apigateway:UpdateStage"
	getResources                operation = "tag:GetResources"
	filterLogEvents             operation = "logs:FilterLogEvents"
	getMetricData               operation = "cloudwatch:GetMetricData"
	describeAlarms              operation = "cloudwatch:DescribeAlarms"
	alarmListTags               operation = "cloudwatch:ListTagsForResource"
	putMetricAlarm              operation = "cloudwatch:PutMetricAlarm"
	putCompositeAlarm           operation = "cloudwatch:PutCompositeAlarm"
	deleteAlarms                operation = "cloudwatch:DeleteAlarms"
	tagAlarm                    operation = "cloudwatch:TagResource"
	untagAlarm                  operation = "cloudwatch:UntagResource"
)

// quota is how often an operation may be called, per account and region. The figures are
// the documented defaults (CloudWatch Logs, CloudWatch, Lambda and API Gateway quota
// pages); a bucket adapts to what it meets.
func (o operation) quota() (perSecond float64, write bool) {
	switch o {
	case describeLogGroups:
		return 10, false
	case describeSubscriptionFilters, logsListTags, alarmListTags, filterLogEvents:
		return 5, false
	case putSubscriptionFilter, deleteSubscriptionFilter, putRetentionPolicy, tagAlarm, untagAlarm:
		return 5, true
	case createLogGroup:
		return 10, true
	case deleteLogGroup:
		return 10, true
	case lambdaCalls:
		return 15, false
	case apiGatewayCalls:
		return 10, false
	case apiGatewayUpdates:
		return 5, true
	case getResources:
		return 15, false
	case describeAlarms:
		return 9, false
	case getMetricData: // 500 are documented; the team's dashboards draw from them
		return 50, false
	}
	return 3, true // putMetricAlarm, putCompositeAlarm, deleteAlarms
}
