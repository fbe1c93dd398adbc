package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// SubscriptionFilters is DescribeSubscriptionFilters.
func (r *Region) SubscriptionFilters(ctx context.Context, group string) (filters []inventory.Filter, err error) {
	err = r.call(ctx, "DescribeSubscriptionFilters", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		filters = wire(g.filters, wireFilter)
		return nil
	})
	return filters, err
}

// PutSubscriptionFilter makes or replaces a filter. At the limit a replacement still passes.
func (r *Region) PutSubscriptionFilter(ctx context.Context, group string, f inventory.Filter) error {
	return r.call(ctx, "PutSubscriptionFilter", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		if err := r.checkFilter(g, f); err != nil {
			return err
		}
		f = wireFilter(f)
		f.Created = time.Now().UnixMilli()
		if i := slices.IndexFunc(g.filters, func(have inventory.Filter) bool { return have.Name == f.Name }); i >= 0 {
			f.Created = g.filters[i].Created
			g.filters[i] = f
			return nil
		}
		if len(g.filters) >= r.cloud.opt.FilterLimit {
			return &Error{"LimitExceededException", "Resource limit exceeded."}
		}
		g.filters = append(g.filters, f)
		g.log.put(f.Name, r.cloud.within(r.cloud.opt.FilterDelay))
		return nil
	})
}

func (r *Region) checkFilter(g *logGroup, f inventory.Filter) error {
	switch {
	case !between(f.Name, 1, maxFilterName) || strings.ContainsAny(f.Name, ":*"):
		return &Error{"InvalidParameterException", "filterName " + f.Name}
	case !between(f.Pattern, 0, maxPattern) || regexes(f.Pattern) > maxRegexPattern:
		return &Error{"InvalidParameterException", "filterPattern " + f.Pattern}
	case g.Class != "" && g.Class != inventory.StandardClass:
		return &Error{"InvalidParameterException", "log groups of the class " + g.Class + " have no subscription filters"}
	}
	all := regexes(f.Pattern)
	for _, have := range g.filters {
		if have.Name != f.Name {
			all += regexes(have.Pattern)
		}
	}
	if all > maxRegexGroup {
		return &Error{"LimitExceededException", "regular expressions of the log group's patterns"}
	}
	return r.checkDestination(f)
}

// regexes counts the regular expressions of a pattern: what stands between percent signs
// outside of quotes.
func regexes(pattern string) int {
	signs, quoted := 0, false
	for _, c := range pattern {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '%' && !quoted:
			signs++
		}
	}
	return signs / 2
}

// DeleteSubscriptionFilter removes a filter.
func (r *Region) DeleteSubscriptionFilter(ctx context.Context, group, name string) error {
	return r.call(ctx, "DeleteSubscriptionFilter", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		i := slices.IndexFunc(g.filters, func(f inventory.Filter) bool { return f.Name == name })
		if i < 0 {
			return notFound("filter " + name)
		}
		g.filters = slices.Delete(g.filters, i, i+1)
		return nil
	})
}
