package aws

import (
	"context"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// MetricData is GetMetricData, the oldest points first. A series may go on, under the same
// id, on the next page.
func (p *place) MetricData(ctx context.Context, list []inventory.Query, from, to int64, t string) ([]inventory.Series, string, error) {
	if len(list) == 0 || to <= from {
		return nil, "", nil
	}
	out, err := p.watch.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries(list), StartTime: sdk.Time(time.UnixMilli(from)), EndTime: sdk.Time(time.UnixMilli(to)),
		ScanBy: types.ScanByTimestampAscending, NextToken: token(t),
	}, p.inWatch)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	series := make([]inventory.Series, len(out.MetricDataResults))
	for i, r := range out.MetricDataResults {
		switch r.StatusCode {
		case types.StatusCodeInternalError:
			return nil, "", &Error{Code: "InternalServiceFault", Operation: "CloudWatch: GetMetricData", Message: "the figures of " + sdk.ToString(r.Id) + " could not be read"}
		case types.StatusCodeForbidden:
			return nil, "", &Error{Code: "AccessDenied", Operation: "CloudWatch: GetMetricData", Message: "the figures of " + sdk.ToString(r.Id) + " may not be read"}
		}
		points := make([]inventory.Point, min(len(r.Timestamps), len(r.Values)))
		for j := range points {
			points[j] = inventory.Point{Time: r.Timestamps[j].UnixMilli(), Value: r.Values[j]}
		}
		series[i] = inventory.Series{ID: sdk.ToString(r.Id), Points: points}
	}
	return series, sdk.ToString(out.NextToken), nil
}
