// Package aws asks AWS about a hub, with the caller's own credentials: the only caller of the
// services' APIs below internal/hub. Nothing is tried again here but by the SDK.
package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/hub/dlq"
)

// Session is a region of the account that the caller's credentials are of.
type Session struct {
	cfg sdk.Config
	sqs *sqs.Client

	mu   sync.Mutex
	urls map[string]string // of queues, by name
}

// Open reads the AWS environment; it makes no call. region may be empty.
func Open(ctx context.Context, region string) (*Session, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithAppID("seamark"))
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the AWS environment is faulty", Err: err, Remedy: "mend AWS_PROFILE, AWS_REGION or the shared configuration file"}
	}
	if region != "" {
		cfg.Region = region
	}
	if cfg.Region == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "which region is the hub in?", Remedy: "say --region, or set AWS_REGION"}
	}
	return &Session{cfg: cfg, sqs: sqs.NewFromConfig(cfg), urls: map[string]string{}}, nil
}

// Region is where it asks.
func (s *Session) Region() string { return s.cfg.Region }

// Fault says what was refused, and what helps of refusals that operators meet. One that says so
// already stays as it is.
func Fault(ctx context.Context, where string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if said, ok := errors.AsType[*seamark.Fault](err); ok {
		return said
	}
	f := &seamark.Fault{Class: seamark.Temporary, Where: where, What: "AWS does not answer", Err: err, Remedy: "try again; see whether the network reaches AWS"}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		f.Class, f.What, f.Err = seamark.Permanent, "AWS refuses", fmt.Errorf("%s: %s", e.ErrorCode(), e.ErrorMessage())
		switch e.ErrorCode() {
		case "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation":
			f.Remedy = "these credentials may not do it: use others, or see which rights the command needs (--help)"
		case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
			f.Remedy = "the credentials have run out: sign in anew"
		case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch":
			f.Remedy = "AWS does not know the credentials: mend them, or this machine's clock"
		default:
			f.Remedy = "see what it says"
		}
	} else if strings.Contains(err.Error(), "get credentials") { // the SDK has no type for a chain that found none
		f.Class, f.What, f.Err, f.Remedy = seamark.Rejected, "there are no AWS credentials", nil, "sign in: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	}
	return f
}

// url is the address of a queue.
func (s *Session) url(ctx context.Context, queue string) (string, error) {
	s.mu.Lock()
	at := s.urls[queue]
	s.mu.Unlock()
	if at != "" {
		return at, nil
	}
	out, err := s.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &queue})
	if e, ok := errors.AsType[smithy.APIError](err); ok && (e.ErrorCode() == "QueueDoesNotExist" || e.ErrorCode() == "AWS.SimpleQueueService.NonExistentQueue") {
		return "", &seamark.Fault{Class: seamark.Rejected, Where: queue, What: "there is no such queue in " + s.cfg.Region, Err: dlq.ErrNoQueue, Remedy: "check region, account and the hub's name (--region, AWS_PROFILE, --name)"}
	}
	if err != nil {
		return "", Fault(ctx, queue, err)
	}
	s.mu.Lock()
	s.urls[queue] = *out.QueueUrl
	s.mu.Unlock()
	return *out.QueueUrl, nil
}

// Receive implements dlq.Queues.
func (s *Session) Receive(ctx context.Context, queue string, hide time.Duration) ([]dlq.Message, error) {
	url, err := s.url(ctx, queue)
	if err != nil {
		return nil, err
	}
	out, err := s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: int32(hide / time.Second), WaitTimeSeconds: 1, // long enough that all of SQS's servers are asked
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp, types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		return nil, Fault(ctx, queue, err)
	}
	var messages []dlq.Message
	for _, m := range out.Messages {
		ms, _ := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
		n, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
		messages = append(messages, dlq.Message{ID: sdk.ToString(m.MessageId), Body: sdk.ToString(m.Body), Receipt: sdk.ToString(m.ReceiptHandle), Sent: time.UnixMilli(ms).UTC(), Received: n})
	}
	return messages, nil
}

// Show implements dlq.Queues.
func (s *Session) Show(ctx context.Context, queue string, receipts []string) error {
	url, err := s.url(ctx, queue)
	if err != nil {
		return err
	}
	for len(receipts) > 0 {
		n := min(10, len(receipts))
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
		for i, r := range receipts[:n] {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: sdk.String(strconv.Itoa(i)), ReceiptHandle: &r})
		}
		// One that has become visible by itself meanwhile is refused, which is what is wanted.
		if _, err := s.sqs.ChangeMessageVisibilityBatch(ctx, in); err != nil {
			return Fault(ctx, queue, err)
		}
		receipts = receipts[n:]
	}
	return nil
}

// Send implements dlq.Queues.
func (s *Session) Send(ctx context.Context, queue, body string) error {
	url, err := s.url(ctx, queue)
	if err != nil {
		return err
	}
	if _, err = s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
		return Fault(ctx, queue, err)
	}
	return nil
}

// Delete implements dlq.Queues.
func (s *Session) Delete(ctx context.Context, queue, receipt string) error {
	url, err := s.url(ctx, queue)
	if err != nil {
		return err
	}
	if _, err = s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: &receipt}); err != nil {
		return Fault(ctx, queue, err)
	}
	return nil
}

// Failures implements dlq.Logs.
func (s *Session) Failures(ctx context.Context, group string, since time.Time, fn func(dlq.Failure)) error {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(cloudwatchlogs.NewFromConfig(s.cfg), &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, StartTime: sdk.Int64(since.UnixMilli()), FilterPattern: sdk.String(`{ $.eventName = "message failed" }`),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Fault(ctx, group, err)
		}
		for _, e := range page.Events {
			var line struct {
				EventName string
				EventData struct {
					MessageID string `json:"message_id"`
				}
				Error struct{ Message string }
			}
			if json.Unmarshal([]byte(sdk.ToString(e.Message)), &line) == nil && line.EventName == "message failed" && line.EventData.MessageID != "" {
				fn(dlq.Failure{Message: line.EventData.MessageID, Reason: line.Error.Message, At: time.UnixMilli(sdk.ToInt64(e.Timestamp)).UTC()})
			}
		}
	}
	return nil
}
