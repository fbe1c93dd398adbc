package queue_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/lambda/queue"
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
	q, err := queue.Open(t.Context(), url)
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

// Many messages go with few requests; those that SQS failed on go once more, those that it
// refuses are an error.
func TestSendAll(t *testing.T) {
	type entry struct{ ID, MessageBody string }
	var requests [][]entry
	failed := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Entries []entry }
		json.NewDecoder(r.Body).Decode(&in)
		requests = append(requests, in.Entries)
		var out struct{ Successful, Failed []map[string]any }
		for _, e := range in.Entries {
			if strings.Contains(e.MessageBody, "refuse") || strings.Contains(e.MessageBody, "once") && !failed[e.MessageBody] {
				failed[e.MessageBody] = true
				out.Failed = append(out.Failed, map[string]any{"Id": e.ID, "Code": "Oops", "SenderFault": strings.Contains(e.MessageBody, "refuse")})
				continue
			}
			sum := md5.Sum([]byte(e.MessageBody))
			out.Successful = append(out.Successful, map[string]any{"Id": e.ID, "MessageId": e.ID, "MD5OfMessageBody": hex.EncodeToString(sum[:])})
		}
		json.NewEncoder(w).Encode(out)
	}))
	defer server.Close()
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "1", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": ""} {
		t.Setenv(k, v)
	}
	q, err := queue.Open(t.Context(), server.URL+"/999999999999/seamark")
	if err != nil {
		t.Fatal(err)
	}
	bodies := []string{"once a", "once b"}
	for range 20 {
		bodies = append(bodies, "body")
	}
	bodies = append(bodies, strings.Repeat("x", 150_000), strings.Repeat("y", 150_000))
	if err := q.SendAll(t.Context(), bodies); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, r := range requests {
		sizes = append(sizes, len(r))
	}
	if want := []int{10, 2, 10, 3, 1}; !slices.Equal(sizes, want) {
		t.Errorf("requests of %v messages, want %v", sizes, want)
	}
	if err := q.SendAll(t.Context(), []string{"refuse"}); err == nil || !strings.Contains(err.Error(), "Oops") {
		t.Errorf("got %v", err)
	}
}
