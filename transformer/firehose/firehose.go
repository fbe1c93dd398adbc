// Package firehose puts records into a delivery stream of Amazon Data Firehose, as
// CloudWatch Logs does.
package firehose

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/firehose/types"

	seamark "github.com/seamark-hq/seamark"
)

// Stream is a delivery stream whose source is direct puts. It is safe for concurrent use.
type Stream struct {
	client *firehose.Client
	arn    string
	name   string
}

// Open makes ready for the stream of an ARN, in its region, with credentials as the SDK finds them.
func Open(ctx context.Context, arn string) (*Stream, error) {
	part := strings.SplitN(arn, ":", 6)
	if len(part) != 6 || part[2] != "firehose" || !strings.HasPrefix(part[5], "deliverystream/") || part[3] == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: arn, What: "is not the ARN of a delivery stream", Remedy: "write arn:aws:firehose:<region>:<account>:deliverystream/<name>"}
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(part[3]))
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: arn, What: "cannot be used", Err: err, Remedy: "check the AWS settings of the environment"}
	}
	return &Stream{firehose.NewFromConfig(c), arn, strings.TrimPrefix(part[5], "deliverystream/")}, nil
}

// Put puts one record of at most 1,000 KiB there. The SDK tries again what may pass.
// Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html
func (s *Stream) Put(ctx context.Context, record []byte) error {
	_, err := s.client.PutRecord(ctx, &firehose.PutRecordInput{DeliveryStreamName: &s.name, Record: &types.Record{Data: record}})
	if err != nil {
		return &seamark.Fault{Class: seamark.Temporary, Where: s.arn, What: "takes no record", Err: err, Remedy: "allow the function's role firehose:PutRecord on it; see whether it is there, active, and has direct puts as its source"}
	}
	return nil
}
