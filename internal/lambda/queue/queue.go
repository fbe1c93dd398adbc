// Package queue sends a function's own messages to its queue: what one invocation hands on
// to others. Receiving is Lambda's business.
package queue

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	seamark "github.com/seamark-hq/seamark"
)

// Queue is a standard queue. It is safe for concurrent use.
type Queue struct {
	client *sqs.Client
	url    string
}

// Open makes ready for a queue, with credentials as the SDK finds them.
func Open(ctx context.Context, url string) (*Queue, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: url, What: "the queue cannot be used", Err: err, Remedy: "check the AWS settings of the environment"}
	}
	return &Queue{sqs.NewFromConfig(c), url}, nil
}

// Sender returns SendAll of the queue at url; nil where none is named.
func Sender(ctx context.Context, url string) (func(ctx context.Context, bodies []string) error, error) {
	if url == "" {
		return nil, nil
	}
	q, err := Open(ctx, url)
	if err != nil {
		return nil, err
	}
	return q.SendAll, nil
}

// maxDelay is SQS's own limit.
const maxDelay = 15 * time.Minute

// Send puts a message there, to be seen after delay. The SDK tries again what may pass.
func (q *Queue) Send(ctx context.Context, body string, delay time.Duration) error {
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: &body, DelaySeconds: int32(min(delay, maxDelay) / time.Second),
	})
	return err
}

// The bounds of a request that sends many messages.
const (
	batchMessages = 10
	batchBytes    = 200_000 // SQS takes 256 KB everywhere
)

// SendAll puts messages there, many with one request. After an error some may be there.
func (q *Queue) SendAll(ctx context.Context, bodies []string) error {
	for len(bodies) > 0 {
		n, size := 0, 0
		for n < len(bodies) && n < batchMessages && (n == 0 || size+len(bodies[n]) <= batchBytes) {
			size += len(bodies[n])
			n++
		}
		if err := q.sendSome(ctx, bodies[:n]); err != nil {
			return err
		}
		bodies = bodies[n:]
	}
	return nil
}

// sendSome sends one request, and those again of which SQS itself says that it failed.
func (q *Queue) sendSome(ctx context.Context, bodies []string) error {
	for range 3 {
		var entries []types.SendMessageBatchRequestEntry
		for i := range bodies {
			entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: &bodies[i]})
		}
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return err
		}
		if len(out.Failed) == 0 {
			return nil
		}
		if f := out.Failed[0]; f.SenderFault {
			return &seamark.Fault{Class: seamark.Rejected, Where: q.url, What: fmt.Sprintf("refuses a message: %s %s", aws.ToString(f.Code), aws.ToString(f.Message))}
		}
		var rest []string
		for _, f := range out.Failed {
			if i, err := strconv.Atoi(aws.ToString(f.Id)); err == nil && i < len(bodies) {
				rest = append(rest, bodies[i])
			}
		}
		bodies = slices.Clip(rest)
	}
	return &seamark.Fault{Class: seamark.Temporary, Where: q.url, What: "the queue takes no messages", Remedy: "the next schedule sends them"}
}
