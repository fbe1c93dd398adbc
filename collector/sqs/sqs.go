// Package sqs sends the collector's own messages to its queue: what one invocation hands
// on to the next. Receiving is Lambda's business.
package sqs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

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

// maxDelay is SQS's own limit.
const maxDelay = 15 * time.Minute

// Send puts a message there, to be seen after delay. The SDK tries again what may pass.
func (q *Queue) Send(ctx context.Context, body string, delay time.Duration) error {
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: &body, DelaySeconds: int32(min(delay, maxDelay) / time.Second),
	})
	return err
}
