package aws

import (
	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// ThroughCloudWatch is an alarm as CloudWatch gives it back after it was put.
func ThroughCloudWatch(a inventory.MetricAlarm) inventory.MetricAlarm {
	in := putMetricAlarm(&a)
	return metricAlarm(&types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmDescription: in.AlarmDescription, ActionsEnabled: in.ActionsEnabled, AlarmActions: in.AlarmActions,
		OKActions: in.OKActions, InsufficientDataActions: in.InsufficientDataActions, ComparisonOperator: in.ComparisonOperator, Threshold: in.Threshold,
		TreatMissingData: in.TreatMissingData, EvaluateLowSampleCountPercentile: in.EvaluateLowSampleCountPercentile, EvaluationPeriods: in.EvaluationPeriods,
		DatapointsToAlarm: in.DatapointsToAlarm, Metrics: in.Metrics, Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions,
		Period: in.Period, Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Unit: in.Unit, ThresholdMetricId: in.ThresholdMetricId,
	})
}

// Shape is what the adapter makes of an alarm that someone else has made.
func Shape(a *types.MetricAlarm) inventory.MetricAlarm { return metricAlarm(a) }

// Whole is the HTTP client that the adapter wraps around another.
func Whole(c sdk.HTTPClient) sdk.HTTPClient { return whole{c} }
