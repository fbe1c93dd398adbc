package s3

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	seamark "github.com/seamark-hq/seamark"
)

// fault classes what the service or the network answered. The SDK's own text, which is
// long and may hold addresses with signatures, is not repeated.
func (s *Store) fault(what, key string, err error) error {
	if ctxErr := s.ctx.Err(); ctxErr != nil {
		return fmt.Errorf("%s: %s: %w", s.where(key), what, ctxErr)
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %s: %w", s.where(key), what, context.Canceled)
	}
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		return f
	}
	f := &seamark.Fault{What: what, Where: strings.TrimSuffix(s.where(key), "/"), Err: cause(err)}
	code, status := codeOf(err), statusOf(err)
	switch {
	case code == "NoSuchBucket":
		f.Class, f.Remedy = seamark.Permanent, "check the bucket's name"
	case code == "PermanentRedirect", code == "AuthorizationHeaderMalformed", code == "IllegalLocationConstraintException", status == http.StatusMovedPermanently:
		f.Class, f.Remedy = seamark.Permanent, "set AWS_REGION to the bucket's region"
	case code == "InvalidAccessKeyId", code == "SignatureDoesNotMatch", code == "ExpiredToken", code == "InvalidToken":
		f.Class, f.Remedy = seamark.Permanent, "check the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID) and AWS_ENDPOINT_URL"
	case status == http.StatusForbidden, code == "AccessDenied":
		f.Class, f.Remedy = seamark.Permanent, "check the bucket policy and this role's; docs/howto/s3.md lists the actions"
	case isSignIn(err):
		f.Class, f.Err, f.Remedy = seamark.Permanent, errors.New("no usable AWS credentials"), "set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give the machine a role"
	case status == http.StatusPreconditionFailed:
		f.Class, f.Remedy = seamark.Temporary, "somebody has replaced it meanwhile; read it again"
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusConflict, status == http.StatusRequestTimeout, status == 0, status < 300:
		f.Class, f.Remedy = seamark.Temporary, "try again; check the network and AWS_ENDPOINT_URL if it lasts"
	default:
		f.Class = seamark.Permanent
	}
	return f
}

// missing reports whether the answer is that there is no such object.
func missing(err error) bool {
	code := codeOf(err)
	return code == "NoSuchKey" || code == "NotFound" || statusOf(err) == http.StatusNotFound && code != "NoSuchBucket" && code != "NoSuchUpload"
}

func (s *Store) notExist(op, key string) error {
	return &fs.PathError{Op: op, Path: s.where(key), Err: fs.ErrNotExist}
}

func codeOf(err error) string {
	if a, ok := errors.AsType[smithy.APIError](err); ok {
		return a.ErrorCode()
	}
	return ""
}

// statusOf is the answer's HTTP status, 0 when none came.
func statusOf(err error) int {
	if r, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return r.HTTPStatusCode()
	}
	return 0
}

// isSignIn finds a request that was never sent, for want of credentials.
func isSignIn(err error) bool {
	text := err.Error()
	return strings.Contains(text, "get identity:") || strings.Contains(text, "failed to refresh cached credentials")
}

// cause says in few words what the service answered; errors of ours and of the context stay found.
func cause(err error) error {
	code, status := codeOf(err), statusOf(err)
	if code == "" && status == 0 {
		switch {
		case errors.Is(err, errStalled):
			return errStalled
		case errors.Is(err, context.DeadlineExceeded):
			return context.DeadlineExceeded
		}
		return errors.New(innermost(err))
	}
	text := fmt.Sprintf("%s (HTTP %d", code, status)
	if code == "" {
		text = fmt.Sprintf("the answer broke off (HTTP %d", status)
	}
	if r, ok := errors.AsType[*awshttp.ResponseError](err); ok && r.ServiceRequestID() != "" {
		text += ", request " + r.ServiceRequestID()
	}
	return errors.New(text + ")")
}

func innermost(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}
