package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// alarm is a metric or a composite alarm.
type alarm[T any] struct {
	T        T
	tags     tagged
	made     time.Time
	children []string // of a composite
}

// metricAndComposite are the names of all alarms, sorted.
func (r *Region) metricAndComposite() []string {
	if r.alarmNames == nil {
		r.alarmNames = append(slices.Clone(r.metric.keys), r.composite.keys...)
		slices.Sort(r.alarmNames)
	}
	return r.alarmNames
}

func (r *Region) alarmTags(name string) *tagged {
	if a := r.metric.get(name); a != nil {
		return &a.tags
	}
	if a := r.composite.get(name); a != nil {
		return &a.tags
	}
	return nil
}

func (r *Region) alarmListed(name string) bool {
	if a := r.metric.get(name); a != nil {
		return r.listed(a.made)
	}
	return r.listed(r.composite.get(name).made)
}

// Alarms is DescribeAlarms: 100 a page. An alarm made a moment ago may not be listed yet.
func (r *Region) Alarms(ctx context.Context, prefix, token string) (metric []inventory.MetricAlarm, composite []inventory.CompositeAlarm, next string, err error) {
	err = r.call(ctx, "DescribeAlarms", func() error {
		var names []string
		names, next = pageOf(r.metricAndComposite(), token, r.pageSize(pageAlarms), func(name string) bool {
			return strings.HasPrefix(name, prefix) && r.alarmListed(name)
		})
		metric, composite = nil, nil
		for _, name := range names {
			if a := r.metric.get(name); a != nil {
				metric = append(metric, wireAlarm(a.T))
			} else {
				composite = append(composite, wireComposite(r.composite.get(name).T))
			}
		}
		return nil
	})
	return metric, composite, next, err
}

// AlarmTags is CloudWatch's ListTagsForResource.
func (r *Region) AlarmTags(ctx context.Context, arn string) (tags inventory.Tags, err error) {
	err = r.call(ctx, "cloudwatch:ListTagsForResource", func() error {
		t := r.alarmTags(alarmName(arn))
		if t == nil {
			return notFound(arn)
		}
		tags = wireTags(t.now)
		return nil
	})
	return tags, err
}

func alarmName(arn string) string {
	_, name, _ := strings.Cut(arn, ":alarm:")
	return name
}

// DeleteAlarms takes at most 100 names, of which one may be a composite's. Those that are
// there go; for the others it fails. None goes that a composite which stays still names.
func (r *Region) DeleteAlarms(ctx context.Context, names []string) error {
	return r.call(ctx, "DeleteAlarms", func() error {
		var missing []string
		composites := 0
		for _, name := range names {
			switch {
			case r.composite.get(name) != nil:
				composites++
			case r.metric.get(name) == nil:
				missing = append(missing, name)
			}
		}
		if len(names) < 1 || len(names) > maxDelete || composites > 1 {
			return &Error{"ValidationError", "alarmNames: 1 to 100, with at most one composite alarm"}
		}
		for _, name := range names {
			for _, parent := range r.parentsOf(name) {
				if !slices.Contains(names, parent) {
					return &Error{"ValidationError", "Cannot delete " + name + " as there are composite alarm(s) depending on it: " + parent}
				}
			}
		}
		for _, name := range names {
			r.dropAlarm(name)
		}
		if len(missing) > 0 {
			return &Error{"ResourceNotFound", strings.Join(missing, ", ")}
		}
		return nil
	})
}

func (r *Region) dropAlarm(name string) {
	r.composite.remove(name)
	r.metric.remove(name)
	r.alarmNames = nil
}

// parentsOf are the composites whose rule names an alarm.
func (r *Region) parentsOf(name string) []string {
	var parents []string
	for _, parent := range r.composite.keys {
		if slices.Contains(r.composite.get(parent).children, name) {
			parents = append(parents, parent)
		}
	}
	return parents
}

// TagAlarm is CloudWatch's TagResource.
func (r *Region) TagAlarm(ctx context.Context, arn string, tags inventory.Tags) error {
	return r.call(ctx, "cloudwatch:TagResource", func() error {
		t := r.alarmTags(alarmName(arn))
		if t == nil {
			return notFound(arn)
		}
		if fault := t.add(wireTags(tags)); fault != "" {
			return &Error{"InvalidParameterValue", fault}
		}
		return nil
	})
}

// UntagAlarm is CloudWatch's UntagResource.
func (r *Region) UntagAlarm(ctx context.Context, arn string, keys []string) error {
	return r.call(ctx, "cloudwatch:UntagResource", func() error {
		t := r.alarmTags(alarmName(arn))
		if t == nil {
			return notFound(arn)
		}
		t.remove(keys)
		return nil
	})
}
