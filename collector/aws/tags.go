package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// taggedTypes are what the tagging API is asked for. APIs and stages bring their tags themselves.
var taggedTypes = []string{"lambda:function", "logs:log-group", "cloudwatch:alarm"}

// TaggedResources is tag:GetResources: 100 a page.
func (p *place) TaggedResources(ctx context.Context, t string) ([]inventory.TaggedResource, string, error) {
	out, err := p.tagging.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{
		ResourceTypeFilters: taggedTypes, ResourcesPerPage: sdk.Int32(100), PaginationToken: token(t),
	}, p.inTagging)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page := make([]inventory.TaggedResource, len(out.ResourceTagMappingList))
	for i, r := range out.ResourceTagMappingList {
		tags := make([]inventory.Tag, len(r.Tags))
		for j, tag := range r.Tags {
			tags[j] = inventory.Tag{Key: sdk.ToString(tag.Key), Value: sdk.ToString(tag.Value)}
		}
		page[i] = inventory.TaggedResource{ARN: sdk.ToString(r.ResourceARN), Tags: inventory.NewTags(tags...)}
	}
	return page, sdk.ToString(out.PaginationToken), nil
}

func tagsOf(m map[string]string) inventory.Tags {
	if len(m) == 0 {
		return nil
	}
	tags := make([]inventory.Tag, 0, len(m))
	for k, v := range m {
		tags = append(tags, inventory.Tag{Key: k, Value: v})
	}
	return inventory.NewTags(tags...)
}

func tagMap(tags inventory.Tags) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}
