package collector

import (
	"context"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// freshen notes the tags that a sweep of a hint read from the resources themselves.
func (s *sweep) freshen(inv *inventory.Inventory) {
	if s.state.Fresh == nil {
		s.state.Fresh = map[string]TagState{}
	}
	now := unixMilli()
	for i := range inv.Groups {
		s.state.Fresh[groupNode+":"+inv.Groups[i].Name] = TagState{tagsHash(inv.Groups[i].Tags), now}
	}
	for i := range inv.Functions {
		s.state.Fresh[functionKey(inv.Functions[i].Name)] = TagState{tagsHash(inv.Functions[i].Tags), now}
	}
}

// refresh reads tags again where the listing does not agree with what was read from the
// resource itself a moment ago: the listing is late, or the tags have changed since.
func (r *reader) refresh(ctx context.Context) {
	if len(r.state.Fresh) == 0 {
		return
	}
	differs := func(key string, listed inventory.Tags) bool {
		f, known := r.state.Fresh[key]
		return known && unixMilli()-f.At < settling.Milliseconds() && f.Tags != tagsHash(listed)
	}
	for i := range r.inv.Groups {
		if g := &r.inv.Groups[i]; differs(groupNode+":"+g.Name, g.Tags) {
			arn := r.place.LogGroupARN(g.Name)
			g.Tags, g.Unread = r.tagsOf(ctx, quota.LogsListTags, arn, func() (inventory.Tags, error) { return r.cloud.LogGroupTags(ctx, arn) })
		}
	}
	for i := range r.inv.Functions {
		if f := &r.inv.Functions[i]; differs(functionKey(f.Name), f.Tags) {
			arn := r.place.FunctionARN(f.Name)
			f.Tags, f.Unread = r.tagsOf(ctx, quota.LambdaReads, arn, func() (inventory.Tags, error) { return r.cloud.FunctionTags(ctx, arn) })
		}
	}
}
