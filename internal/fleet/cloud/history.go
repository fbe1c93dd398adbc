package cloud

import (
	"context"

	"github.com/seamark-hq/seamark/collector"
)

// LogEvents is FilterLogEvents.
func (r *Region) LogEvents(ctx context.Context, group string, from, to int64, token string) (page []collector.LogEvent, next string, err error) {
	err = r.call(ctx, "FilterLogEvents", func() error {
		if r.groups.get(group) == nil {
			return notFound("log group " + group)
		}
		return nil
	})
	return page, next, err
}
