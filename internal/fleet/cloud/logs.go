package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector"
)

// LogGroups is DescribeLogGroups: 50 a page.
func (r *Region) LogGroups(ctx context.Context, token string) (page []collector.LogGroup, next string, err error) {
	err = r.call(ctx, "DescribeLogGroups", func() error {
		var groups []*logGroup
		groups, next = r.groups.page(token, 50)
		for _, g := range groups {
			page = append(page, g.LogGroup)
		}
		return nil
	})
	return page, next, err
}

// SubscriptionFilters is DescribeSubscriptionFilters.
func (r *Region) SubscriptionFilters(ctx context.Context, group string) (filters []collector.Filter, err error) {
	err = r.call(ctx, "DescribeSubscriptionFilters", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		filters = slices.Clone(g.filters)
		return nil
	})
	return filters, err
}

// LogGroupTags is ListTagsForResource.
func (r *Region) LogGroupTags(ctx context.Context, arn string) (tags collector.Tags, err error) {
	err = r.call(ctx, "logs:ListTagsForResource", func() error {
		_, name, _ := strings.Cut(arn, ":log-group:")
		g := r.groups.get(name)
		if g == nil {
			return notFound("log group " + name)
		}
		tags = g.tags.now
		return nil
	})
	return tags, err
}

// PutSubscriptionFilter makes or replaces a filter. At the limit a replacement still passes.
func (r *Region) PutSubscriptionFilter(ctx context.Context, group string, f collector.Filter) error {
	return r.call(ctx, "PutSubscriptionFilter", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		if f.Name == "" || len(f.Name) > 512 || strings.ContainsAny(f.Name, ":*") || f.Destination == "" {
			return &Error{"InvalidParameterException", "filterName"}
		}
		if g.Class != "" && g.Class != collector.StandardClass {
			return &Error{"InvalidParameterException", "log class " + g.Class}
		}
		f.Created = time.Now().UnixMilli()
		for i := range g.filters {
			if g.filters[i].Name == f.Name {
				f.Created = g.filters[i].Created
				g.filters[i] = f
				return nil
			}
		}
		if len(g.filters) >= r.cloud.opt.FilterLimit {
			return &Error{"LimitExceededException", "Resource limit exceeded."}
		}
		g.filters = append(g.filters, f)
		return nil
	})
}

// DeleteSubscriptionFilter removes a filter.
func (r *Region) DeleteSubscriptionFilter(ctx context.Context, group, name string) error {
	return r.call(ctx, "DeleteSubscriptionFilter", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		i := slices.IndexFunc(g.filters, func(f collector.Filter) bool { return f.Name == name })
		if i < 0 {
			return notFound("filter " + name)
		}
		g.filters = slices.Delete(g.filters, i, i+1)
		return nil
	})
}

// CreateLogGroup makes a log group.
func (r *Region) CreateLogGroup(ctx context.Context, name string, tags collector.Tags) error {
	return r.call(ctx, "CreateLogGroup", func() error {
		if r.groups.get(name) != nil {
			return &Error{"ResourceAlreadyExistsException", name}
		}
		g := &logGroup{LogGroup: collector.LogGroup{Name: name, Created: time.Now().UnixMilli()}}
		g.tags.set(tags)
		r.groups.put(name, g)
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
