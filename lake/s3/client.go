package s3

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	seamark "github.com/seamark-hq/seamark"
)

// newClient signs in as the environment says.
func newClient(ctx context.Context, o Options) (*s3.Client, error) {
	base := awshttp.NewBuildableClient().WithDialerOptions(func(d *net.Dialer) {
		d.Timeout = min(10*time.Second, o.Stall)
	}).WithTransportOptions(func(t *http.Transport) {
		t.TLSHandshakeTimeout = min(10*time.Second, o.Stall)
		t.MaxIdleConnsPerHost = 64
	})
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(base), config.WithRetryer(func() aws.Retryer { return newRetryer(o) }))
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the AWS environment is faulty", Err: err, Remedy: "mend AWS_PROFILE, AWS_REGION or the shared configuration file"}
	}
	// Only now: the SDK puts AWS_CA_BUNDLE into clients of its own kind alone.
	cfg.HTTPClient = &watched{client: cfg.HTTPClient, stall: o.Stall}
	cfg.Logger = logging.Nop{} // what matters comes back as an error
	var region string
	client := s3.NewFromConfig(cfg, func(c *s3.Options) {
		if c.BaseEndpoint != nil && !isAWS(*c.BaseEndpoint) {
			c.UsePathStyle = true
			if c.Region == "" {
				c.Region = "us-east-1" // it is part of the signature, and means nothing else there
			}
		}
		region = c.Region
	})
	if region == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the bucket's AWS region is not known", Remedy: "set AWS_REGION, or AWS_ENDPOINT_URL for a store that is not AWS"}
	}
	return client, nil
}

// newRetryer tries again what the SDK's standard retryer does, and what S3 needs besides:
// conflicts of conditional writes, and answers that break off. No budget is shared between
// requests: a service that was down for an hour is asked again after it.
func newRetryer(o Options) aws.Retryer {
	return retry.NewStandard(func(r *retry.StandardOptions) {
		r.MaxAttempts = o.Attempts
		r.MaxBackoff = o.MaxBackoff
		r.Backoff = backoff{o.MaxBackoff}
		r.RateLimiter = ratelimit.None
		r.Retryables = append(r.Retryables, retry.RetryableErrorCode{Codes: map[string]struct{}{
			"ConditionalRequestConflict": {}, "OperationAborted": {}, "InternalError": {}, "ServiceUnavailable": {}, "BadDigest": {},
		}}, retry.IsErrorRetryableFunc(brokenAnswer))
	})
}

// brokenAnswer finds an answer that could not be read to its end.
func brokenAnswer(err error) aws.Ternary {
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// backoff is a pause that doubles, with full jitter, so that many clients do not come back at once.
type backoff struct{ most time.Duration }

// BackoffDelay implements retry.BackoffDelayer.
func (b backoff) BackoffDelay(attempt int, _ error) (time.Duration, error) {
	most := min(b.most, 100*time.Millisecond<<min(attempt, 20))
	return rand.N(most) + most/10, nil
}

// pause waits before the attempt after this one, or until ctx ends.
func (o *Options) pause(ctx context.Context, attempt int) error {
	d, _ := backoff{o.MaxBackoff}.BackoffDelay(attempt, nil)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
