package outgoing

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter is how long an answer asks to wait: whole seconds, or until a date (RFC 9110,
// 10.2.3); otherwise where it says nothing that can be read. Never negative.
func RetryAfter(h http.Header, otherwise time.Duration) time.Duration {
	given := h.Get("Retry-After")
	if s, err := strconv.Atoi(given); err == nil {
		return max(0, time.Duration(s)*time.Second)
	}
	if at, err := http.ParseTime(given); err == nil {
		return max(0, time.Until(at).Round(time.Second))
	}
	return otherwise
}
