package cloud

import (
	"context"

	"github.com/seamark-hq/seamark/collector"
)

// LogGroup is DescribeLogGroups of one name.
func (r *Region) LogGroup(ctx context.Context, name string) (found collector.LogGroup, err error) {
	err = r.call(ctx, "DescribeLogGroups", func() error {
		g := r.groups.get(name)
		if g == nil {
			return notFound("log group " + name)
		}
		found = g.LogGroup
		return nil
	})
	return found, err
}

// Function is GetFunction, which has the tags too.
func (r *Region) Function(ctx context.Context, name string) (found collector.Function, err error) {
	err = r.call(ctx, "GetFunction", func() error {
		f := r.functions.get(name)
		if f == nil {
			return notFound("function " + name)
		}
		found = f.Function
		found.Tags = f.tags.now
		return nil
	})
	return found, err
}

// API is GetRestApi, or GetApi.
func (r *Region) API(ctx context.Context, id string, p collector.Protocol) (found collector.API, err error) {
	err = r.call(ctx, "GetApi", func() error {
		a := r.apis.get(id)
		if a == nil || (a.Protocol == collector.REST) != (p == collector.REST) {
			return &Error{"NotFoundException", "API " + id}
		}
		found = a.API
		return nil
	})
	return found, err
}
