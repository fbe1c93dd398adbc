package cloud

import (
	"context"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Functions is ListFunctions: 50 a page.
func (r *Region) Functions(ctx context.Context, token string) (page []inventory.Function, next string, err error) {
	err = r.call(ctx, "ListFunctions", func() error {
		var functions []*function
		functions, next = r.functions.page(token, r.pageSize(pageFunctions), nil)
		page = nil
		for _, f := range functions {
			page = append(page, wireFunction(f))
		}
		return nil
	})
	return page, next, err
}

// Function is GetFunction, which has the tags too.
func (r *Region) Function(ctx context.Context, name string) (found inventory.Function, err error) {
	err = r.call(ctx, "GetFunction", func() error {
		f := r.functions.get(name)
		if f == nil {
			return notFound("function " + name)
		}
		found = wireFunction(f)
		found.Tags = wireTags(f.tags.now)
		return nil
	})
	return found, err
}

// FunctionTags is Lambda's ListTags.
func (r *Region) FunctionTags(ctx context.Context, arn string) (tags inventory.Tags, err error) {
	err = r.call(ctx, "ListTags", func() error {
		_, name, _ := strings.Cut(arn, ":function:")
		f := r.functions.get(name)
		if f == nil {
			return notFound("function " + name)
		}
		tags = wireTags(f.tags.now)
		return nil
	})
	return tags, err
}
