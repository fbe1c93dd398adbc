package quota

import (
	"errors"
	"net"
)

// Verdict is what may be done about an error of the cloud.
type Verdict int

// The verdicts.
const (
	Refused   Verdict = iota // trying again gives the same
	Throttled                // slower, then again
	Passing                  // again after a while
	Gone                     // what it was about is not there
	Full                     // a limit is reached
)

// Judge says what may be done about an error: by its code where it has one, as the SDK's own
// errors do; one that waited in vain passes.
func Judge(err error) Verdict {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		switch coded.ErrorCode() {
		case "ThrottlingException", "ThrottledException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown", "PriorRequestNotComplete":
			return Throttled
		case "InternalFailure", "InternalServiceError", "InternalServerError", "InternalServerException", "ServiceUnavailable", "ServiceUnavailableException",
			"ServiceException", "InternalServiceFault", "InternalServiceException", "OperationAbortedException", "ConcurrentModificationException", "ConflictException",
			"RequestTimeout", "RequestTimeoutException":
			return Passing
		case "ResourceNotFoundException", "ResourceNotFound", "NotFoundException":
			return Gone
		case "LimitExceededException", "LimitExceeded", "LimitExceededFault", "ServiceQuotaExceededException":
			return Full
		}
		return Refused
	}
	var timeout net.Error
	if errors.As(err, &timeout) {
		return Passing
	}
	return Refused
}

// Code is the code of an error of the cloud; empty when it has none.
func Code(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}
