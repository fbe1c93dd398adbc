package functions_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	firehosetypes "github.com/aws/aws-sdk-go-v2/service/firehose/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/transformer/inline"
)

// Firehose calls the transformer itself: rows with the keys of their partition come back, those
// of another hour go back into a real stream, and from there are answered as they are. What
// nobody can read is ProcessingFailed and counted.
func TestFirehoseCalls(t *testing.T) {
	emulator := servertest.MiniStack(t)
	h := newHub(t, "")
	who := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "seamark", SecretAccessKey: "x"}, nil
	})
	name := "inline-" + hexID(4)
	bucket := s3.New(s3.Options{BaseEndpoint: &emulator, UsePathStyle: true, Region: "us-east-1", Credentials: who})
	if _, err := bucket.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	made, err := firehose.New(firehose.Options{BaseEndpoint: &emulator, Region: "us-east-1", Credentials: who}).CreateDeliveryStream(t.Context(), &firehose.CreateDeliveryStreamInput{
		DeliveryStreamName: &name, ExtendedS3DestinationConfiguration: &firehosetypes.ExtendedS3DestinationConfiguration{BucketARN: aws.String("arn:aws:s3:::" + name), RoleARN: aws.String("arn:aws:iam::000000000000:role/firehose")}})
	if err != nil {
		t.Fatal(err)
	}
	f := h.start(t, "transformer", "AWS_ENDPOINT_URL_FIREHOSE="+emulator)
	call := func(event []byte) (answer inline.Answer, text string) {
		t.Helper()
		a := invoke(t, f, strings.Replace(string(event), "STREAM", *made.DeliveryStreamARN, 1), time.Minute)
		if a.Failed || json.Unmarshal([]byte(a.Body), &answer) != nil {
			t.Fatalf("%+v", a)
		}
		for _, r := range answer.Records {
			text += r.ID[len(r.ID)-2:] + " " + r.Result
			if r.Metadata != nil {
				keys, _ := json.Marshal(r.Metadata.PartitionKeys)
				text += " " + string(keys)
			}
			text += "\n" + string(r.Data)
		}
		return answer, text
	}
	event, err := os.ReadFile("testdata/events/firehose.json")
	if err != nil {
		t.Fatal(err)
	}
	_, got := call(event)
	list, err := bucket.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &name})
	if err != nil || len(list.Contents) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	object, err := bucket.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: list.Contents[0].Key})
	if err != nil {
		t.Fatal(err)
	}
	back, err := io.ReadAll(object.Body)
	if err != nil {
		t.Fatal(err)
	}
	if z, err := gzip.NewReader(bytes.NewReader(back)); err != nil {
		t.Fatal(err)
	} else if text, err := io.ReadAll(z); err != nil || !strings.HasPrefix(string(text), `{"seamarkRows":1,"hops":1,`) {
		t.Errorf("%.80s, %v", text, err)
	}
	again, _ := json.Marshal(inline.Event{InvocationID: "2", StreamARN: "STREAM", Records: []inline.Record{{ID: "again-00", Arrived: 1795370700000, Data: back}}})
	_, second := call(again)
	got += "--- what went back\n" + second
	const golden = "testdata/events/firehose.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || string(want) != got {
		t.Errorf("got\n%s\nwant, %v\n%s", got, err, want)
	}
	if log := f.Log(); !strings.Contains(log, `"LandingFailed":1`) || !strings.Contains(log, "record cannot be processed") {
		t.Errorf("what failed is not told")
	}
	if a := invoke(t, f, `{"records":[{"recordId":"1","data":"eA=="}]}`, time.Minute); !a.Failed || !strings.Contains(a.Body, "Firehose's call") {
		t.Errorf("no event of Firehose: %+v", a)
	}
}
