package opensearch_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/indexer/opensearch"
)

// A domain of AWS gets requests that are signed for it; who has a user there, and everybody
// else, does not.
func TestSigned(t *testing.T) {
	for k, v := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "token", "AWS_REGION": "us-east-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": ""} {
		t.Setenv(k, v)
	}
	const domain = "https://search-logs-abc.eu-central-1.es.amazonaws.com"
	for name, c := range map[string]struct {
		o    opensearch.Options
		want string
	}{
		"domain":            {opensearch.Options{URL: domain}, "/eu-central-1/es/aws4_request"},
		"domain, its user":  {opensearch.Options{URL: domain, Username: "u", Password: "p"}, "Basic "},
		"configured region": {opensearch.Options{URL: "https://search.example.com", Region: "eu-west-1"}, "/eu-west-1/es/aws4_request"},
		"elsewhere":         {opensearch.Options{URL: "https://search.example.com"}, ""},
	} {
		var got http.Header
		c.o.Transport = transport(func(r *http.Request) (*http.Response, error) {
			got = r.Header
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			w.WriteString(okInfo)
			return w.Result(), nil
		})
		if err := newClient(t, c.o).Check(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if auth := got.Get("Authorization"); !strings.Contains(auth, c.want) || c.want == "" && auth != "" {
			t.Errorf("%s: %q", name, auth)
		}
		if signed := strings.Contains(c.want, "aws4"); signed != (got.Get("X-Amz-Security-Token") == "token") || signed != (got.Get("X-Amz-Content-Sha256") != "") {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, err := opensearch.New(opensearch.Options{URL: "https://abc.eu-central-1.aoss.amazonaws.com"}); err == nil || !strings.Contains(err.Error(), "serverless") {
		t.Errorf("a serverless collection: %v", err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }
