package firehose_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/transformer/firehose"
)

// A record arrives as it is, in the stream's own region; a stream that takes none is named.
func TestPut(t *testing.T) {
	refuses := ""
	var got []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			DeliveryStreamName string
			Record             struct{ Data []byte }
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.DeliveryStreamName != "logs" || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-3/firehose/") {
			t.Errorf("%v, %+v, %s", err, in, r.Header)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if refuses != "" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"__type":%q,"message":"no"}`, refuses)
			return
		}
		got = in.Record.Data
		fmt.Fprint(w, `{"RecordId":"1"}`)
	}))
	t.Cleanup(s.Close)
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-central-1", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(k, v)
	}
	const arn = "arn:aws:firehose:eu-west-3:999999999999:deliverystream/logs"
	stream, err := firehose.Open(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Put(t.Context(), []byte{0x1f, 0x8b, 0}); err != nil || string(got) != "\x1f\x8b\x00" {
		t.Errorf("%v, got %q", err, got)
	}
	refuses = "InvalidArgumentException" // of one whose source is a Kinesis stream
	if err := stream.Put(t.Context(), nil); err == nil || !strings.Contains(err.Error(), arn) || !strings.Contains(err.Error(), "firehose:PutRecord") {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"logs", "arn:aws:kinesis:eu-west-3:999999999999:stream/logs", "arn:aws:firehose::999999999999:deliverystream/logs"} {
		if _, err := firehose.Open(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "deliverystream/<name>") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Many records go with few requests; those that Firehose names go again, and no others.
func TestPutAll(t *testing.T) {
	var taken []string
	requests, failing := 0, 3
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Records []struct{ Data []byte } }
		json.NewDecoder(r.Body).Decode(&in)
		requests++
		size, failed := 0, 0
		var out []map[string]string
		for i, record := range in.Records {
			size += len(record.Data)
			if i%2 == 1 && failing > 0 {
				out, failed = append(out, map[string]string{"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "slow down"}), failed+1
				continue
			}
			out = append(out, map[string]string{"RecordId": "1"})
			taken = append(taken, string(record.Data[:4]))
		}
		failing--
		if len(in.Records) > 500 || size > 4<<20 {
			t.Errorf("%d records of %d bytes", len(in.Records), size)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		json.NewEncoder(w).Encode(map[string]any{"FailedPutCount": failed, "RequestResponses": out})
	}))
	t.Cleanup(s.Close)
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(k, v)
	}
	stream, err := firehose.Open(t.Context(), "arn:aws:firehose:eu-west-3:999999999999:deliverystream/logs")
	if err != nil {
		t.Fatal(err)
	}
	var records [][]byte
	for i := range 1100 {
		records = append(records, []byte(fmt.Sprintf("%04d", i)))
	}
	for i := range 9 {
		records = append(records, []byte(fmt.Sprintf("%04d%s", 1100+i, strings.Repeat("x", 900_000))))
	}
	if err := stream.PutAll(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	slices.Sort(taken)
	if len(taken) != len(records) || len(slices.Compact(taken)) != len(records) || requests > 9 {
		t.Errorf("%d taken of %d, %d requests", len(taken), len(records), requests)
	}
	failing = 100
	if err := stream.PutAll(t.Context(), records[:40]); err == nil || !strings.Contains(err.Error(), "ServiceUnavailableException") {
		t.Errorf("%v", err)
	}
}
