package collector

import (
	"errors"
	"net"
)

// verdict is what may be done about an error of the cloud.
type verdict int

const (
	refused   verdict = iota // trying again gives the same
	throttled                // slower, then again
	passing                  // again after a while
	gone                     // what it was about is not there
	full                     // a limit is reached
)

func judge(err error) verdict {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		switch coded.ErrorCode() {
		case "ThrottlingException", "ThrottledException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown", "PriorRequestNotComplete":
			return throttled
		case "InternalFailure", "InternalServiceError", "InternalServerError", "InternalServerException", "ServiceUnavailable", "ServiceUnavailableException",
			"ServiceException", "InternalServiceFault", "InternalServiceException", "OperationAbortedException", "ConcurrentModificationException", "ConflictException",
			"RequestTimeout", "RequestTimeoutException":
			return passing
		case "ResourceNotFoundException", "ResourceNotFound", "NotFoundException":
			return gone
		case "LimitExceededException", "LimitExceeded", "LimitExceededFault", "ServiceQuotaExceededException":
			return full
		}
		return refused
	}
	var timeout net.Error
	if errors.As(err, &timeout) {
		return passing
	}
	return refused
}

func errorCode(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}
