package s3

import (
	"context"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Walk implements lake.Store. It holds one page of 1,000 keys at a time.
func (s *Store) Walk(prefix string, fn func(key string, e fs.DirEntry) error) error {
	if _, err := s.name(prefix); err != nil {
		return err
	}
	return s.pages(s.ctx, prefix+"/", func(page []*info) error {
		for _, i := range page {
			if err := fn(i.key, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// pages lists the objects whose keys begin with prefix, page by page, in order.
func (s *Store) pages(ctx context.Context, prefix string, fn func(page []*info) error) error {
	in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: aws.String(s.prefix + prefix), EncodingType: types.EncodingTypeUrl}
	for {
		out, err := s.client.ListObjectsV2(ctx, in)
		if err != nil {
			return s.fault("cannot list", prefix, err)
		}
		page := make([]*info, 0, len(out.Contents))
		for _, o := range out.Contents {
			if key, ok := s.listed(aws.ToString(o.Key), out.EncodingType); ok {
				page = append(page, newInfo(key, o.Size, o.LastModified, o.ETag))
			}
		}
		if err := fn(page); err != nil {
			return err
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			return nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// Folders implements lake.Store.
func (s *Store) Folders(prefix string) ([]string, error) {
	if _, err := s.name(prefix); err != nil {
		return nil, err
	}
	in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: aws.String(s.prefix + prefix + "/"), Delimiter: aws.String("/"), EncodingType: types.EncodingTypeUrl}
	var names []string
	for {
		out, err := s.client.ListObjectsV2(s.ctx, in)
		if err != nil {
			return nil, s.fault("cannot list", prefix, err)
		}
		for _, p := range out.CommonPrefixes {
			if key, ok := s.listed(strings.TrimSuffix(aws.ToString(p.Prefix), "/"), out.EncodingType); ok {
				names = append(names, path.Base(key))
			}
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			slices.Sort(names) // without the slash, by which S3 orders them too
			return names, nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// listed is the key of an object as a listing names it. What no folder could hold is not
// an object of a lake; nor, as in a folder, is what begins with a dot.
func (s *Store) listed(name string, encoding types.EncodingType) (string, bool) {
	if encoding == types.EncodingTypeUrl {
		plain, err := url.QueryUnescape(name)
		if err != nil {
			return "", false
		}
		name = plain
	}
	key, ok := strings.CutPrefix(name, s.prefix)
	return key, ok && validKey(key) && !strings.Contains("/"+key, "/.")
}

// key is the bucket's name of an object as ours.
func (s *Store) key(name string) string { return strings.TrimPrefix(name, s.prefix) }
