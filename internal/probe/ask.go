package probe

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	watch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	seamark "github.com/seamark-hq/seamark"
)

func bucketIn(name, region string) *s3.CreateBucketInput {
	in := &s3.CreateBucketInput{Bucket: &name}
	if region != "us-east-1" { // which alone must not be named
		in.CreateBucketConfiguration = &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(region)}
	}
	return in
}

func (s *sandbox) groupARN() string {
	return fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", s.region, s.account, s.group)
}

func askLogTags(ctx context.Context, s *sandbox) (bool, string, error) {
	arn := s.groupARN()
	out, err := s.logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil {
		return false, "", err
	}
	return out.Tags["seamark:product"] == "probe", fmt.Sprint(out.Tags), nil
}

func askTagListing(ctx context.Context, s *sandbox) (bool, string, error) {
	so, took, err := s.wait(ctx, func() (bool, error) {
		out, err := s.tags.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"logs:log-group"}})
		if err != nil {
			return false, err
		}
		for _, r := range out.ResourceTagMappingList {
			if strings.TrimSuffix(sdk.ToString(r.ResourceARN), ":*") == s.groupARN() {
				return true, nil
			}
		}
		return false, nil
	})
	return so, fmt.Sprintf("listed: %t, after %s", so, took.Round(time.Second)), err
}

// put puts a filter that goes nowhere: the destination is asked for after the name.
func (s *sandbox) put(ctx context.Context, name string) error {
	to := fmt.Sprintf("arn:aws:logs:%s:%s:destination:%s", s.region, s.account, s.name)
	_, err := s.logs.PutSubscriptionFilter(ctx, &cloudwatchlogs.PutSubscriptionFilterInput{LogGroupName: &s.group, FilterName: &name, FilterPattern: sdk.String(""), DestinationArn: &to})
	return err
}

// askFilterName finds out by what is refused: the name, or the destination that is not there.
func askFilterName(ctx context.Context, s *sandbox) (bool, string, error) {
	name := seamark.Workload{Product: "probe", Environment: "prod/x", Team: "ä", Region: s.region}
	name.Component = strings.Repeat("c", 512-len(name.FilterName())-1)
	err := s.put(ctx, name.FilterName())
	saw := fmt.Sprintf("%d characters: %v", len(name.FilterName()), err)
	return err == nil || !strings.Contains(strings.ToLower(err.Error()), "filtername"), saw, nil
}

func askFilterSlots(ctx context.Context, s *sandbox) (bool, string, error) {
	for n := range 10 {
		if err := s.put(ctx, fmt.Sprintf("seamark/probe/%d", n)); err != nil {
			return code(err) == "LimitExceededException", fmt.Sprintf("filter %d: %v", n+1, err), nil
		}
	}
	return false, "ten filters were taken", nil
}

var decimal = regexp.MustCompile(`^\d{56}$`)

func askEventIDs(ctx context.Context, s *sandbox) (bool, string, error) {
	stream := "s"
	if _, err := s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &s.group, LogStreamName: &stream}); err != nil {
		return false, "", err
	}
	event := logs.InputLogEvent{Message: sdk.String("hello"), Timestamp: sdk.Int64(time.Now().UnixMilli())}
	if _, err := s.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &s.group, LogStreamName: &stream, LogEvents: []logs.InputLogEvent{event}}); err != nil {
		return false, "", err
	}
	id := ""
	so, _, err := s.wait(ctx, func() (bool, error) {
		out, err := s.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &s.group})
		if err != nil || len(out.Events) == 0 {
			return false, err
		}
		id = sdk.ToString(out.Events[0].EventId)
		return true, nil
	})
	return so && decimal.MatchString(id), fmt.Sprintf("an id of %d characters", len(id)), err
}

func askMetricSearch(ctx context.Context, s *sandbox) (bool, string, error) {
	expression := `SUM(SEARCH('{AWS/Logs,DestinationType,FilterName,LogGroupName} MetricName="ForwardedLogEvents" LogGroupName="` + s.group + `"', 'Sum', 900))`
	out, err := s.watch.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{StartTime: sdk.Time(time.Now().Add(-24 * time.Hour)), EndTime: sdk.Time(time.Now()),
		MetricDataQueries: []watch.MetricDataQuery{{Id: sdk.String("forwarded"), Expression: &expression, ReturnData: sdk.Bool(true)}}})
	if code(err) != "" {
		return false, err.Error(), nil
	} else if err != nil {
		return false, "", err
	}
	points := 0
	for _, r := range out.MetricDataResults {
		points += len(r.Values)
	}
	return points == 0, fmt.Sprintf("%d series, %d points", len(out.MetricDataResults), points), nil
}

func askDescription(ctx context.Context, s *sandbox) (bool, string, error) {
	want := strings.Repeat("ä\n\"{}", 204)
	_, err := s.watch.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{AlarmName: &s.name, AlarmDescription: &want, Namespace: sdk.String("Seamark/Probe"), MetricName: sdk.String("Nothing"),
		Statistic: watch.StatisticSum, Period: sdk.Int32(300), EvaluationPeriods: sdk.Int32(1), Threshold: sdk.Float64(1), ComparisonOperator: watch.ComparisonOperatorGreaterThanThreshold})
	if err != nil {
		return false, "", err
	}
	s.later("alarm "+s.name, func(ctx context.Context) error {
		_, err := s.watch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{s.name}})
		return err
	})
	out, err := s.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{s.name}})
	if err != nil || len(out.MetricAlarms) != 1 {
		return false, "it is not there", err
	}
	got := sdk.ToString(out.MetricAlarms[0].AlarmDescription)
	return got == want, fmt.Sprintf("%d of %d bytes came back, equal: %t", len(got), len(want), got == want), nil
}

func (s *sandbox) object(ctx context.Context, key string, ifAbsent bool) error {
	in := &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, Body: bytes.NewReader([]byte(key))}
	if ifAbsent {
		in.IfNoneMatch = sdk.String("*")
	}
	_, err := s.s3.PutObject(ctx, in)
	if err == nil {
		s.later("object "+key, func(ctx context.Context) error {
			_, err := s.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
			return err
		})
	}
	return err
}

func askConditionalPut(ctx context.Context, s *sandbox) (bool, string, error) {
	if err := s.object(ctx, "conditional", true); err != nil {
		return false, "", err
	}
	err := s.object(ctx, "conditional", true)
	if err == nil {
		return false, "the second was taken", nil
	}
	return code(err) == "PreconditionFailed", "the second: " + code(err), nil
}

func askListOrder(ctx context.Context, s *sandbox) (bool, string, error) {
	keys := []string{"order/a", "order/B", "order/a/b", "order/ä", "order/a-b", "order/\U0001F600", "order/\uffee"}
	for _, k := range keys {
		if err := s.object(ctx, k, false); err != nil {
			return false, "", err
		}
	}
	out, err := s.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: sdk.String("order/")})
	if err != nil {
		return false, "", err
	}
	var got []string
	for _, o := range out.Contents {
		got = append(got, sdk.ToString(o.Key))
	}
	slices.Sort(keys)
	return slices.Equal(got, keys), fmt.Sprintf("%q", got), nil
}

func askClock(ctx context.Context, s *sandbox) (bool, string, error) {
	out, err := s.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return false, "", err
	}
	at, told := awsmiddleware.GetServerTime(out.ResultMetadata)
	if !told {
		return false, "no time in the answer", nil
	}
	return true, fmt.Sprintf("off by %s", time.Since(at).Round(time.Minute)), nil
}
