package aws

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

func putMetricAlarm(a *inventory.MetricAlarm) *cloudwatch.PutMetricAlarmInput {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: &a.Name, AlarmDescription: token(a.Description), ActionsEnabled: sdk.Bool(!a.Actions.Disabled),
		AlarmActions: a.Actions.Alarm, OKActions: a.Actions.OK, InsufficientDataActions: a.Actions.NoData,
		ComparisonOperator: types.ComparisonOperator(a.Comparison), Threshold: &a.Threshold, TreatMissingData: token(a.Missing),
		EvaluateLowSampleCountPercentile: token(a.LowSamples), EvaluationPeriods: sdk.Int32(int32(a.Evaluations)), DatapointsToAlarm: number(a.Datapoints),
		Tags: alarmTags(a.Tags),
	}
	if len(a.Queries) > 0 {
		in.Metrics = queries(a.Queries)
		return in
	}
	in.Namespace, in.MetricName, in.Dimensions, in.Period = &a.Metric.Namespace, &a.Metric.Name, dimensions(a.Metric.Dimensions), number(a.Period)
	if simple(a.Metric.Statistic) {
		in.Statistic = types.Statistic(a.Metric.Statistic)
	} else {
		in.ExtendedStatistic = token(a.Metric.Statistic)
	}
	return in
}

func putCompositeAlarm(a *inventory.CompositeAlarm) *cloudwatch.PutCompositeAlarmInput {
	return &cloudwatch.PutCompositeAlarmInput{
		AlarmName: &a.Name, AlarmDescription: token(a.Description), AlarmRule: &a.Rule, ActionsEnabled: sdk.Bool(!a.Actions.Disabled),
		AlarmActions: a.Actions.Alarm, OKActions: a.Actions.OK, InsufficientDataActions: a.Actions.NoData, Tags: alarmTags(a.Tags),
	}
}

// simple tells the five plain statistics from percentiles and their like.
func simple(statistic string) bool {
	return slices.Contains(types.Statistic("").Values(), types.Statistic(statistic))
}

func queries(list []inventory.Query) []types.MetricDataQuery {
	out := make([]types.MetricDataQuery, len(list))
	for i := range list {
		q := &list[i]
		out[i] = types.MetricDataQuery{Id: &q.ID, ReturnData: &q.Return}
		if q.Expression != "" {
			out[i].Expression, out[i].Period = &q.Expression, number(q.Period)
			continue
		}
		out[i].MetricStat = &types.MetricStat{
			Metric: &types.Metric{Namespace: &q.Metric.Namespace, MetricName: &q.Metric.Name, Dimensions: dimensions(q.Metric.Dimensions)},
			Period: number(q.Period), Stat: &q.Metric.Statistic,
		}
	}
	return out
}

func dimensions(list []inventory.Dimension) []types.Dimension {
	var out []types.Dimension
	for i := range list {
		out = append(out, types.Dimension{Name: &list[i].Name, Value: &list[i].Value})
	}
	return out
}

func number(n int) *int32 {
	if n == 0 {
		return nil
	}
	return sdk.Int32(int32(n))
}

func metricAlarm(a *types.MetricAlarm) inventory.MetricAlarm {
	out := inventory.MetricAlarm{
		Name: sdk.ToString(a.AlarmName), Description: sdk.ToString(a.AlarmDescription), Period: int(sdk.ToInt32(a.Period)),
		Evaluations: int(sdk.ToInt32(a.EvaluationPeriods)), Datapoints: int(sdk.ToInt32(a.DatapointsToAlarm)), Threshold: sdk.ToFloat64(a.Threshold),
		Comparison: string(a.ComparisonOperator), Missing: sdk.ToString(a.TreatMissingData), LowSamples: sdk.ToString(a.EvaluateLowSampleCountPercentile),
		Actions: actions(a.ActionsEnabled, a.AlarmActions, a.OKActions, a.InsufficientDataActions),
		Metric: inventory.Metric{
			Namespace: sdk.ToString(a.Namespace), Name: sdk.ToString(a.MetricName), Dimensions: dimensionsOf(a.Dimensions),
			Statistic: cmp.Or(sdk.ToString(a.ExtendedStatistic), string(a.Statistic)),
		},
	}
	var other foreign
	other.note("unit", string(a.Unit))
	other.note("threshold metric", sdk.ToString(a.ThresholdMetricId))
	for i := range a.Metrics {
		out.Queries = append(out.Queries, queryOf(&a.Metrics[i], &other))
	}
	out.Other = other.String()
	return out
}

func compositeAlarm(a *types.CompositeAlarm) inventory.CompositeAlarm {
	var other foreign
	other.note("suppressor", sdk.ToString(a.ActionsSuppressor))
	return inventory.CompositeAlarm{
		Name: sdk.ToString(a.AlarmName), Description: sdk.ToString(a.AlarmDescription), Rule: sdk.ToString(a.AlarmRule),
		Actions: actions(a.ActionsEnabled, a.AlarmActions, a.OKActions, a.InsufficientDataActions), Other: other.String(),
	}
}

func queryOf(q *types.MetricDataQuery, other *foreign) inventory.Query {
	out := inventory.Query{
		ID: sdk.ToString(q.Id), Expression: sdk.ToString(q.Expression), Period: int(sdk.ToInt32(q.Period)),
		Return: q.ReturnData == nil || *q.ReturnData,
	}
	other.note("account of "+out.ID, sdk.ToString(q.AccountId))
	if s := q.MetricStat; s != nil {
		out.Period, out.Metric.Statistic = int(sdk.ToInt32(s.Period)), sdk.ToString(s.Stat)
		other.note("unit of "+out.ID, string(s.Unit))
		if m := s.Metric; m != nil {
			out.Metric.Namespace, out.Metric.Name, out.Metric.Dimensions = sdk.ToString(m.Namespace), sdk.ToString(m.MetricName), dimensionsOf(m.Dimensions)
		}
	}
	return out
}

func dimensionsOf(list []types.Dimension) []inventory.Dimension {
	var out []inventory.Dimension
	for _, d := range list {
		out = append(out, inventory.Dimension{Name: sdk.ToString(d.Name), Value: sdk.ToString(d.Value)})
	}
	return out
}

func actions(enabled *bool, alarm, ok, noData []string) inventory.Actions {
	return inventory.Actions{Disabled: enabled != nil && !*enabled, Alarm: alarm, OK: ok, NoData: noData}
}

// foreign collects settings that change what an alarm does and that ours never have.
type foreign []string

func (f *foreign) note(what, value string) {
	if value != "" {
		*f = append(*f, fmt.Sprintf("%s %s", what, value))
	}
}

func (f *foreign) String() string { return strings.Join(*f, ", ") }
