package aws

import (
	"context"
	"encoding/json"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// AlarmStates is DescribeAlarms with all that it answers, as the command line prints it
// ({"MetricAlarms":[…],"CompositeAlarms":[…]}): a page of 100, and the token of the next.
// Sweeps need no states, so it is not among what the collector asks of a cloud.
func (p *place) AlarmStates(ctx context.Context, t string) (page []byte, next string, err error) {
	out, err := p.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}, MaxRecords: sdk.Int32(100), NextToken: token(t),
	}, p.inWatch)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page, err = json.Marshal(map[string]any{"MetricAlarms": out.MetricAlarms, "CompositeAlarms": out.CompositeAlarms})
	return page, sdk.ToString(out.NextToken), err
}
