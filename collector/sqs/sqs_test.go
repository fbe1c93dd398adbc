package sqs_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector/sqs"
)

// A queue as SQS answers over the wire: the SDK checks the digest of the body.
func TestSend(t *testing.T) {
	type request struct {
		QueueURL     string `json:"QueueUrl"`
		MessageBody  string
		DelaySeconds int
	}
	var got []request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in request
		json.NewDecoder(r.Body).Decode(&in)
		got = append(got, in)
		if strings.Contains(in.MessageBody, "refuse") {
			w.Header().Set("X-Amzn-Errortype", "AccessDenied")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		sum := md5.Sum([]byte(in.MessageBody))
		json.NewEncoder(w).Encode(map[string]string{"MessageId": "1", "MD5OfMessageBody": hex.EncodeToString(sum[:])})
	}))
	defer server.Close()
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "1", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": ""} {
		t.Setenv(k, v)
	}
	url := server.URL + "/999999999999/seamark"
	q, err := sqs.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for delay, want := range map[time.Duration]int{0: 0, 90 * time.Second: 90, time.Hour: 900} {
		got = nil
		if err := q.Send(t.Context(), "body", delay); err != nil || len(got) != 1 || got[0] != (request{url, "body", want}) {
			t.Errorf("%v: %+v, %v; want %d s", delay, got, err, want)
		}
	}
	if err := q.Send(t.Context(), "refuse", 0); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("got %v", err)
	}
}
