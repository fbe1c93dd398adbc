package cloud

import (
	"context"

	"github.com/seamark-hq/seamark/collector"
)

// MetricData is GetMetricData.
func (r *Region) MetricData(ctx context.Context, queries []collector.Query, from, to int64, token string) (series []collector.Series, next string, err error) {
	err = r.call(ctx, "GetMetricData", func() error { return nil })
	return series, next, err
}
