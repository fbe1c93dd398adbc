package s3

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	seamark "github.com/seamark-hq/seamark"
)

// removeAtOnce is S3's limit of one DeleteObjects.
const removeAtOnce = 1000

// Remove implements lake.Store.
func (s *Store) Remove(keys ...string) error {
	names := make([]string, len(keys))
	for i, key := range keys {
		var err error
		if names[i], err = s.name(key); err != nil {
			return err
		}
	}
	if len(names) == 1 {
		if _, err := s.client.DeleteObject(s.ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &names[0]}); err != nil && !missing(err) {
			return s.fault("cannot delete", keys[0], err)
		}
		return nil
	}
	for some := range slices.Chunk(names, removeAtOnce) {
		if err := s.removeSome(some); err != nil {
			return err
		}
	}
	return nil
}

// removeSome deletes up to removeAtOnce objects. The service answers for each: those that
// it could not delete for now are asked for again.
func (s *Store) removeSome(names []string) error {
	for attempt := 0; ; attempt++ {
		in := &s3.DeleteObjectsInput{Bucket: &s.bucket, Delete: &types.Delete{Quiet: aws.Bool(true)}}
		for _, name := range names {
			in.Delete.Objects = append(in.Delete.Objects, types.ObjectIdentifier{Key: aws.String(name)})
		}
		out, err := s.client.DeleteObjects(s.ctx, in)
		if err != nil {
			return s.fault("cannot delete", s.key(names[0]), err)
		}
		var left []string
		var last types.Error
		for _, e := range out.Errors {
			switch code := aws.ToString(e.Code); code {
			case "NoSuchKey", "NotFound":
			case "InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted":
				left, last = append(left, aws.ToString(e.Key)), e
			default:
				return &seamark.Fault{Class: seamark.Permanent, What: fmt.Sprintf("cannot delete (%s), nor %d others", code, len(out.Errors)-1),
					Where: s.where(s.key(aws.ToString(e.Key))), Remedy: "allow s3:DeleteObject below this prefix"}
			}
		}
		if len(left) == 0 {
			return nil
		}
		if attempt+1 >= s.o.Attempts {
			return &seamark.Fault{Class: seamark.Temporary, What: fmt.Sprintf("cannot delete (%s), nor %d others", aws.ToString(last.Code), len(left)-1),
				Where: s.where(s.key(left[0])), Remedy: "try again"}
		}
		names = left
		if err := s.o.pause(s.ctx, attempt); err != nil {
			return err
		}
	}
}
