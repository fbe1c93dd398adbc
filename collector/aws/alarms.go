package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Alarms is DescribeAlarms: 100 a page of both kinds together.
func (p *place) Alarms(ctx context.Context, prefix, t string) ([]inventory.MetricAlarm, []inventory.CompositeAlarm, string, error) {
	out, err := p.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: token(prefix), AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
		MaxRecords: sdk.Int32(100), NextToken: token(t),
	}, p.inWatch)
	if err != nil {
		return nil, nil, "", p.fail(ctx, err)
	}
	metric, composite := make([]inventory.MetricAlarm, len(out.MetricAlarms)), make([]inventory.CompositeAlarm, len(out.CompositeAlarms))
	for i := range out.MetricAlarms {
		metric[i] = metricAlarm(&out.MetricAlarms[i])
	}
	for i := range out.CompositeAlarms {
		composite[i] = compositeAlarm(&out.CompositeAlarms[i])
	}
	return metric, composite, sdk.ToString(out.NextToken), nil
}

// AlarmTags is ListTagsForResource.
func (p *place) AlarmTags(ctx context.Context, arn string) (inventory.Tags, error) {
	out, err := p.watch.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: &arn}, p.inWatch)
	if err != nil {
		return nil, p.fail(ctx, err)
	}
	tags := make([]inventory.Tag, len(out.Tags))
	for i, t := range out.Tags {
		tags[i] = inventory.Tag{Key: sdk.ToString(t.Key), Value: sdk.ToString(t.Value)}
	}
	return inventory.NewTags(tags...), nil
}

// PutMetricAlarm makes an alarm with its tags, or replaces one and leaves its tags.
func (p *place) PutMetricAlarm(ctx context.Context, a inventory.MetricAlarm) error {
	_, err := p.watch.PutMetricAlarm(ctx, putMetricAlarm(&a), p.inWatch)
	return p.fail(ctx, err)
}

// PutCompositeAlarm does the same for an alarm over alarms.
func (p *place) PutCompositeAlarm(ctx context.Context, a inventory.CompositeAlarm) error {
	_, err := p.watch.PutCompositeAlarm(ctx, putCompositeAlarm(&a), p.inWatch)
	return p.fail(ctx, err)
}

// DeleteAlarms deletes 100 metric alarms, or one composite.
func (p *place) DeleteAlarms(ctx context.Context, names []string) error {
	_, err := p.watch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: names}, p.inWatch)
	return p.fail(ctx, err)
}

// TagAlarm is TagResource.
func (p *place) TagAlarm(ctx context.Context, arn string, tags inventory.Tags) error {
	_, err := p.watch.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: &arn, Tags: alarmTags(tags)}, p.inWatch)
	return p.fail(ctx, err)
}

// UntagAlarm is UntagResource.
func (p *place) UntagAlarm(ctx context.Context, arn string, keys []string) error {
	_, err := p.watch.UntagResource(ctx, &cloudwatch.UntagResourceInput{ResourceARN: &arn, TagKeys: keys}, p.inWatch)
	return p.fail(ctx, err)
}

func alarmTags(tags inventory.Tags) []types.Tag {
	var out []types.Tag
	for i := range tags {
		out = append(out, types.Tag{Key: &tags[i].Key, Value: &tags[i].Value})
	}
	return out
}
