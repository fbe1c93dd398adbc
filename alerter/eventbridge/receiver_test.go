package eventbridge_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/eventbridge"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/internal/servertest"
)

func dummyCredentials(t *testing.T, endpoint string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "222222222222", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": endpoint, "AWS_MAX_ATTEMPTS": "1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
}

// PutEvents answers 200 to what it has refused: each answer is told apart.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		class  seamark.Class // of the error; -1: there is none
		waits  bool
	}{
		{200, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`, -1, false},
		{200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"x"}]}`, seamark.Temporary, false},
		{200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"x"}]}`, seamark.Temporary, true},
		{200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"NotAuthorizedForSourceException","ErrorMessage":"x"}]}`, seamark.Permanent, false},
		{200, `{}`, seamark.Temporary, false},
		{200, `<html>`, seamark.Temporary, false},
		{400, `{"__type":"ResourceNotFoundException","message":"no such bus"}`, seamark.Permanent, false},
		{400, `{"__type":"ThrottlingException","message":"slow down"}`, seamark.Temporary, true},
		{400, `{"__type":"ExpiredTokenException","message":"expired"}`, seamark.Temporary, false},
		{500, `{}`, seamark.Temporary, false},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		}))
		dummyCredentials(t, s.URL)
		r, err := eventbridge.New(t.Context(), eventbridge.Options{Name: "bus"})
		if err != nil {
			t.Fatal(err)
		}
		ref, err := r.Deliver(t.Context(), cardtest.Cases()[0].Card(), "")
		s.Close()
		_, waits := errors.AsType[*card.Throttled](err)
		if (err == nil) != (c.class == -1) || err != nil && (seamark.ClassOf(err) != c.class || ref != "") || err == nil && ref == "" || waits != c.waits {
			t.Errorf("%d %s: %q, %v, waits %v", c.status, c.body, ref, err, waits)
		}
	}
}

// A bus that is named by its ARN says its region.
func TestRegion(t *testing.T) {
	dummyCredentials(t, "http://127.0.0.1:1")
	t.Setenv("AWS_REGION", "")
	if _, err := eventbridge.New(t.Context(), eventbridge.Options{Name: "bus"}); seamark.ClassOf(err) != seamark.Rejected || !strings.Contains(err.Error(), "region") {
		t.Error(err)
	}
	if _, err := eventbridge.New(t.Context(), eventbridge.Options{Name: "bus", Bus: "arn:aws:events:eu-central-1:222222222222:event-bus/ops"}); err != nil {
		t.Error(err)
	}
}

// A rule of somebody's own on the bus gets what happens: through an emulator of EventBridge to a queue.
func TestMiniStack(t *testing.T) {
	at := servertest.MiniStack(t)
	dummyCredentials(t, at)
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	queues, events := sqs.NewFromConfig(c), sdk.NewFromConfig(c)
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("remediation")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := events.CreateEventBus(t.Context(), &sdk.CreateEventBusInput{Name: aws.String("ops")}); err != nil {
		t.Fatal(err)
	}
	pattern := `{"source":["seamark"],"detail-type":["Seamark Incident Opened"],"detail":{"incident":{"product":["booking"],"severity":["critical","warning"]}}}`
	if _, err := events.PutRule(t.Context(), &sdk.PutRuleInput{Name: aws.String("opened"), EventBusName: aws.String("ops"), EventPattern: &pattern}); err != nil {
		t.Fatal(err)
	}
	target := types.Target{Id: aws.String("1"), Arn: aws.String("arn:aws:sqs:eu-west-1:222222222222:remediation")}
	if _, err := events.PutTargets(t.Context(), &sdk.PutTargetsInput{Rule: aws.String("opened"), EventBusName: aws.String("ops"), Targets: []types.Target{target}}); err != nil {
		t.Fatal(err)
	}
	r, err := eventbridge.New(t.Context(), eventbridge.Options{Name: "bus", Bus: "ops"})
	if err != nil {
		t.Fatal(err)
	}
	in := cardtest.Cases()[0].Incident
	ref, err := r.Deliver(t.Context(), card.Build(&in, cardtest.Links()), "")
	if err != nil {
		t.Fatal(err)
	}
	in.Status, in.ResolvedAt = seamark.IncidentResolved, in.UpdatedAt // no rule is for that
	if _, err := r.Deliver(t.Context(), card.Build(&in, cardtest.Links()), ref); err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for range 3 {
		got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 2, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got.Messages {
			bodies = append(bodies, *m.Body)
		}
	}
	if len(bodies) != 1 {
		t.Fatalf("%d messages: %v", len(bodies), bodies)
	}
	var e struct {
		Source     string
		DetailType string `json:"detail-type"`
		Time       time.Time
		Detail     event.Event
	}
	if err := json.Unmarshal([]byte(bodies[0]), &e); err != nil || e.Source != eventbridge.Source || e.Detail.Kind != event.Opened || e.Detail.Incident.ID != in.ID {
		t.Errorf("%v\n%s", err, bodies[0])
	}
}
