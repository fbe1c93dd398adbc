package aws_test

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
)

func anyMetric(t *rapid.T) inventory.Metric {
	text := rapid.StringMatching(`[A-Za-z/]{1,12}`)
	m := inventory.Metric{Namespace: text.Draw(t, "namespace"), Name: text.Draw(t, "metric"),
		Statistic: rapid.SampledFrom([]string{"Sum", "Average", "Minimum", "Maximum", "SampleCount", "p95", "p99.9", "p100", "tm90"}).Draw(t, "statistic")}
	for range rapid.IntRange(0, 3).Draw(t, "dimensions") {
		m.Dimensions = append(m.Dimensions, inventory.Dimension{Name: text.Draw(t, "name"), Value: rapid.StringN(1, 20, 60).Draw(t, "value")})
	}
	return m
}

func anyAlarm(t *rapid.T) inventory.MetricAlarm {
	arns := rapid.SliceOfN(rapid.StringMatching(`arn:aws:sns:[a-z]{4}:[0-9]{12}:[a-z]{1,5}`), 0, 5)
	n := rapid.IntRange(1, 5).Draw(t, "evaluations")
	a := inventory.MetricAlarm{
		Name: rapid.StringN(1, 40, 255).Draw(t, "name"), Description: rapid.StringN(0, 60, 1024).Draw(t, "description"),
		Evaluations: n, Datapoints: rapid.IntRange(0, n).Draw(t, "datapoints"), Threshold: rapid.Float64().Draw(t, "threshold"),
		Comparison: rapid.SampledFrom([]string{"GreaterThanOrEqualToThreshold", "LessThanThreshold"}).Draw(t, "comparison"),
		Missing:    rapid.SampledFrom([]string{"", "breaching", "notBreaching", "ignore", "missing"}).Draw(t, "missing"),
		LowSamples: rapid.SampledFrom([]string{"", "ignore", "evaluate"}).Draw(t, "few samples"),
		Actions:    inventory.Actions{Disabled: rapid.Bool().Draw(t, "disabled"), Alarm: arns.Draw(t, "alarm"), OK: arns.Draw(t, "ok"), NoData: arns.Draw(t, "no data")},
	}
	if rapid.Bool().Draw(t, "plain") {
		a.Metric, a.Period = anyMetric(t), rapid.SampledFrom([]int{10, 60, 300}).Draw(t, "period")
		return a
	}
	a.Queries = []inventory.Query{{ID: "ratio", Expression: "bad / all", Return: true}}
	for _, id := range []string{"bad", "all"} {
		a.Queries = append(a.Queries, inventory.Query{ID: id, Metric: anyMetric(t), Period: 300})
	}
	return a
}

// TestAnyAlarm: what the collector puts it finds again, field by field, or it would put it
// again with each sweep.
func TestAnyAlarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyAlarm(t)
		if d := cmp.Diff(want, aws.ThroughCloudWatch(want), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	})
}

// TestForeignSettings: what an alarm of ours never has is noticed where someone else has set it.
func TestForeignSettings(t *testing.T) {
	for want, a := range map[string]types.MetricAlarm{
		"":                                {},
		"unit Seconds":                    {Unit: types.StandardUnitSeconds},
		"threshold metric band":           {ThresholdMetricId: sdk.String("band")},
		"account of m 2, unit of m Count": {Metrics: []types.MetricDataQuery{{Id: sdk.String("m"), AccountId: sdk.String("2"), MetricStat: &types.MetricStat{Unit: types.StandardUnitCount}}}},
	} {
		if got := aws.Shape(&a).Other; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
