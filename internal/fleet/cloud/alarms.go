package cloud

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/collector"
)

func (r *Region) metricAndComposite() []string {
	names := append(slices.Clone(r.metric.keys), r.composite.keys...)
	slices.Sort(names)
	return names
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

// Alarms is DescribeAlarms: 100 a page.
func (r *Region) Alarms(ctx context.Context, prefix, token string) (metric []collector.MetricAlarm, composite []collector.CompositeAlarm, next string, err error) {
	err = r.call(ctx, "DescribeAlarms", func() error {
		metric, composite, next = nil, nil, ""
		for _, name := range r.metricAndComposite() {
			if name <= token || !strings.HasPrefix(name, prefix) {
				continue
			}
			if len(metric)+len(composite) == 100 {
				next = token
				return nil
			}
			if a := r.metric.get(name); a != nil {
				metric = append(metric, a.T)
			} else {
				composite = append(composite, r.composite.get(name).T)
			}
			token = name
		}
		return nil
	})
	return metric, composite, next, err
}

// AlarmTags is CloudWatch's ListTagsForResource.
func (r *Region) AlarmTags(ctx context.Context, arn string) (tags collector.Tags, err error) {
	err = r.call(ctx, "cloudwatch:ListTagsForResource", func() error {
		t := r.alarmTags(alarmName(arn))
		if t == nil {
			return notFound(arn)
		}
		tags = t.now
		return nil
	})
	return tags, err
}

func alarmName(arn string) string {
	_, name, _ := strings.Cut(arn, ":alarm:")
	return name
}

// PutMetricAlarm makes an alarm with its tags, or replaces one and leaves its tags.
func (r *Region) PutMetricAlarm(ctx context.Context, a collector.MetricAlarm) error {
	return r.call(ctx, "PutMetricAlarm", func() error {
		if err := validAlarm(a.Name, a.Description, a.Tags); err != nil {
			return err
		}
		if a.Evaluations < 1 || len(a.Queries) == 0 && (a.Period < 10 || a.Metric.Name == "") {
			return &Error{"ValidationError", "period or metric of " + a.Name}
		}
		have := r.metric.get(a.Name)
		if have == nil {
			have = &alarm[collector.MetricAlarm]{}
			have.tags.set(a.Tags)
			r.metric.put(a.Name, have)
		}
		have.T, have.T.Tags = a, nil
		return nil
	})
}

func validAlarm(name, description string, tags collector.Tags) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 255 || utf8.RuneCountInString(description) > 1024 || len(tags) > 50 {
		return &Error{"ValidationError", "name, description or tags of " + name}
	}
	return nil
}

// PutCompositeAlarm checks the rule: its length, its children, and that these exist.
func (r *Region) PutCompositeAlarm(ctx context.Context, a collector.CompositeAlarm) error {
	return r.call(ctx, "PutCompositeAlarm", func() error {
		if err := validAlarm(a.Name, a.Description, a.Tags); err != nil {
			return err
		}
		children := childrenOf(a.Rule)
		if len(a.Rule) > 10_240 || len(children) == 0 || len(children) > 100 {
			return &Error{"ValidationError", "rule of " + a.Name}
		}
		for _, c := range children {
			if r.alarmTags(c) == nil {
				return &Error{"ValidationError", "no alarm " + c}
			}
		}
		have := r.composite.get(a.Name)
		if have == nil {
			have = &alarm[collector.CompositeAlarm]{}
			have.tags.set(a.Tags)
			r.composite.put(a.Name, have)
		}
		have.T, have.T.Tags = a, nil
		return nil
	})
}

// childrenOf are the names in quotes.
func childrenOf(rule string) []string {
	var names []string
	for i, part := range strings.Split(rule, `"`) {
		if i%2 == 1 {
			names = append(names, part)
		}
	}
	return names
}

// DeleteAlarms deletes all or none: at most 100, of which one may be a composite, and
// none that a composite which stays still names.
func (r *Region) DeleteAlarms(ctx context.Context, names []string) error {
	return r.call(ctx, "DeleteAlarms", func() error {
		composites := 0
		for _, name := range names {
			if r.composite.get(name) != nil {
				composites++
			} else if r.metric.get(name) == nil {
				return &Error{"ResourceNotFound", name}
			}
		}
		if len(names) > 100 || composites > 1 {
			return &Error{"ValidationError", "too many alarms"}
		}
		for _, parent := range r.composite.keys {
			for _, child := range childrenOf(r.composite.get(parent).T.Rule) {
				if slices.Contains(names, child) && !slices.Contains(names, parent) {
					return &Error{"ValidationError", child + " is a child of " + parent}
				}
			}
		}
		for _, name := range names {
			r.composite.remove(name)
			r.metric.remove(name)
		}
		return nil
	})
}

// TagAlarm is CloudWatch's TagResource.
func (r *Region) TagAlarm(ctx context.Context, arn string, tags collector.Tags) error {
	return r.call(ctx, "cloudwatch:TagResource", func() error {
		t := r.alarmTags(alarmName(arn))
		if t == nil {
			return notFound(arn)
		}
		all := collector.NewTags(append(slices.Clone(t.now), tags...)...)
		if len(all) > 50 {
			return &Error{"LimitExceededException", "50 tags"}
		}
		t.set(all)
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
		t.set(slices.DeleteFunc(slices.Clone(t.now), func(tag collector.Tag) bool { return slices.Contains(keys, tag.Key) }))
		return nil
	})
}
