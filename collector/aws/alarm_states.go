package aws

import (
	"context"
	"encoding/json"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// AlarmStates is DescribeAlarms of a place with all that it answers, as the command line prints it
// ({"MetricAlarms":[…],"CompositeAlarms":[…]}): a page of 100, and the token of the next.
// Sweeps need no states, so it is not among what the collector asks of a cloud.
func (s *Session) AlarmStates(ctx context.Context, p inventory.Place, t string) (page []byte, next string, err error) {
	credentials, err := s.signIn(ctx, p)
	if err != nil {
		return nil, "", err
	}
	out, err := s.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}, MaxRecords: sdk.Int32(100), NextToken: token(t),
	}, func(o *cloudwatch.Options) { o.Region, o.Credentials = p.Region, credentials })
	if err != nil {
		return nil, "", failAt(ctx, p.String(), err)
	}
	page, err = json.Marshal(map[string]any{"MetricAlarms": out.MetricAlarms, "CompositeAlarms": out.CompositeAlarms})
	return page, sdk.ToString(out.NextToken), err
}
