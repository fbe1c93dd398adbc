package slack

import (
	"net/http"
	"strconv"
	"time"

	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// inSeconds writes a Retry-After that is a date, as RFC 9110 (10.2.3) allows, as seconds:
// slack-go reads nothing else, and calls the whole answer unreadable.
type inSeconds struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t inSeconds) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests {
		return resp, err
	}
	if given := resp.Header.Get("Retry-After"); given != "" {
		resp.Header.Set("Retry-After", strconv.Itoa(int(outgoing.RetryAfter(resp.Header, time.Second)/time.Second)))
	}
	return resp, nil
}
