package outgoing_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/alerter/outgoing"
)

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for given, want := range map[string]time.Duration{
			"": time.Second, "7": 7 * time.Second, "0": 0, "-3": 0, "soon": time.Second,
			time.Now().UTC().Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
			time.Now().UTC().Add(-time.Hour).Format(http.TimeFormat):       0,
		} {
			if got := outgoing.RetryAfter(http.Header{"Retry-After": {given}}, time.Second); got != want {
				t.Errorf("%q: %v, want %v", given, got, want)
			}
		}
	})
}
