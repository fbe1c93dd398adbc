package cloud

import (
	"context"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// TaggedResources is tag:GetResources over alarms, functions and log groups: 100 a page, as the
// tags were a while ago.
func (r *Region) TaggedResources(ctx context.Context, token string) (page []inventory.TaggedResource, next string, err error) {
	err = r.call(ctx, "GetResources", func() error {
		page, next, err = r.tagPage(token, r.pageSize(pageTagged))
		return err
	})
	return page, next, err
}

// kindsOfTagged are the kinds in the order in which they are listed.
func (r *Region) kindsOfTagged() []taggedKind {
	return []taggedKind{
		{"alarm", r.metricAndComposite(), r.alarmTags, r.place.AlarmARN},
		{"function", r.functions.keys, func(name string) *tagged { return &r.functions.get(name).tags }, r.place.FunctionARN},
		{"group", r.groups.keys, func(name string) *tagged { return &r.groups.get(name).tags }, r.place.LogGroupARN},
	}
}

type taggedKind struct {
	name string
	keys []string
	tags func(key string) *tagged
	arn  func(key string) string
}

// tagPage lists kind by kind; the token is the kind and the last key.
func (r *Region) tagPage(token string, size int) (page []inventory.TaggedResource, next string, err error) {
	kind, after, valid := strings.Cut(token, " ")
	if token != "" && !valid {
		return nil, "", &Error{"InvalidParameterException", "PaginationToken"}
	}
	delay := r.cloud.opt.TagDelay
	for _, k := range r.kindsOfTagged() {
		if kind != "" && kind != k.name {
			continue
		}
		if len(page) == size {
			return page, k.name + " ", nil
		}
		names, more := pageOf(k.keys, after, size-len(page), func(key string) bool { return len(k.tags(key).seen(delay)) > 0 })
		kind, after = "", ""
		for _, name := range names {
			page = append(page, inventory.TaggedResource{ARN: k.arn(name), Tags: wireTags(k.tags(name).seen(delay))})
		}
		if more != "" {
			return page, k.name + " " + more, nil
		}
	}
	return page, "", nil
}
