package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// The process on MiniStack: an API of AWS that others wrote, with a real queue. The tags
// are read one by one, since MiniStack's GetResources knows no log groups.
func TestMiniStack(t *testing.T) {
	url := servertest.MiniStack(t)
	const account = "313233343536"
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_ACCESS_KEY_ID", account)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	logs, queues := cloudwatchlogs.NewFromConfig(c), sqs.NewFromConfig(c)
	name := "seamark-collector-" + time.Now().Format("150405.000")[:6]
	q, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	group := "/aws/lambda/booking-create"
	_, err = logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group,
		Tags: map[string]string{"seamark:product": "booking", "seamark:environment": "prod"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		logs.DeleteLogGroup(context.WithoutCancel(t.Context()), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &group})
		queues.DeleteQueue(context.WithoutCancel(t.Context()), &sqs.DeleteQueueInput{QueueUrl: q.QueueUrl})
	})
	filters := func() (names []string) {
		out, err := logs.DescribeSubscriptionFilters(t.Context(), &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: &group})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range out.SubscriptionFilters {
			names = append(names, *f.FilterName)
		}
		return names
	}
	f := startOn(t, url, account, *q.QueueUrl, "  tagReads: per-resource\n")

	// An invocation of three seconds keeps all of them back: its place goes into the queue, to
	// be seen a minute later, since nothing came of this one.
	if a := f.invoke(t, scheduled, 3*time.Second); a.Failed {
		t.Fatalf("%+v", a)
	}
	got, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: q.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil || got.Attributes["ApproximateNumberOfMessagesDelayed"] != "1" {
		t.Fatalf("%v, %v", got.Attributes, err)
	}
	// Such a message, as Lambda would hand it over, does the work.
	if a := f.invoke(t, runtimetest.Batch(`{"places":["`+account+`/eu-central-1"],"hops":1,"idle":1}`), time.Minute); a.Failed || a.Body != `{"batchItemFailures":null}` {
		t.Fatalf("%+v", a)
	}
	if got := filters(); len(got) != 1 || !strings.HasPrefix(got[0], "seamark/1/booking/prod/") {
		t.Fatalf("filters %v", got)
	}
	// The tag is taken away, and an event says so: the filter goes.
	//nolint:staticcheck // deprecated, but it makes an event of its own, which must be understood
	if _, err := logs.UntagLogGroup(t.Context(), &cloudwatchlogs.UntagLogGroupInput{LogGroupName: &group, Tags: []string{"seamark:product"}}); err != nil {
		t.Fatal(err)
	}
	said := strings.ReplaceAll(event(t, "logs-UntagLogGroup"), "111122223333", account)
	if a := f.invoke(t, runtimetest.Batch(said), time.Minute); a.Failed || a.Body != `{"batchItemFailures":null}` {
		t.Fatalf("%+v", a)
	}
	if got := filters(); len(got) != 0 {
		t.Errorf("filters %v after the tag is gone", got)
	}
}
