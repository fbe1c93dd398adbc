package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// deadLetters makes the queues of a hub in an account of MiniStack, and the log of its transformer.
func deadLetters(t *testing.T, logs *cloudwatchlogs.Client, bodies ...string) (ids []string, queue func(name string) []string) {
	t.Helper()
	c, err := config.LoadDefaultConfig(t.Context())
	must(t, err)
	q := sqs.NewFromConfig(c)
	urls := map[string]*string{}
	for _, name := range []string{"seamark-transform", "seamark-transform-dlq", "seamark-alert-dlq"} {
		out, err := q.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
		must(t, err)
		urls[name] = out.QueueUrl
		t.Cleanup(func() {
			q.DeleteQueue(context.WithoutCancel(t.Context()), &sqs.DeleteQueueInput{QueueUrl: out.QueueUrl})
		})
	}
	group, stream := "/aws/lambda/seamark-transformer", "s"
	_, err = logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group})
	must(t, err)
	t.Cleanup(func() {
		logs.DeleteLogGroup(context.WithoutCancel(t.Context()), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &group})
	})
	_, err = logs.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &stream})
	must(t, err)
	for _, body := range bodies {
		out, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: urls["seamark-transform-dlq"], MessageBody: &body})
		must(t, err)
		ids = append(ids, *out.MessageId)
	}
	now := sdk.Int64(time.Now().Add(time.Second).UnixMilli())
	_, err = logs.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream, LogEvents: []types.InputLogEvent{
		{Timestamp: now, Message: sdk.String(fmt.Sprintf(`{"eventName":"message failed","eventData":{"message_id":%q},"error":{"message":"s3://hub/landing/a.gz: access denied"}}`, ids[0]))},
		{Timestamp: now, Message: sdk.String(`{"eventName":"objects"}`)},
	}})
	must(t, err)
	return ids, func(name string) (bodies []string) {
		out, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: urls[name], MaxNumberOfMessages: 10, VisibilityTimeout: 0})
		must(t, err)
		for _, m := range out.Messages {
			bodies = append(bodies, *m.Body)
		}
		return bodies
	}
}

// TestDLQMiniStack is an operator who finds dead letters, sees why, and sends them back.
func TestDLQMiniStack(t *testing.T) {
	_, logs := ministack(t)
	ids, queue := deadLetters(t, logs, `{"do":"transform","key":"landing/a.gz"}`, "poison\u202e")
	r := newRoom(t, nil, "")
	expect := func(want int, args string, said ...string) {
		t.Helper()
		code, out := r.seamark(strings.Fields(args)...)
		for _, s := range said {
			if !strings.Contains(r.said.String(), s) {
				t.Errorf("%s: exit %d, nothing says %q", args, code, s)
			}
		}
		if code != want || strings.Contains(out, "\u202e") {
			t.Fatalf("%s: exit %d, want %d:\n%s", args, code, want, r.said.String())
		}
		r.said.Reset()
	}
	expect(exitDone, "dlq list", ids[0], "do transform landing/a.gz", "s3://hub/landing/a.gz: access denied", "no event that is known", "no line of /aws/lambda/seamark-transformer names it", "2 dead letters. Mend the reason, then: seamark dlq redrive transform\n")
	expect(exitDone, "dlq list alert", "0 dead letters.\n")
	expect(exitDone, "dlq list --json", `"reason":"s3://hub/landing/a.gz: access denied"`, `"no_reason":"`)
	expect(exitFailed, "dlq list collect", "seamark-collect-dlq", "no such queue", "--region")
	expect(exitFailed, "dlq list lake", "name collect, transform, index or alert")
	expect(exitFailed, "dlq list --name other", "no such queue")
	expect(exitDone, "dlq show "+ids[0][:12], "access denied at 2", "{\n  \"do\": \"transform\",\n", "taken out")
	expect(exitFailed, "dlq show nothing", "seamark dlq list")
	expect(exitUsage, "dlq redrive", "which queue?")
	expect(exitDone, "dlq redrive transform --dry-run", "2 messages would be sent back. Nothing is changed\n")
	expect(exitUsage, "dlq redrive transform", "nobody is there to be asked", "--yes")
	if got := queue("seamark-transform"); len(got) != 0 {
		t.Errorf("sent without being asked: %q", got)
	}
	expect(exitDone, "dlq redrive transform "+ids[0]+" --yes", "1 message sent back, 0 left\n")
	if got := queue("seamark-transform"); len(got) != 1 || got[0] != `{"do":"transform","key":"landing/a.gz"}` {
		t.Errorf("sent back %q", got)
	}
	expect(exitDone, "dlq redrive transform --yes --json", `"moved":1,"left":0`)
	expect(exitDone, "dlq list", "0 dead letters.\n")
	t.Setenv("AWS_REGION", "")
	expect(exitFailed, "dlq list", "which region is the hub in?")
}
