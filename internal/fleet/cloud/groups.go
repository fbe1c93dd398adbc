package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// LogGroups is DescribeLogGroups: 50 a page. A group made a moment ago may not be listed yet.
func (r *Region) LogGroups(ctx context.Context, token string) (page []inventory.LogGroup, next string, err error) {
	err = r.call(ctx, "DescribeLogGroups", func() error {
		var groups []*logGroup
		groups, next = r.groups.page(token, r.pageSize(pageGroups), func(g *logGroup) bool { return r.listed(g.made) })
		page = nil
		for _, g := range groups {
			page = append(page, wireGroup(g))
		}
		return nil
	})
	return page, next, err
}

// LogGroup is DescribeLogGroups of one name.
func (r *Region) LogGroup(ctx context.Context, name string) (found inventory.LogGroup, err error) {
	err = r.call(ctx, "DescribeLogGroups", func() error {
		g := r.groups.get(name)
		if g == nil || !r.listed(g.made) {
			return notFound("log group " + name)
		}
		found = wireGroup(g)
		return nil
	})
	return found, err
}

// LogGroupTags is ListTagsForResource.
func (r *Region) LogGroupTags(ctx context.Context, arn string) (tags inventory.Tags, err error) {
	err = r.call(ctx, "logs:ListTagsForResource", func() error {
		_, name, _ := strings.Cut(arn, ":log-group:")
		if strings.HasSuffix(name, ":*") {
			return &Error{"InvalidParameterException", "the ARN of a log group ends with its name here: " + arn}
		}
		g := r.groups.get(name)
		if g == nil {
			return notFound("log group " + name)
		}
		tags = wireTags(g.tags.now)
		return nil
	})
	return tags, err
}

// CreateLogGroup makes a log group.
func (r *Region) CreateLogGroup(ctx context.Context, name string, tags inventory.Tags) error {
	return r.call(ctx, "CreateLogGroup", func() error {
		if !logGroupName.MatchString(name) || strings.HasPrefix(name, "aws/") {
			return &Error{"InvalidParameterException", "log group name " + name}
		}
		if fault := faultOfTags(tags); fault != "" {
			return &Error{"InvalidParameterException", fault}
		}
		if r.groups.get(name) != nil {
			return &Error{"ResourceAlreadyExistsException", "the log group " + name + " exists"}
		}
		g := &logGroup{LogGroup: inventory.LogGroup{Name: name, Created: time.Now().UnixMilli()}, made: time.Now()}
		g.tags.set(tags)
		r.groups.put(name, g)
		return nil
	})
}

// retentions are the days that PutRetentionPolicy takes.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// RetainLogGroup is PutRetentionPolicy.
func (r *Region) RetainLogGroup(ctx context.Context, name string, days int) error {
	return r.call(ctx, "PutRetentionPolicy", func() error {
		g := r.groups.get(name)
		if g == nil {
			return notFound("log group " + name)
		}
		if !slices.Contains(retentions, days) {
			return &Error{"InvalidParameterException", "retentionInDays"}
		}
		g.retention = days
		return nil
	})
}

// DeleteLogGroup removes a log group with its filters.
func (r *Region) DeleteLogGroup(ctx context.Context, name string) error {
	return r.call(ctx, "DeleteLogGroup", func() error {
		if r.groups.get(name) == nil {
			return notFound("log group " + name)
		}
		r.groups.remove(name)
		return nil
	})
}
