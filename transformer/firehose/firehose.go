// Package firehose puts records into a delivery stream of Amazon Data Firehose, as
// CloudWatch Logs does.
package firehose

import (
	"context"
	"fmt"
	"strings"
	"time"

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
		return s.fault("a record", err)
	}
	return nil
}

// The bounds of a request that puts many records.
// Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
const (
	batchRecords = 500
	batchBytes   = 4_000_000 // Firehose takes 4 MiB
	tries        = 5         // of what Firehose itself says it could not take
)

// PutAll puts records there, many with one request. After an error some may be there.
func (s *Stream) PutAll(ctx context.Context, records [][]byte) error {
	for len(records) > 0 {
		n, size := 0, 0
		for n < len(records) && n < batchRecords && (n == 0 || size+len(records[n]) <= batchBytes) {
			size += len(records[n])
			n++
		}
		if err := s.putSome(ctx, records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

// putSome puts the records of one request, and those again that Firehose names.
func (s *Stream) putSome(ctx context.Context, records [][]byte) error {
	last := ""
	for n := range tries {
		if n > 0 {
			select {
			case <-time.After(time.Duration(100<<n) * time.Millisecond):
			case <-ctx.Done():
				return s.fault("records", ctx.Err())
			}
		}
		in := &firehose.PutRecordBatchInput{DeliveryStreamName: &s.name}
		for _, r := range records {
			in.Records = append(in.Records, types.Record{Data: r})
		}
		out, err := s.client.PutRecordBatch(ctx, in)
		if err != nil {
			return s.fault("records", err)
		}
		var rest [][]byte
		for i, r := range out.RequestResponses {
			if r.ErrorCode != nil && i < len(records) {
				rest, last = append(rest, records[i]), *r.ErrorCode
			}
		}
		if len(rest) == 0 {
			return nil
		}
		records = rest
	}
	return s.fault(fmt.Sprintf("%d records (%s)", len(records), last), nil)
}

func (s *Stream) fault(what string, err error) error {
	return &seamark.Fault{Class: seamark.Temporary, Where: s.arn, What: "does not take " + what, Err: err, Remedy: "allow the function's role firehose:PutRecord and PutRecordBatch on it; see whether it is there, active, and has direct puts as its source"}
}
