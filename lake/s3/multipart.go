package s3

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	maxParts     = 10_000 // of one object: docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
	partsAtOnce  = 4
	uploadRounds = 3 // a conflict spoils a whole upload, not one request
)

// sendParts writes a large object in parts. It appears as a whole, or not at all.
func (s *Store) sendParts(key, name string, from *spool, create bool) error {
	mark := newMark()
	var err error
	for range uploadRounds {
		if err = s.upload(name, from, create, mark); err == nil {
			return nil
		}
		if create && taken(err) || gone(err) { // or done, with the answer lost
			other := s.whose(key, name, mark)
			if other == nil || !gone(err) {
				return other
			}
		}
		if !conflict(err) && !gone(err) {
			break
		}
	}
	return s.fault("cannot write the object", key, err)
}

func conflict(err error) bool { return codeOf(err) == "ConditionalRequestConflict" }

// gone reports whether the upload is not there: completed by a try whose answer was lost, or aborted by a rule of the bucket.
func gone(err error) bool { return codeOf(err) == "NoSuchUpload" }

// upload is one round: begin, parts, end.
func (s *Store) upload(name string, from *spool, create bool, mark string) error {
	begun, err := s.client.CreateMultipartUpload(s.ctx, &s3.CreateMultipartUploadInput{
		Bucket: &s.bucket, Key: &name, Metadata: map[string]string{markKey: mark}, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	})
	if err != nil {
		return err
	}
	parts, err := s.uploadParts(name, *begun.UploadId, from)
	if err == nil {
		in := &s3.CompleteMultipartUploadInput{
			Bucket: &s.bucket, Key: &name, UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		}
		if create {
			in.IfNoneMatch = aws.String("*")
		}
		if _, err = s.client.CompleteMultipartUpload(s.ctx, in); err == nil {
			return nil
		}
	}
	if !gone(err) {
		s.abort(name, *begun.UploadId)
	}
	return err
}

// abort frees the parts of an upload that failed. Should it fail too, CleanTemp does it later.
func (s *Store) abort(name, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 10*time.Second)
	defer cancel()
	_, _ = s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &name, UploadId: &id})
}

// uploadParts sends all parts, a few at a time.
func (s *Store) uploadParts(name, id string, from *spool) ([]types.CompletedPart, error) {
	size := max(s.o.PartBytes, (from.size+maxParts-1)/maxParts)
	parts := make([]types.CompletedPart, (from.size+size-1)/size)
	errs := make([]error, len(parts))
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	var wg sync.WaitGroup
	slots := make(chan struct{}, partsAtOnce)
	for i := range parts {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			off := int64(i) * size
			n := min(size, from.size-off)
			number := aws.Int32(int32(i + 1))
			out, err := s.client.UploadPart(ctx, &s3.UploadPartInput{
				Bucket: &s.bucket, Key: &name, UploadId: &id, PartNumber: number, ContentLength: &n, Body: from.section(off, n),
				ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
			})
			if errs[i] = err; err != nil {
				cancel()
				return
			}
			parts[i] = types.CompletedPart{PartNumber: number, ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32}
		})
	}
	wg.Wait()
	return parts, firstCause(errs)
}

// firstCause prefers the error that made the others stop.
func firstCause(errs []error) error {
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}
