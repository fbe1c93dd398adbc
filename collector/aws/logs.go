package aws

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// LogGroups is DescribeLogGroups: 50 a page.
func (p *place) LogGroups(ctx context.Context, t string) ([]inventory.LogGroup, string, error) {
	out, err := p.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{NextToken: token(t)}, p.inLogs)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page := make([]inventory.LogGroup, len(out.LogGroups))
	for i := range out.LogGroups {
		page[i] = logGroup(&out.LogGroups[i])
	}
	return page, sdk.ToString(out.NextToken), nil
}

func logGroup(g *types.LogGroup) inventory.LogGroup {
	return inventory.LogGroup{Name: sdk.ToString(g.LogGroupName), Class: string(g.LogGroupClass), Created: sdk.ToInt64(g.CreationTime)}
}

// LogGroup reads one group: the listing by prefix, in which it comes first, since names
// are listed in their order.
func (p *place) LogGroup(ctx context.Context, name string) (inventory.LogGroup, error) {
	out, err := p.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name}, p.inLogs)
	if err != nil {
		return inventory.LogGroup{}, p.fail(ctx, err)
	}
	i := slices.IndexFunc(out.LogGroups, func(g types.LogGroup) bool { return sdk.ToString(g.LogGroupName) == name })
	if i < 0 {
		return inventory.LogGroup{}, &Error{Code: "ResourceNotFoundException", Operation: "CloudWatch Logs: DescribeLogGroups", Message: "no log group " + name}
	}
	return logGroup(&out.LogGroups[i]), nil
}

// SubscriptionFilters is DescribeSubscriptionFilters. A group has a handful, which come on one page.
func (p *place) SubscriptionFilters(ctx context.Context, group string) ([]inventory.Filter, error) {
	var filters []inventory.Filter
	pages := cloudwatchlogs.NewDescribeSubscriptionFiltersPaginator(p.logs, &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: &group})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx, p.inLogs)
		if err != nil {
			return nil, p.fail(ctx, err)
		}
		for i := range out.SubscriptionFilters {
			filters = append(filters, filter(&out.SubscriptionFilters[i]))
		}
	}
	return filters, nil
}

// systemFields are the fields that centralised copies of logs need on each event.
var systemFields = []string{"@aws.account", "@aws.region"}

func filter(f *types.SubscriptionFilter) inventory.Filter {
	return inventory.Filter{
		Name: sdk.ToString(f.FilterName), Pattern: sdk.ToString(f.FilterPattern), Destination: sdk.ToString(f.DestinationArn),
		Role: sdk.ToString(f.RoleArn), Created: sdk.ToInt64(f.CreationTime),
		System: !slices.ContainsFunc(systemFields, func(s string) bool { return !slices.Contains(f.EmitSystemFields, s) }),
	}
}

// LogGroupTags is ListTagsForResource.
func (p *place) LogGroupTags(ctx context.Context, arn string) (inventory.Tags, error) {
	out, err := p.logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn}, p.inLogs)
	if err != nil {
		return nil, p.fail(ctx, err)
	}
	return tagsOf(out.Tags), nil
}

// PutSubscriptionFilter makes a filter, or replaces the one of its name.
func (p *place) PutSubscriptionFilter(ctx context.Context, group string, f inventory.Filter) error {
	in := &cloudwatchlogs.PutSubscriptionFilterInput{
		LogGroupName: &group, FilterName: &f.Name, FilterPattern: &f.Pattern, DestinationArn: &f.Destination, RoleArn: token(f.Role),
	}
	if in.EmitSystemFields = []string{}; f.System { // nil would leave what is there: terraform-provider-aws #45760
		in.EmitSystemFields = systemFields
	}
	_, err := p.logs.PutSubscriptionFilter(ctx, in, p.inLogs)
	return p.fail(ctx, err)
}

// DeleteSubscriptionFilter removes a filter.
func (p *place) DeleteSubscriptionFilter(ctx context.Context, group, name string) error {
	_, err := p.logs.DeleteSubscriptionFilter(ctx, &cloudwatchlogs.DeleteSubscriptionFilterInput{LogGroupName: &group, FilterName: &name}, p.inLogs)
	return p.fail(ctx, err)
}

// CreateLogGroup makes a log group with its tags.
func (p *place) CreateLogGroup(ctx context.Context, name string, tags inventory.Tags) error {
	_, err := p.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name, Tags: tagMap(tags)}, p.inLogs)
	return p.fail(ctx, err)
}

// RetainLogGroup is PutRetentionPolicy: CloudWatch Logs allows a list of days.
func (p *place) RetainLogGroup(ctx context.Context, name string, days int) error {
	_, err := p.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: sdk.Int32(int32(days))}, p.inLogs)
	return p.fail(ctx, err)
}

// DeleteLogGroup removes a log group with all that is in it.
func (p *place) DeleteLogGroup(ctx context.Context, name string) error {
	_, err := p.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &name}, p.inLogs)
	return p.fail(ctx, err)
}

// LogEvents is FilterLogEvents, whose end is inclusive.
func (p *place) LogEvents(ctx context.Context, group, pattern string, from, to int64, t string) ([]inventory.LogEvent, string, error) {
	if to <= from {
		return nil, "", nil
	}
	out, err := p.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, FilterPattern: token(pattern), StartTime: &from, EndTime: sdk.Int64(to - 1), NextToken: token(t),
	}, p.inLogs)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page := make([]inventory.LogEvent, len(out.Events))
	for i, e := range out.Events {
		page[i] = inventory.LogEvent{
			ID: sdk.ToString(e.EventId), Stream: sdk.ToString(e.LogStreamName), Message: sdk.ToString(e.Message),
			Timestamp: sdk.ToInt64(e.Timestamp), Ingested: sdk.ToInt64(e.IngestionTime),
		}
	}
	return page, sdk.ToString(out.NextToken), nil
}
