package slack

import (
	"net/http"
	"strconv"
	"time"
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
	given := resp.Header.Get("Retry-After")
	if _, err := strconv.Atoi(given); err == nil || given == "" {
		return resp, nil
	}
	wait := time.Second
	if at, err := http.ParseTime(given); err == nil {
		wait = max(wait, time.Until(at).Round(time.Second)+time.Second)
	}
	resp.Header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	return resp, nil
}
