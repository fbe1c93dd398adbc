package cloudtrail_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// The chain on LocalEmu: API calls in an application account -> CloudTrail -> EventBridge
// with our patterns -> the hub's bus -> SQS -> Decode. Nobody emulates aws.tag.
func TestChainOnLocalEmu(t *testing.T) {
	url := servertest.LocalEmu(t)
	const app, hub = "121212121212", "999999999999"
	id := fmt.Sprint(time.Now().UnixNano())
	e := emulator{t, url}
	bus, queue := "seamark-"+id, "collector-"+id
	busARN := e.call(hub, "events", "AWSEvents.CreateEventBus", map[string]any{"Name": bus})["EventBusArn"].(string)
	queueURL := e.call(hub, "sqs", "AmazonSQS.CreateQueue", map[string]any{"QueueName": queue})["QueueUrl"].(string)
	e.call(hub, "events", "AWSEvents.PutPermission", map[string]any{"EventBusName": bus, "Action": "events:PutEvents", "Principal": "*", "StatementId": "all"})
	e.call(hub, "events", "AWSEvents.PutRule", map[string]any{"Name": "all", "EventBusName": bus, "EventPattern": `{"account":[{"exists":true}]}`})
	e.call(hub, "events", "AWSEvents.PutTargets", map[string]any{"Rule": "all", "EventBusName": bus,
		"Targets": []map[string]string{{"Id": "queue", "Arn": "arn:aws:sqs:eu-central-1:" + hub + ":" + queue}}})
	var patterns map[string]json.RawMessage
	if err := json.Unmarshal(cloudtrail.Patterns(), &patterns); err != nil {
		t.Fatal(err)
	}
	for name, p := range patterns {
		e.call(app, "events", "AWSEvents.PutRule", map[string]any{"Name": "seamark-" + name, "EventPattern": string(p)})
		e.call(app, "events", "AWSEvents.PutTargets", map[string]any{"Rule": "seamark-" + name,
			"Targets": []map[string]string{{"Id": "hub", "Arn": busARN, "RoleArn": "arn:aws:iam::" + app + ":role/seamark-events"}}})
	}

	group := "/app/" + id
	arn := "arn:aws:logs:eu-central-1:" + app + ":log-group:" + group
	logs := func(operation string, in map[string]any) { e.call(app, "logs", "Logs_20140328."+operation, in) }
	logs("CreateLogGroup", map[string]any{"logGroupName": group})
	logs("PutRetentionPolicy", map[string]any{"logGroupName": group, "retentionInDays": 14})
	logs("TagResource", map[string]any{"resourceArn": arn, "tags": map[string]string{"seamark:product": "booking"}})
	logs("TagResource", map[string]any{"resourceArn": arn, "tags": map[string]string{"cost-center": "42"}})
	logs("UntagResource", map[string]any{"resourceArn": arn, "tagKeys": []string{"seamark:product"}})
	logs("DeleteLogGroup", map[string]any{"logGroupName": group})

	o := options()
	var hints, skips []string
	for until := time.Now().Add(90 * time.Second); len(hints) < 4 && time.Now().Before(until); {
		out := e.call(hub, "sqs", "AmazonSQS.ReceiveMessage", map[string]any{"QueueUrl": queueURL, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 2})
		messages, _ := out["Messages"].([]any)
		for _, m := range messages {
			got, skipped, err := cloudtrail.Decode([]byte(m.(map[string]any)["Body"].(string)), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range got {
				if h.Place.Account != app || !slices.Equal(h.Groups, []string{group}) {
					t.Errorf("%+v", h)
				}
				call, _, _ := strings.Cut(h.Why, " by ")
				hints = append(hints, call)
			}
			for _, s := range skipped {
				skips = append(skips, s.Event)
			}
		}
	}
	slices.Sort(hints)
	if want := []string{"CreateLogGroup", "DeleteLogGroup", "TagResource", "UntagResource"}; !slices.Equal(hints, want) {
		t.Errorf("hints of %v, want %v", hints, want)
	}
	if slices.Contains(skips, "PutRetentionPolicy") {
		t.Error("the rules let PutRetentionPolicy through")
	}
}

// emulator is called without an SDK: it takes the account from the access key, unsigned.
type emulator struct {
	t   *testing.T
	url string
}

func (e emulator) call(account, service, target string, in map[string]any) map[string]any {
	e.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		e.t.Fatal(err)
	}
	version := "1.1"
	if service == "sqs" {
		version = "1.0"
	}
	r, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, e.url, bytes.NewReader(b))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-"+version)
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260101/eu-central-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		e.t.Fatalf("%s: %s, %s, %v", target, answer.Status, text, err)
	}
	var out map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			e.t.Fatalf("%s: %s", target, text)
		}
	}
	return out
}
