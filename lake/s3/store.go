package s3

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Options tune a Store. The zero value is right for use; tests are less patient.
type Options struct {
	Scratch    string        // folder for objects on their way; "": the system's
	Attempts   int           // how often a request is tried; 0: 8
	MaxBackoff time.Duration // longest pause between two tries; 0: 20 s
	Stall      time.Duration // a request without progress for so long is tried again; 0: 30 s
	BlockBytes int64         // unit of reading; 0: 4 MiB
	PartBytes  int64         // larger objects are written in parts of this size; 0: 32 MiB. S3 itself wants 5 MiB at least
}

func (o *Options) setDefaults() {
	o.Scratch = or(o.Scratch, os.TempDir())
	o.Attempts = or(o.Attempts, 8)
	o.MaxBackoff = or(o.MaxBackoff, 20*time.Second)
	o.Stall = or(o.Stall, 30*time.Second)
	o.BlockBytes = or(o.BlockBytes, 4<<20)
	o.PartBytes = or(o.PartBytes, 32<<20)
}

func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// Store is a lake.Store below a prefix of a bucket.
type Store struct {
	o      Options
	ctx    context.Context // ends every request
	client *s3.Client
	bucket string
	prefix string // "" or ends in a slash
	ahead  ahead
}

var _ lake.Store = (*Store)(nil)

// Open returns the store at place, "s3://bucket/prefix". Nothing is asked of the service
// yet. When ctx ends, so does every request.
func Open(ctx context.Context, place string, o Options) (*Store, error) {
	bucket, prefix, err := Parse(place)
	if err != nil {
		return nil, err
	}
	o.setDefaults()
	client, err := newClient(ctx, o)
	if err != nil {
		return nil, err
	}
	if prefix != "" {
		prefix += "/"
	}
	return &Store{o: o, ctx: ctx, client: client, bucket: bucket, prefix: prefix}, nil
}

// Scheme begins the name of what lies in S3.
const Scheme = "s3://"

// bucketPattern follows docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// Parse takes "s3://bucket/key" apart; slashes at the key's ends are dropped.
func Parse(place string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(place, Scheme)
	bucket, key, _ = strings.Cut(rest, "/")
	key = strings.Trim(key, "/")
	if !ok || !bucketPattern.MatchString(bucket) || key != "" && !validKey(key) {
		return "", "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not a place in S3", place), Remedy: "write s3://bucket/prefix"}
	}
	return bucket, key, nil
}

// validKey reports whether key is one that a folder could hold too.
func validKey(key string) bool {
	return fs.ValidPath(key) && key != "." && !strings.ContainsAny(key, "\\\x00")
}

// Root implements lake.Store: "s3://bucket/prefix".
func (s *Store) Root() string { return strings.TrimSuffix(Scheme+s.bucket+"/"+s.prefix, "/") }

// maxKey is S3's limit of a key, in bytes of UTF-8.
const maxKey = 1024

// Path implements lake.Store: "s3://bucket/prefix/key".
func (s *Store) Path(key string) (string, error) {
	if _, err := s.name(key); err != nil {
		return "", err
	}
	return s.Root() + "/" + key, nil
}

// name is key as the bucket knows it.
func (s *Store) name(key string) (string, error) {
	if !validKey(key) || len(s.prefix)+len(key) > maxKey {
		return "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not an object key", key)}
	}
	return s.prefix + key, nil
}

// where names an object in messages.
func (s *Store) where(key string) string { return s.Root() + "/" + key }

// isAWS reports whether an endpoint is one of Amazon's own, by its host.
func isAWS(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}

// Within returns the same store, whose requests end with ctx instead.
func (s *Store) Within(ctx context.Context) *Store {
	return &Store{o: s.o, ctx: ctx, client: s.client, bucket: s.bucket, prefix: s.prefix}
}
