package collector

import (
	"context"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// freshen notes the tags that a sweep of a hint read from the resources themselves.
func (s *sweep) freshen(inv *inventory.Inventory) {
	if s.State.Fresh == nil {
		s.State.Fresh = map[string]state.TagState{}
	}
	now := unixMilli()
	for i := range inv.Groups {
		s.State.Fresh[groupNode+":"+inv.Groups[i].Name] = state.TagState{Tags: tagsHash(inv.Groups[i].Tags), At: now}
	}
	for i := range inv.Functions {
		s.State.Fresh[state.FunctionKey(inv.Functions[i].Name)] = state.TagState{Tags: tagsHash(inv.Functions[i].Tags), At: now}
	}
}

// refresh reads tags again where the listing does not agree with what was read from the
// resource itself a moment ago: the listing is late, or the tags have changed since.
func (r *reader) refresh(ctx context.Context) {
	if len(r.State.Fresh) == 0 {
		return
	}
	differs := func(key string, listed inventory.Tags) bool {
		f, known := r.State.Fresh[key]
		return known && unixMilli()-f.At < settling.Milliseconds() && f.Tags != tagsHash(listed)
	}
	for i := range r.inv.Groups {
		if g := &r.inv.Groups[i]; differs(groupNode+":"+g.Name, g.Tags) {
			arn := r.place.LogGroupARN(g.Name)
			g.Tags, g.Unread = r.tagsOf(ctx, quota.LogsListTags, arn, func() (inventory.Tags, error) { return r.cloud.LogGroupTags(ctx, arn) })
		}
	}
	for i := range r.inv.Functions {
		if f := &r.inv.Functions[i]; differs(state.FunctionKey(f.Name), f.Tags) {
			arn := r.place.FunctionARN(f.Name)
			f.Tags, f.Unread = r.tagsOf(ctx, quota.LambdaReads, arn, func() (inventory.Tags, error) { return r.cloud.FunctionTags(ctx, arn) })
		}
	}
}
