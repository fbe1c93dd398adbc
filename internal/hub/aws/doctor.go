package aws

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	watchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/seamark-hq/seamark/internal/doctor"
	"github.com/seamark-hq/seamark/internal/hub/dlq"
	"github.com/seamark-hq/seamark/lake/s3"
)

var _ doctor.Hub = (*Session)(nil)

// asked is Fault with what the doctor tells apart: what is not there, and what may not be asked.
func asked(ctx context.Context, where string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		switch code := e.ErrorCode(); {
		case strings.Contains(code, "NotFound") || strings.Contains(code, "NoSuch") || strings.HasSuffix(code, "DoesNotExist"), code == "AWS.SimpleQueueService.NonExistentQueue":
			return fmt.Errorf("%s: %w", where, doctor.ErrMissing)
		case strings.HasPrefix(code, "AccessDenied") || strings.HasPrefix(code, "Unauthorized") || code == "AuthorizationError":
			return fmt.Errorf("%s: %w: %s", where, doctor.ErrRefused, e.ErrorMessage())
		}
	}
	return Fault(ctx, where, err)
}

// Caller implements doctor.Hub.
func (s *Session) Caller(ctx context.Context) (account string, ahead time.Duration, err error) {
	asked := time.Now()
	out, err := sts.NewFromConfig(s.cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", 0, Fault(ctx, "STS", err)
	}
	if at, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok { // to the second
		ahead = asked.Add(time.Since(asked) / 2).Sub(at.Add(500 * time.Millisecond))
	}
	return sdk.ToString(out.Account), ahead, nil
}

// Function implements doctor.Hub.
func (s *Session) Function(ctx context.Context, name string) (f doctor.Function, err error) {
	client := lambda.NewFromConfig(s.cfg)
	out, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		return f, asked(ctx, name, err)
	}
	f = doctor.Function{State: string(out.State), Update: string(out.LastUpdateStatus), Role: sdk.ToString(out.Role), Env: map[string]string{},
		Reason: cmp.Or(sdk.ToString(out.StateReason), sdk.ToString(out.LastUpdateStatusReason))}
	if out.Environment != nil {
		f.Env = out.Environment.Variables
	}
	sources, err := client.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: &name})
	if err != nil {
		return f, asked(ctx, name, err)
	}
	for _, m := range sources.EventSourceMappings {
		f.Trigger = sdk.ToString(m.State)
		if m.ScalingConfig != nil {
			f.Concurrency = int(sdk.ToInt32(m.ScalingConfig.MaximumConcurrency))
		}
	}
	return f, nil
}

// Hash implements doctor.Hub.
func (s *Session) Hash(ctx context.Context, url string) (string, error) {
	bucket, key, err := s3.Parse(url)
	if err != nil {
		return "", err
	}
	store, err := s3.Open(ctx, s3.Scheme+bucket, s3.Options{})
	if err != nil {
		return "", err
	}
	b, err := store.Within(ctx).ReadFile(key)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: %w", url, doctor.ErrMissing)
	}
	if err != nil {
		return "", asked(ctx, url, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Queue implements doctor.Hub.
func (s *Session) Queue(ctx context.Context, name string) (q doctor.Queue, err error) {
	url, err := s.url(ctx, name)
	if errors.Is(err, dlq.ErrNoQueue) {
		return q, fmt.Errorf("%s: %w", name, doctor.ErrMissing)
	}
	if err != nil {
		return q, asked(ctx, name, err)
	}
	out, err := s.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll}})
	if err != nil {
		return q, asked(ctx, name, err)
	}
	q.Waiting, _ = strconv.ParseInt(out.Attributes["ApproximateNumberOfMessages"], 10, 64)
	var redrive struct{ DeadLetterTargetArn string }
	_ = json.Unmarshal([]byte(out.Attributes["RedrivePolicy"]), &redrive) // none: no dead-letter queue
	q.Dead = redrive.DeadLetterTargetArn
	q.Oldest = s.oldest(ctx, name)
	return q, nil
}

// oldest is the age of a queue's oldest message in the last ten minutes; negative where nobody knows.
func (s *Session) oldest(ctx context.Context, queue string) time.Duration {
	out, err := cloudwatch.NewFromConfig(s.cfg).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: sdk.Time(time.Now().Add(-10 * time.Minute)), EndTime: sdk.Time(time.Now()),
		MetricDataQueries: []watchtypes.MetricDataQuery{{Id: sdk.String("age"), MetricStat: &watchtypes.MetricStat{Period: sdk.Int32(60), Stat: sdk.String("Maximum"), Metric: &watchtypes.Metric{
			Namespace: sdk.String("AWS/SQS"), MetricName: sdk.String("ApproximateAgeOfOldestMessage"), Dimensions: []watchtypes.Dimension{{Name: sdk.String("QueueName"), Value: &queue}}}}}},
	})
	if err != nil || len(out.MetricDataResults) == 0 || len(out.MetricDataResults[0].Values) == 0 {
		return -1
	}
	return time.Duration(out.MetricDataResults[0].Values[0]) * time.Second // the newest comes first
}

// Stream implements doctor.Hub.
func (s *Session) Stream(ctx context.Context, arn string) (string, error) {
	name := arn[strings.LastIndex(arn, "/")+1:]
	out, err := firehose.NewFromConfig(s.cfg).DescribeDeliveryStream(ctx, &firehose.DescribeDeliveryStreamInput{DeliveryStreamName: &name})
	if err != nil {
		return "", asked(ctx, name, err)
	}
	return string(out.DeliveryStreamDescription.DeliveryStreamStatus), nil
}

// Destination implements doctor.Hub.
func (s *Session) Destination(ctx context.Context, region, name string) (doctor.Destination, error) {
	out, err := cloudwatchlogs.NewFromConfig(s.cfg, func(o *cloudwatchlogs.Options) { o.Region = region }).DescribeDestinations(ctx, &cloudwatchlogs.DescribeDestinationsInput{DestinationNamePrefix: &name})
	if err != nil {
		return doctor.Destination{}, asked(ctx, region, err)
	}
	for _, d := range out.Destinations {
		if sdk.ToString(d.DestinationName) == name {
			return doctor.Destination{Target: sdk.ToString(d.TargetArn), Policy: sdk.ToString(d.AccessPolicy)}, nil
		}
	}
	return doctor.Destination{}, fmt.Errorf("the destination %s in %s: %w", name, region, doctor.ErrMissing)
}

// Alarms implements doctor.Hub.
func (s *Session) Alarms(ctx context.Context, prefix string) (all []doctor.Alarm, err error) {
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(s.cfg), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, asked(ctx, prefix, err)
		}
		for _, a := range page.MetricAlarms {
			all = append(all, doctor.Alarm{Name: sdk.ToString(a.AlarmName), State: string(a.StateValue), Reason: sdk.ToString(a.StateReason), Description: sdk.ToString(a.AlarmDescription), Since: sdk.ToTime(a.StateUpdatedTimestamp)})
		}
	}
	return all, nil
}

// Trails implements doctor.Hub.
func (s *Session) Trails(ctx context.Context, region string) (all []doctor.Trail, err error) {
	client := cloudtrail.NewFromConfig(s.cfg, func(o *cloudtrail.Options) { o.Region = region })
	out, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{}) // those of other regions and of the organisation too, where they cover this one
	if err != nil {
		return nil, asked(ctx, region, err)
	}
	for _, t := range out.TrailList {
		status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: t.TrailARN})
		if err != nil {
			return nil, asked(ctx, sdk.ToString(t.Name), err)
		}
		selectors, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: t.TrailARN})
		if err != nil {
			return nil, asked(ctx, sdk.ToString(t.Name), err)
		}
		all = append(all, doctor.Trail{Name: sdk.ToString(t.Name), Logs: sdk.ToBool(status.IsLogging), Trouble: sdk.ToString(status.LatestDeliveryError), Management: writesLogged(selectors)})
	}
	return all, nil
}

// writesLogged reports whether management events that write are logged.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html
func writesLogged(o *cloudtrail.GetEventSelectorsOutput) bool {
	for _, e := range o.EventSelectors {
		if sdk.ToBool(e.IncludeManagementEvents) && e.ReadWriteType != trailtypes.ReadWriteTypeReadOnly {
			return true
		}
	}
	for _, a := range o.AdvancedEventSelectors {
		management, writes := false, true
		for _, f := range a.FieldSelectors {
			switch sdk.ToString(f.Field) {
			case "eventCategory":
				management = slices.Contains(f.Equals, "Management")
			case "readOnly":
				writes = !slices.Contains(f.Equals, "true")
			}
		}
		if management && writes {
			return true
		}
	}
	return false
}

// Table implements doctor.Hub.
func (s *Session) Table(ctx context.Context, database, table string) (map[string]string, error) {
	out, err := glue.NewFromConfig(s.cfg).GetTable(ctx, &glue.GetTableInput{DatabaseName: &database, Name: &table})
	if err != nil {
		return nil, asked(ctx, database+"."+table, err)
	}
	return out.Table.Parameters, nil
}

// Concurrency implements doctor.Hub.
func (s *Session) Concurrency(ctx context.Context) (limit, free int, err error) {
	out, err := lambda.NewFromConfig(s.cfg).GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, 0, asked(ctx, "Lambda", err)
	}
	if out.AccountLimit == nil {
		return 0, 0, fmt.Errorf("Lambda tells no limit")
	}
	return int(out.AccountLimit.ConcurrentExecutions), int(sdk.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions)), nil
}

// Simulate implements doctor.Hub.
func (s *Session) Simulate(ctx context.Context, role string, actions []string, resource string) (denied []string, err error) {
	out, err := iam.NewFromConfig(s.cfg).SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &role, ActionNames: actions, ResourceArns: []string{resource}})
	if err != nil {
		return nil, asked(ctx, role, err)
	}
	for _, r := range out.EvaluationResults {
		if r.EvalDecision != iamtypes.PolicyEvaluationDecisionTypeAllowed {
			denied = append(denied, sdk.ToString(r.EvalActionName))
		}
	}
	return denied, nil
}
