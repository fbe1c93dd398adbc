package aws

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	seamark "github.com/seamark-hq/seamark"
)

// The codes that we give where AWS gave none. The collector knows each of them.
const (
	codeNetwork   = "RequestTimeout"     // no answer came, or half of one
	codeServer    = "ServiceUnavailable" // something failed behind the answer
	codeThrottled = "TooManyRequestsException"
	codeLocal     = "ClientError" // it never left this machine
)

// codeUnreadable is the SDK's, of a refusal that it cannot read.
const codeUnreadable = "UnknownError"

// Error is a failed call, with the code by which the collector judges it.
type Error struct {
	Code      string // AWS's own, or one of those above
	Operation string // "CloudWatch Logs: PutSubscriptionFilter"
	Message   string
	RequestID string // for AWS's support; may be empty

	err error
}

// Error reads "CloudWatch Logs: PutSubscriptionFilter: LimitExceededException: Resource limit exceeded. (request 5f8c…)".
func (e *Error) Error() string {
	s := e.Code + ": " + e.Message
	if e.Operation != "" {
		s = e.Operation + ": " + s
	}
	if e.RequestID != "" {
		s += " (request " + e.RequestID + ")"
	}
	return s
}

// ErrorCode is what the collector judges.
func (e *Error) ErrorCode() string { return e.Code }

// Unwrap returns the SDK's error.
func (e *Error) Unwrap() error { return e.err }

// failure gives err a code. One that AWS gave stays, unless the status says that the
// server is at fault; any other answer, and none, is a fault that passes.
func failure(err error) *Error {
	e := &Error{err: err, Message: rootOf(err)}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		e.Operation = op.ServiceID + ": " + op.OperationName
	}
	if id, ok := errors.AsType[interface {
		error
		ServiceRequestID() string
	}](err); ok {
		e.RequestID = id.ServiceRequestID()
	}
	status := statusOf(err)
	api, coded := errors.AsType[smithy.APIError](err)
	coded = coded && api.ErrorCode() != "" && api.ErrorCode() != codeUnreadable
	switch {
	case coded && (status < 500 || throttles(api.ErrorCode())):
		e.Code, e.Message = api.ErrorCode(), api.ErrorMessage()
	case coded:
		e.Code, e.Message = codeServer, api.ErrorCode()+": "+api.ErrorMessage()
	case status == http.StatusTooManyRequests:
		e.Code, e.Message = codeThrottled, "too many requests"
	case status >= 300:
		e.Code, e.Message = codeServer, "the answer was "+strings.ToLower(http.StatusText(status))
	case status != 0:
		e.Code, e.Message = codeServer, "the answer could not be read: "+rootOf(err)
	case isNetwork(err):
		e.Code = codeNetwork
	default:
		e.Code = codeLocal
	}
	return e
}

// statusOf is the HTTP status of the answer; 0 when there was none.
func statusOf(err error) int {
	r, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || r.Response == nil || r.Response.Response == nil {
		return 0
	}
	return r.HTTPStatusCode()
}

// throttles knows the codes with which AWS's services say "slower".
func throttles(code string) bool {
	return strings.HasPrefix(code, "Thrott") || strings.HasPrefix(code, "TooManyRequests") || strings.HasPrefix(code, "RequestThrott") ||
		slices.Contains([]string{"RequestLimitExceeded", "SlowDown", "PriorRequestNotComplete"}, code)
}

// isNetwork reports that the connection failed, not the service.
func isNetwork(err error) bool {
	var timeout net.Error
	var send *smithyhttp.RequestSendError
	var half *smithy.DeserializationError
	return errors.As(err, &timeout) || errors.As(err, &send) || errors.As(err, &half) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded)
}

// rootOf is the innermost message: the SDK's own say everything thrice.
func rootOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// classOf tells what may pass from what will not.
func classOf(e *Error) seamark.Class {
	switch {
	case e.Code == codeNetwork, e.Code == codeServer, throttles(e.Code), strings.HasPrefix(e.Code, "Internal"), e.Code == "IDPCommunicationError":
		return seamark.Temporary
	}
	return seamark.Permanent
}

// fail turns an error of the SDK into one that the collector can judge, and where an
// operator can do something about it, into one that says what.
func (p *place) fail(ctx context.Context, err error) error { return failAt(ctx, p.String(), err) }

func failAt(ctx context.Context, place string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := failure(err)
	what, remedy := advice(e)
	if what == "" {
		return e
	}
	return &seamark.Fault{Class: seamark.Permanent, Where: place, What: what, Err: e, Remedy: remedy}
}

// advice says what is wrong and what helps, of refusals that operators meet.
func advice(e *Error) (what, remedy string) {
	switch e.Code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationErrorException", "ForbiddenException":
		return "the collector may not do this", "give its role in the account the rights of docs/reference/iam.md; a policy of the organisation may forbid it too"
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return "the credentials have run out", "sign in anew; if they are fresh, mend this machine's clock"
	case "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed":
		return "AWS refuses the request's signature", "mend this machine's clock, or the secret access key"
	case "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure":
		return "AWS does not know the credentials here", "enable the region in the account, or take it out of the configuration"
	case "OptInRequired", "SubscriptionRequiredException", "AccountSuspended":
		return "the account is suspended or has not this service", "take the account out of the configuration"
	case "BadRequestException":
		if strings.Contains(e.Message, "CloudWatch Logs role ARN must be set") {
			return "API Gateway may not write logs in this account", "give API Gateway a role once per account and region: aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=ROLE"
		}
	}
	return "", ""
}
